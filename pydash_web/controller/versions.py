"""Returns the versions of an app with their verdicts, and compares two of them."""

from datetime import datetime

from pydash_app.dashboard.entity import Dashboard
from pydash_app.event import EventType, of_dashboard, store
from pydash_app.verdict import CHECKS, JudgedVersion, VersionLog, compare_versions
from pydash_cube.query import Query
from pydash_cube.version import version_of
from pydash_cube.vocabulary import CallField, StatisticName
from pydash_events import EventFilter
from pydash_events.base import Pagination
from pydash_web.controller.lookup import find_dashboard
from pydash_web.http.rendered import Computed, Rendered
from pydash_web.models.version import (
    MAX_ENDPOINTS,
    CheckInfo,
    ComparedHistogram,
    Deploy,
    EndpointComparison,
    VerdictInfo,
    VersionComparison,
    VersionComparisonQuery,
    VersionInfo,
    Versions,
    VersionSearch,
)

MAX_DEPLOYS = 1_000
_FIGURES = (StatisticName.FIRST_CALL, StatisticName.LAST_CALL, StatisticName.TOTAL_VISITS)


def get_versions(dashboard_id: str, query: VersionSearch) -> Computed[Versions]:
    """List the versions of an app, each with its deploy and whether it is better or worse."""
    dashboard = find_dashboard(dashboard_id)
    by_version = Query(by=(CallField.VERSION,))
    log = dashboard.version_log or VersionLog()
    deploys = _deploys(dashboard)

    def build() -> Rendered[Versions]:
        result = dashboard.query(_FIGURES, by_version)
        columns = ([row[0] for row in result.values[name]] for name in _FIGURES)
        found = zip((name for (name,) in result.groups), *columns, strict=True)
        in_order = sorted(found, key=lambda each: (each[1], each[0]))[-query.limit :]
        return Rendered.of(
            Versions(
                versions=[
                    VersionInfo(
                        name=name,
                        first_seen=first,
                        last_seen=last,
                        visits=visits,
                        deploy=_deploy(deploys.get(name)),
                        verdict=_verdict(log.versions.get(name)),
                    )
                    for name, first, last, visits in in_order
                ]
            )
        )

    key = dashboard.result_key(_FIGURES, by_version)
    judged = version_of(log, *log.versions.values()) if dashboard.version_log else b""
    if key is None or judged is None:
        return Computed(None, build)
    return Computed((key, judged, query.limit, tuple(deploys.items())), build)


def compare(dashboard_id: str, query: VersionComparisonQuery) -> Computed[VersionComparison]:
    """Compare two versions of an app, endpoint by endpoint."""
    dashboard = find_dashboard(dashboard_id)
    cube, cube_query = dashboard.scoped(query.cube_query())

    def build() -> Rendered[VersionComparison]:
        found = compare_versions(cube, query.version, query.against, cube_query)
        edges, counts, against_counts = found.histogram(query.bins)
        return Rendered.of(
            VersionComparison(
                version=query.version,
                against=query.against,
                verdict=found.verdict,
                endpoints=[EndpointComparison.of(each) for each in found.endpoints[:MAX_ENDPOINTS]],
                endpoint_count=len(found.endpoints),
                histogram=ComparedHistogram(
                    edges=edges, counts=counts, against_counts=against_counts
                ),
            )
        )

    computed = ("comparison", query.against, query.bins)
    return Computed(dashboard.result_key(computed, cube_query), build)


Told = tuple[datetime, str | None, str | None]


def _deploys(dashboard: Dashboard) -> dict[str, Told]:
    """Return time, commit and URL of the latest deploy of each version, as scripts reported it."""
    wanted = EventFilter(event_type=[EventType.APP_DEPLOY])
    latest: Pagination = {"limit": MAX_DEPLOYS, "sort": [("generated", "desc")]}
    try:
        events = store(of_dashboard(dashboard).project).get_events(wanted, latest)
    except NotImplementedError:  # some event stores cannot be read
        return {}
    found: dict[str, Told] = {}
    for event in events:
        texts = {each.name: each.value for each in event.traits if isinstance(each.value, str)}
        if "version" in texts:
            url = texts.get("url")
            # Anything else would be run by a browser that follows it.
            link = url if url and url.startswith(("https://", "http://")) else None
            told = (event.generated, texts.get("commit"), link)
            found.setdefault(texts["version"], told)
    return found


def _deploy(told: Told | None) -> Deploy | None:
    return told and Deploy(time=told[0], commit=told[1], url=told[2])


def _verdict(version: JudgedVersion | None) -> VerdictInfo | None:
    if version is None:
        return None
    states = [check.verdict.value for check in version.checks]
    pending = ["pending"] * (len(CHECKS) - len(states))
    last = version.last
    return VerdictInfo(
        state=last.verdict.value if last else "pending",
        after=int((last.after if last else CHECKS[0]).total_seconds()),
        against=last and last.against,
        against_since=last and last.since,
        endpoints=[EndpointComparison.of(each) for each in last.endpoints] if last else [],
        endpoint_count=sum(last.counts.values()) if last else 0,
        checks=[
            CheckInfo(after=int(after.total_seconds()), state=state)
            for after, state in zip(CHECKS, [*states, *pending], strict=True)
        ],
    )
