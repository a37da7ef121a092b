"""Returns what explains slowness: slow requests, profiles, and the graphs of the apps."""

from datetime import UTC, datetime
from typing import Any, TypeVar

import numpy as np

from pydash_app import diagnosis
from pydash_app.dashboard.entity import Dashboard
from pydash_app.diagnosis import GraphLog, Node, Outlier, OutlierLog, Profile, ProfileLog
from pydash_app.diagnosis.repository import Log
from pydash_app.errors import NotFound
from pydash_cube import slices
from pydash_cube.query import Query
from pydash_cube.time_units import to_datetime, to_microseconds
from pydash_cube.vocabulary import CallField, EndpointNaming, StatisticName
from pydash_web.api import validation
from pydash_web.controller import exported
from pydash_web.controller.lookup import find_dashboard
from pydash_web.http.rendered import Computed, Rendered
from pydash_web.models.diagnosis import (
    MAX_VALUES,
    GraphInfo,
    GraphPoint,
    Graphs,
    GraphSearch,
    GraphSlice,
    GraphValues,
    OutlierDetails,
    OutlierInfo,
    Outliers,
    OutlierSearch,
    ProfileDetails,
    ProfileInfo,
    ProfileNode,
    Profiles,
    ProfileSearch,
    ProfileTree,
)
from pydash_web.models.exceptions import StackFrame

MAX_PAIRS = 1_000
MAX_DIGITS = 18

L = TypeVar("L", bound=Log)


def get_outliers(dashboard_id: str, query: OutlierSearch) -> Computed[Outliers]:
    """List slow requests of a dashboard.

    :raises InvalidInput: the marker is invalid.
    """
    dashboard = find_dashboard(dashboard_id)
    log = _log(OutlierLog, dashboard)
    found = log.select(
        *(query.endpoint, query.version, query.start_date, query.end_date, query.sort),
        patterns=dashboard.endpoint_patterns,
    )
    following = found
    if query.marker is not None:
        last = log.find(query.marker)
        if last is None:
            raise validation.invalid({"marker": ["This slow request is no longer stored."]})
        # It need not match the search any more.
        after = last.position(query.sort)
        following = [each for each in found if each.position(query.sort) > after]
    page = following[: query.limit]
    hint = exported.hint(dashboard.fetching, exported.OUTLIERS)

    def build() -> Rendered[Outliers]:
        return Rendered.of(
            Outliers(
                outliers=[OutlierInfo(**fields) for fields in _described(dashboard, page)],
                total=len(found),
                recorded=log.count,
                next_marker=page[-1].id if len(following) > len(page) else None,
                available=hint is None,
                hint=hint,
            )
        )

    # Not kept, but the medians wait for their turn like other queries.
    return Computed(None, build)


def get_outlier(dashboard_id: str, outlier_id: str) -> Computed[OutlierDetails]:
    """Return a slow request, with its headers, its environment, and what was running.

    :raises NotFound: the dashboard has no such slow request.
    """
    dashboard = find_dashboard(dashboard_id)
    is_number = outlier_id.isascii() and outlier_id.isdigit() and len(outlier_id) <= MAX_DIGITS
    found = _log(OutlierLog, dashboard).find(int(outlier_id)) if is_number else None
    if found is None:
        raise NotFound("This slow request is not stored, or no longer.")

    def build() -> Rendered[OutlierDetails]:
        headers, environment, stack = found.details.read()
        [fields] = _described(dashboard, [found])
        frames = [StackFrame.of(frame) for frame in stack]
        return Rendered.of(
            OutlierDetails(**fields, headers=headers, environment=environment, stack=frames)
        )

    return Computed(None, build)


def get_profiles(dashboard_id: str) -> Profiles:
    """List the endpoints and versions of a dashboard that have profiles."""
    dashboard = find_dashboard(dashboard_id)
    hint = exported.hint(dashboard.fetching, exported.PROFILES)
    return Profiles(
        profiles=[
            ProfileInfo(
                endpoint=each.endpoint,
                version=each.version,
                requests=each.requests,
                duration=each.duration,
                last_seen=each.last_seen,
            )
            for each in _log(ProfileLog, dashboard).all()
        ],
        available=hint is None,
        hint=hint,
    )


def get_profile(dashboard_id: str, endpoint_name: str, query: ProfileSearch) -> ProfileDetails:
    """Return the merged profiles of an endpoint, and those of another version.

    :raises NotFound: the dashboard has no profiles of the endpoint and a version.
    """
    log = _log(ProfileLog, find_dashboard(dashboard_id))
    profile = log.find(endpoint_name, query.version)
    against = None if query.against is None else log.find(endpoint_name, query.against)
    if profile is None or (against is None and query.against is not None):
        raise NotFound("There are no profiles of this endpoint and version.")
    return ProfileDetails(
        **_merged(profile), against=None if against is None else ProfileTree(**_merged(against))
    )


def get_graphs(dashboard_id: str) -> Graphs:
    """List the graphs that an app draws of its own values."""
    dashboard = find_dashboard(dashboard_id)
    hint = exported.hint(dashboard.fetching, exported.GRAPHS)
    graphs = sorted(_log(GraphLog, dashboard).graphs.values(), key=lambda graph: graph.title)
    return Graphs(
        graphs=[
            GraphInfo(
                id=graph.id,
                title=graph.title,
                points=graph.points,
                first=graph.first,
                last=graph.last,
            )
            for graph in graphs
        ],
        available=hint is None,
        hint=hint,
    )


def get_graph(dashboard_id: str, graph_id: str, query: GraphSearch) -> GraphValues:
    """Return the values of a graph.

    :raises NotFound: the dashboard has no such graph.
    :raises QueryError: there would be too many slices.
    """
    graph = _log(GraphLog, find_dashboard(dashboard_id)).graphs.get(graph_id)
    if graph is None:
        raise NotFound("This dashboard has no such graph.")
    start = to_microseconds(query.start_date or graph.first)
    end = to_microseconds(query.end_date or max(datetime.now(UTC), graph.last)) + (
        0 if query.end_date else 1
    )
    times, values = graph.read(start, end)
    if query.timeslice is None:
        shown = zip(times[-MAX_VALUES:].tolist(), values[-MAX_VALUES:].tolist(), strict=True)
        return GraphValues(
            title=graph.title,
            points=[GraphPoint(time=to_datetime(time), value=value) for time, value in shown],
            slices=None,
            omitted=max(len(times) - MAX_VALUES, 0),
        )
    cut = slices.cut(start, max(start, end), query.timeslice, zone=query.timezone)
    found: list[GraphSlice] = []
    if len(cut):
        numbers = cut.index(times, 0, len(cut.edges) - 2)
        edges = np.searchsorted(numbers, np.arange(len(cut) + 1))
        for label, first, last in zip(cut.labels, edges[:-1], edges[1:], strict=True):
            part = values[first:last]
            low, mean, high = (part.min(), part.mean(), part.max()) if len(part) else (None,) * 3
            found.append(GraphSlice(slice=label, smallest=low, mean=mean, largest=high))
    return GraphValues(title=graph.title, points=None, slices=found, omitted=0)


def _log(kind: type[L], dashboard: Dashboard) -> L:
    """Return what is stored of a kind; an empty one if nothing is."""
    return diagnosis.find(kind, dashboard.id) or kind()


def _described(dashboard: Dashboard, outliers: list[Outlier]) -> list[dict[str, Any]]:
    """Return the fields of slow requests, with the medians of their endpoints and versions."""
    medians: dict[tuple[str, ...], float | None] = {}
    endpoints = {each.endpoint for each in outliers}
    if endpoints:
        only = {CallField.ENDPOINT.value: outliers[0].endpoint} if len(endpoints) == 1 else {}
        by = (CallField.ENDPOINT, CallField.VERSION)
        of_each = Query(filters=only, by=by, top=MAX_PAIRS, endpoint_naming=EndpointNaming.OWN)
        result = dashboard.query([StatisticName.MEDIAN], of_each)
        values = result.values[StatisticName.MEDIAN]
        medians = {group: each for group, [each] in zip(result.groups, values, strict=True)}
    described = []
    for each in outliers:
        median = medians.get((each.endpoint, each.version))
        described.append(
            {
                "id": each.id,
                "time": each.time,
                "endpoint": each.endpoint,
                "version": each.version,
                "duration": each.duration,
                "median": median,
                "factor": each.duration / median if median else None,
                "url": each.url,
                "cpu": each.cpu,
                "memory": each.memory,
                "ip": each.ip or None,
                "user": each.user or None,
                "status_code": each.status_code or None,
            }
        )
    return described


def _merged(profile: Profile) -> dict[str, Any]:
    return {
        "version": profile.version,
        "requests": profile.requests,
        "total": profile.duration,
        "tree": _node(profile.tree()),
    }


def _node(node: Node) -> ProfileNode:
    # As there are many, they are not validated again.
    return ProfileNode.model_construct(
        function=node.frame.function,
        file=node.frame.file,
        line=node.frame.line,
        own=node.frame.own,
        code=node.frame.source or None,
        self=node.self_time,
        total=node.total,
        children=[_node(child) for child in node.children.values()],
    )
