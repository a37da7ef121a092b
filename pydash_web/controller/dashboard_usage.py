"""Returns the usage report of a monitored app: users and addresses, new and returning."""

import csv
import io

from pydash_app.dashboard import usage
from pydash_app.dashboard.usage import AppUsageOfPeriod
from pydash_cube.vocabulary import QueryError
from pydash_web.controller.lookup import find_dashboard
from pydash_web.http.rendered import Computed, Rendered
from pydash_web.models.usage import DashboardUsage, DashboardUsageQuery, UsagePeriod


def dashboard_usage(dashboard_id: str, query: DashboardUsageQuery) -> Computed[DashboardUsage]:
    """Return the number of users and addresses in each period, and how many of them are new.

    :raises QueryError: there are too many periods.
    """
    dashboard, cube_query = find_dashboard(dashboard_id), query.cube_query()

    def build() -> Rendered[DashboardUsage]:
        found = usage.report(dashboard, cube_query, query.aggregate)
        if query.format == "json":
            periods = [UsagePeriod(**period._asdict()) for period in found.periods]
            return Rendered.of(DashboardUsage(**{**found._asdict(), "periods": periods}))
        text = io.StringIO()
        writer = csv.writer(text)
        writer.writerow(AppUsageOfPeriod._fields)
        for name, day, *counts in found.periods:
            writer.writerow([name, day.isoformat(), *counts])
        headers = {"Content-Disposition": "attachment; filename=usage.csv"}
        return Rendered(text.getvalue().encode(), headers, "text/csv")

    try:
        key = dashboard.result_key(("usage", query.aggregate, query.format), cube_query)
    except QueryError as error:
        raise QueryError("aggregate", error.reason) from error
    return Computed(key, build)
