"""Lists exceptions by the fault that they belong to, and what people decide about these."""

from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import numpy as np

from pydash_app import exceptions
from pydash_app.dashboard import dashboards_of_user, news
from pydash_app.dashboard.entity import Dashboard
from pydash_app.errors import NotFound
from pydash_app.exceptions import ExceptionFault, Found, Ignored, Resolved, Search, State
from pydash_app.exceptions.states import Decision
from pydash_cube import slices
from pydash_cube.time_units import to_microseconds
from pydash_web.api import validation
from pydash_web.controller import exported
from pydash_web.controller.lookup import find_dashboard, own_dashboard
from pydash_web.http import session
from pydash_web.models.exceptions import (
    AllExceptionsSearch,
    ExceptionGroupDetails,
    ExceptionGroupInfo,
    ExceptionGroupMessage,
    ExceptionGroups,
    ExceptionSample,
    ExceptionSearch,
    GroupSearch,
    IgnoreGroup,
    ResolveGroup,
    StackFrame,
)

MAX_HOURS = timedelta(days=3)


def get_exceptions(query: AllExceptionsSearch) -> ExceptionGroups:
    """List groups of exceptions of all dashboards.

    :raises InvalidInput: the marker is invalid.
    :raises NotFound: the user has no such dashboard.
    """
    if query.dashboard_id is not None:
        return _listed([own_dashboard(query.dashboard_id)], query)
    return _listed(dashboards_of_user(session.current_user().id), query)


def get_dashboard_exceptions(dashboard_id: str, query: ExceptionSearch) -> ExceptionGroups:
    """List groups of exceptions of a dashboard. Exceptions of a group have the same cause.

    :raises InvalidInput: the marker is invalid.
    """
    return _listed([find_dashboard(dashboard_id)], query)


def get_exception_group(
    dashboard_id: str, group_id: str, query: GroupSearch
) -> ExceptionGroupDetails:
    """Return a group of exceptions, how often it was seen over time, and examples.

    :raises NotFound: the dashboard has no such group.
    """
    dashboard, fault = _find(dashboard_id, group_id)
    now = datetime.now(UTC)
    search = Search(start=query.start_date, end=query.end_date)
    samples = [
        ExceptionSample(
            id=each.id,
            time=each.time,
            endpoint=each.endpoint,
            version=each.version,
            message=each.message,
            ip=each.ip or None,
            user=each.user or None,
            captured=each.captured,
            duration=each.duration,
            status_code=each.status_code or None,
            stack=[StackFrame.of(frame) for frame in fault.samples.stack_of(each)],
        )
        for each in fault.samples.samples
    ]
    return ExceptionGroupDetails(
        group=_group(Found(dashboard.id, fault, search.count(fault)), now),
        series=_series(fault, query, now),
        samples=samples,
    )


def resolve_exception_group(
    dashboard_id: str, group_id: str, body: ResolveGroup
) -> ExceptionGroupMessage:
    """Record that the cause of a group of exceptions is fixed.

    :raises NotFound: the dashboard has no such group.
    """
    decision = Resolved(datetime.now(UTC), body.in_version)
    return _decide(dashboard_id, group_id, decision, "Resolved.")


def ignore_exception_group(
    dashboard_id: str, group_id: str, body: IgnoreGroup
) -> ExceptionGroupMessage:
    """Ignore a group of exceptions for ever, until a time, or until more have come.

    :raises NotFound: the dashboard has no such group.
    """
    _, fault = _find(dashboard_id, group_id)
    decision = Ignored(body.until, body.times and fault.count + body.times)
    return _decide(dashboard_id, group_id, decision, "Ignored.")


def reopen_exception_group(dashboard_id: str, group_id: str) -> ExceptionGroupMessage:
    """Open a group of exceptions again that is resolved or ignored.

    :raises NotFound: the dashboard has no such group.
    """
    return _decide(dashboard_id, group_id, None, "Reopened.")


def _decide(
    dashboard_id: str, group_id: str, decision: Decision | None, message: str
) -> ExceptionGroupMessage:
    dashboard, fault = _find(dashboard_id, group_id)
    exceptions.decide(dashboard, fault, decision)
    news.add(dashboard.id, dashboard.user_id)
    found = Found(dashboard.id, fault, fault.count)
    return ExceptionGroupMessage(message=message, group=_group(found, datetime.now(UTC)))


def _find(dashboard_id: str, group_id: str) -> tuple[Dashboard, ExceptionFault]:
    dashboard = find_dashboard(dashboard_id)
    fault = _fault(dashboard.id, group_id)
    if fault is None:
        raise NotFound("This dashboard has no such group of exceptions.")
    return dashboard, fault


def _fault(dashboard_id: UUID, group_id: str) -> ExceptionFault | None:
    log = exceptions.find(dashboard_id)
    fault: ExceptionFault | None = None if log is None else log.faults.get(group_id)
    return fault


def _listed(dashboards: Collection[Dashboard], query: ExceptionSearch) -> ExceptionGroups:
    now = datetime.now(UTC)
    search = Search(
        *(query.state, query.endpoint, query.version, query.text),
        *(query.start_date, query.end_date),
        # Each dashboard has its own rules.
        *(dashboard.endpoint_patterns for dashboard in dashboards if len(dashboards) == 1),
    )
    ids = {str(dashboard.id): dashboard.id for dashboard in dashboards}
    found = exceptions.find_faults(ids.values(), search, now)
    found.sort(key=lambda each: each.position(query.sort), reverse=True)
    following = found
    if query.marker is not None:
        key, _, group_id = query.marker.rpartition(":")
        if not key and len(ids) == 1:
            [key] = ids
        last = _fault(ids[key], group_id) if key in ids else None
        if last is None:
            raise validation.invalid({"marker": ["There is no such group any more."]})
        # It need not match the search any more.
        after = Found(ids[key], last, search.count(last)).position(query.sort)
        following = [each for each in found if each.position(query.sort) < after]
    page = following[: query.limit]
    hints = [exported.hint(dashboard.fetching, exported.EXCEPTIONS) for dashboard in dashboards]
    is_available = None in hints
    hint = "You have no dashboards yet." if not hints else None if is_available else hints[0]
    if len(hints) > 1 and not is_available:
        hint = f"None of your apps exports its exceptions. The first of them:\n{hint}"
    last_one = page[-1] if len(following) > len(page) else None
    logs = filter(None, map(exceptions.find, ids.values()))
    return ExceptionGroups(
        groups=[_group(each, now) for each in page],
        total=len(found),
        ungrouped=sum(log.others for log in logs),
        next_marker=last_one and f"{last_one.dashboard_id}:{last_one.fault.id}",
        available=is_available,
        hint=hint,
    )


def _group(found: Found, now: datetime) -> ExceptionGroupInfo:
    fault = found.fault
    state, decision = fault.state(now), fault.decision
    same = (
        *("id", "type", "function", "message", "first_seen", "last_seen", "first_version"),
        *("last_version", "captured"),
    )
    fields: dict[str, Any] = {name: getattr(fault, name) for name in same}
    resolved_in = until = times = None
    if state is State.RESOLVED and isinstance(decision, Resolved):
        resolved_in = decision.version
    if state is State.IGNORED and isinstance(decision, Ignored):
        until = decision.until
        times = decision.until_count and decision.until_count - fault.count
    return ExceptionGroupInfo(
        **fields,
        dashboard_id=found.dashboard_id,
        state=state,
        count=found.matching,
        users=fault.user_count or None,
        addresses=fault.address_count or None,
        endpoints=list(fault.endpoints),
        versions=list(fault.versions),
        resolved_in=resolved_in,
        ignored_until=until,
        ignored_times=times,
    )


def _series(fault: ExceptionFault, query: GroupSearch, now: datetime) -> dict[str, int]:
    counts = fault.counts(query.start_date, query.end_date)
    start = query.start_date or min(counts, default=fault.last_seen)
    end = query.end_date or max(now, fault.last_seen + timedelta(microseconds=1))
    unit = query.timeslice or ("hour" if end - start <= MAX_HOURS else "day")
    cut = slices.cut(to_microseconds(start), to_microseconds(end), unit, zone=query.timezone)
    if not len(cut):
        return {}
    times = np.array([to_microseconds(time) for time in counts], dtype=np.int64)
    numbers = cut.index(times, 0, len(cut.edges) - 2)
    totals = np.bincount(numbers, list(counts.values()), minlength=len(cut))
    return dict(zip(cut.labels, totals.astype(int).tolist(), strict=True))
