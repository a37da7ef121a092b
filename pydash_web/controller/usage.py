"""Returns the usage report: how many distinct users signed in."""

import csv
import io

from flask import Response, render_template, request

from pydash_app.event.usage import UsageOfPeriod
from pydash_web.api import validation
from pydash_web.models.usage import (
    MEDIA_TYPES,
    Format,
    UsagePlot,
    UsageQuery,
    UsageRequest,
    UsageRow,
    UsageRows,
)

TITLE = "Users who signed in"
TABLES: tuple[Format, ...] = ("json", "csv", "html", "text")
PLOTS: tuple[Format, ...] = ("json", "svg")


def table(query: UsageQuery) -> Response:
    """Return the number of distinct users who signed in during each period.

    :raises InvalidInput: there are too many periods.
    """
    chosen, rows = _format(query, TABLES), query.rows()
    if chosen == "csv":
        response = _response(chosen, _csv(rows))
        response.headers.set("Content-Disposition", "attachment", filename="usage.csv")
        return response
    if chosen == "json":
        infos = UsageRows([UsageRow(**row._asdict()) for row in rows])
        return _response(chosen, infos.model_dump_json())
    if chosen == "html":
        return _response(chosen, render_template("usage.html", title=TITLE, rows=rows))
    width = max((len(row.period) for row in rows), default=0)
    lines = [f"{row.period:{width}}  {row.timestamp.isoformat()}  {row.user:>6}" for row in rows]
    return _response(chosen, "".join(f"{line}\n" for line in lines))


def post_table(body: UsageRequest) -> Response:
    """Return the number of distinct users who signed in during each period.

    :raises InvalidInput: there are too many periods.
    """
    return table(body)


def plot(query: UsageQuery) -> Response:
    """Return the same as a chart.

    :raises InvalidInput: there are too many periods.
    """
    chosen, rows = _format(query, PLOTS), query.rows()
    if chosen == "svg":
        most = max((row.user for row in rows), default=0) or 1
        points = [
            (round(60 + 720 * (index + 0.5) / len(rows), 1), round(350 - 300 * row.user / most, 1))
            for index, row in enumerate(rows)
        ]
        labels = {"title": TITLE, "x_label": query.aggregate, "y_label": "users", "most": most}
        text = render_template("usage.svg", rows=rows, points=points, **labels)
        return _response(chosen, text)
    points_of = UsagePlot(
        title=TITLE,
        x_axis_label=query.aggregate,
        y_axis_label="users",
        x=[row.timestamp for row in rows],
        y=[row.user for row in rows],
    )
    return _response(chosen, points_of.model_dump_json())


def post_plot(body: UsageRequest) -> Response:
    """Return the same as a chart.

    :raises InvalidInput: there are too many periods.
    """
    return plot(body)


def _format(query: UsageQuery, allowed: tuple[Format, ...]) -> Format:
    if query.content_type in allowed:
        return query.content_type
    if query.content_type is not None:
        raise validation.invalid({"content_type": [f"Must be one of {', '.join(allowed)}."]})
    media_types = {MEDIA_TYPES[each]: each for each in allowed}
    accepted = request.accept_mimetypes.best_match(media_types, MEDIA_TYPES["json"])
    return media_types[accepted]


def _csv(rows: list[UsageOfPeriod]) -> str:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(UsageOfPeriod._fields)
    writer.writerows((row.period, row.timestamp.isoformat(), row.user) for row in rows)
    return text.getvalue()


def _response(chosen: Format, text: str) -> Response:
    response = Response(text, mimetype=MEDIA_TYPES[chosen])
    response.vary.add("Accept")
    return response
