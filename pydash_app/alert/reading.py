"""Reads whether a condition is met, now or in the past, from what is stored about a dashboard."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from statistics import fmean
from urllib.parse import urlencode

from pydash_app import exceptions
from pydash_app.alert import faults
from pydash_app.alert.condition import (
    COUNTS,
    WEEK_SECONDS,
    Above,
    And,
    AnyCondition,
    Below,
    Certificate,
    Changed,
    Down,
    ExceptionCondition,
    FetchFailing,
    Group,
    MeanInside,
    NoData,
    Numeric,
    Outside,
    Question,
    ShareInside,
    VersionWorse,
    describe,
)
from pydash_app.alert.machine import Outcome, Reading
from pydash_app.dashboard.entity import Dashboard
from pydash_app.formatting import format_value
from pydash_app.verdict import Verdict
from pydash_cube.effort import QueryTimeout, time_limit
from pydash_cube.query import Query
from pydash_cube.vocabulary import QueryError, StatisticName, TimeUnit

MIN_CALLS = 20
MAX_READ_SECONDS = 2.0
# How long a version that was found worse is a reason for an alert, unless another check says so.
VERDICT_PERIOD = timedelta(days=2)
# What the message of an alert gives as reasons.
MAX_REASONS = 5
HOUR_SECONDS = 3_600
_MINUTE, _HOUR, _DAY = TimeUnit.MINUTE, TimeUnit.HOUR, TimeUnit.DAY
# The slices that are as long as a window.
_SLICES = {
    60: (_MINUTE, 1),
    300: (_MINUTE, 5),
    900: (_MINUTE, 15),
    3_600: (_HOUR, 1),
    86_400: (_DAY, 1),
}

Values = Sequence[float | None]
"""The values of windows, the latest first; None if unknown."""


def read(
    condition: AnyCondition,
    dashboard: Dashboard,
    now: datetime,
    *,
    recover_threshold: float | None = None,
    min_calls: int | None = None,
) -> Reading:
    """Return whether a condition is met, as of the last fetch and the last ping.

    :param recover_threshold: the value at which a condition with a threshold has recovered.
    :param min_calls: the number of requests in a window below which its value is unknown; by
        default `MIN_CALLS`, and 0 for counts.
    """
    if isinstance(condition, Group):
        readings = [
            read(each, dashboard, now, min_calls=min_calls) for each in condition.conditions
        ]
        return joined(readings, is_and=isinstance(condition, And))
    if isinstance(condition, ExceptionCondition):
        return faults.read_all(condition, exceptions.find(dashboard.id), now)
    if not isinstance(condition, Question):
        return _read_state(condition, dashboard, now)
    status = dashboard.fetching
    if status.failure is not None:
        return Reading(Outcome.ERROR, text=status.failure.message)
    if status.last_fetch_time is None or not status.state.has_history:
        return Reading(Outcome.NO_DATA, text="The history has not been fetched yet.")
    try:
        with time_limit(MAX_READ_SECONDS):
            values = _values(condition, dashboard, status.last_fetch_time, min_calls)
    except QueryTimeout:
        return Reading(Outcome.ERROR, text="The query takes too long. Use a shorter window.")
    except QueryError as error:
        return Reading(Outcome.ERROR, text=error.reason)
    return judge(condition, values, recover_threshold)


def lags(condition: Numeric) -> range:
    """Return which windows a condition compares, counted back from the latest, which is 0."""
    match condition:
        case Changed(against="previous"):
            return range(2)
        case Changed():
            week = WEEK_SECONDS // condition.window
            return range(0, week + 1, week)
        case MeanInside() | ShareInside():
            return range(condition.last)
    return range(1)


def judge(condition: Numeric, values: Values, recover_threshold: float | None = None) -> Reading:
    """Return whether a condition is met by values.

    :param values: those of `lags(condition)`.

    >>> judge(Above(statistic="error_rate", window=60, threshold=5), [7.0]).text
    'Error rate above 5% (1 min): 7%.'
    """
    known = [value for value in values if value is not None]
    latest = values[0]
    match condition:
        case MeanInside() if known:
            mean = fmean(known)
            return _judged(condition, not condition.contains(mean), mean, _bound(condition, mean))
        case ShareInside() if known:
            share = 100 * sum(map(condition.contains, known)) / len(known)
            return _judged(condition, share < condition.share, share, condition.share)
        case Above() if latest is not None:
            limit = condition.threshold if recover_threshold is None else recover_threshold
            reading = _judged(condition, latest > condition.threshold, latest, condition.threshold)
            return replace(reading, has_recovered=latest <= limit)
        case Below() if latest is not None:
            limit = condition.threshold if recover_threshold is None else recover_threshold
            reading = _judged(condition, latest < condition.threshold, latest, condition.threshold)
            return replace(reading, has_recovered=latest >= limit)
        case Outside() if latest is not None:
            is_met = not condition.contains(latest)
            return _judged(condition, is_met, latest, _bound(condition, latest))
        case Changed() if len(known) == len(values):
            return _judge_change(condition, known[0], known[-1])
    return Reading(Outcome.NO_DATA, text="There are too few requests.")


def joined(readings: Sequence[Reading], *, is_and: bool) -> Reading:
    """Return the reading of several conditions that are joined by "and" or by "or".

    What is unknown decides nothing that the others decide. The values are those of the first
    condition that decides.
    """
    decisive = Outcome.UNMET if is_and else Outcome.MET
    for outcome in (decisive, Outcome.ERROR, Outcome.NO_DATA):
        found = [reading for reading in readings if reading.outcome is outcome]
        if found:
            return _with_value(found)
    reading = _with_value(list(readings))
    return replace(reading, text=" ".join(each.text for each in readings))


def _with_value(readings: Sequence[Reading]) -> Reading:
    return next((each for each in readings if each.value is not None), readings[0])


def _bound(condition: Outside | MeanInside, value: float) -> float:
    """Return the bound of a band that a value has passed, or the nearest one."""
    return condition.low if value - condition.low < condition.high - value else condition.high


def _judge_change(condition: Changed, value: float, reference: float) -> Reading:
    low, high = condition.bounds(reference)
    is_up = condition.direction != "down" and value > high
    is_down = condition.direction != "up" and value < low
    is_rising = condition.direction == "up" or (condition.direction == "both" and not is_down)
    return _judged(condition, is_up or is_down, value, high if is_rising else low)


def _judged(condition: Numeric, is_met: bool, value: float, threshold: float) -> Reading:
    unit = "%" if isinstance(condition, ShareInside) else condition.unit
    text = f"{describe(condition)}: {format_value(value)}{unit}."
    return Reading(Outcome.MET if is_met else Outcome.UNMET, value, threshold, text)


def _values(
    condition: Numeric, dashboard: Dashboard, end: datetime, min_calls: int | None
) -> Values:
    """Return the values of the windows that a condition compares, up to a time."""
    compared, length = lags(condition), timedelta(seconds=condition.window)
    if compared.step == 1:
        return values_of(condition, dashboard, end, len(compared), min_calls)[::-1]
    pairs = (values_of(condition, dashboard, end - lag * length, 1, min_calls) for lag in compared)
    return [value for pair in pairs for value in pair]


def values_of(
    question: Question, dashboard: Dashboard, end: datetime, count: int, min_calls: int | None
) -> Values:
    """Return the values of consecutive windows, the earliest first.

    :param end: the end of the last window.
    :param count: the number of windows.
    :param min_calls: see `read`.
    :raises QueryError: there are too many windows.
    """
    unit, units = _SLICES[question.window]
    start = end - count * timedelta(seconds=question.window)
    query = Query(start, end, question.filters, timeslice=unit, is_static=False, units=units)
    visits = StatisticName.TOTAL_VISITS
    result = dashboard.query(list(dict.fromkeys([question.statistic, visits])), query)
    if min_calls is None:
        min_calls = 0 if question.statistic in COUNTS else MIN_CALLS
    scale = 100 if question.statistic == StatisticName.ERROR_RATE else 1
    values, counts = result.values[question.statistic][0], result.values[visits][0]
    # Of requests beyond their retention, only the hour is known.
    days, fetched = dashboard.retention.calls_days, dashboard.fetching.last_fetch_time
    first = 0
    if days is not None and fetched is not None and question.window < HOUR_SECONDS:
        oldest = fetched - timedelta(days=days)
        first = -((start - oldest) // timedelta(seconds=question.window))
    return [
        None if value is None or calls < min_calls or number < first else float(value) * scale
        for number, (value, calls) in enumerate(zip(values, counts, strict=True))
    ]


def _read_state(
    condition: Down | FetchFailing | NoData | Certificate | VersionWorse,
    dashboard: Dashboard,
    now: datetime,
) -> Reading:
    """Return the reading of a condition that compares no values of requests."""
    log, status = dashboard.downtime, dashboard.fetching
    match condition:
        case Certificate():
            if log.certificate_expires is None:
                return Reading(Outcome.NO_DATA, text="No certificate is known.")
            days = (log.certificate_expires - now) / timedelta(days=1)
            text = f"The certificate expires on {log.certificate_expires:%Y-%m-%d}."
            return _state(days < condition.days, text, days, condition.days)
        case FetchFailing():
            return _state(status.failure is not None, status.error or "The last fetch succeeded.")
        case NoData():
            return _read_silence(condition, dashboard)
        case VersionWorse():
            return _read_verdict(dashboard, now)
    if not dashboard.monitor_downtime or log.last_ping is None:
        return Reading(Outcome.NO_DATA, text="The app is not pinged.")
    if log.down_since is None:
        return _state(False, "The app responds.")
    cause = log.last_failure
    text = cause.reason if cause else "The app does not respond."
    return replace(_state(True, text), since=log.down_since)


def _read_silence(condition: NoData, dashboard: Dashboard) -> Reading:
    status, last_call = dashboard.fetching, dashboard.last_endpoint_call_time()
    if status.failure is not None:
        return Reading(Outcome.ERROR, text=status.failure.message)
    if status.last_fetch_time is None or last_call is None:
        return Reading(Outcome.NO_DATA, text="There were no requests yet.")
    seconds = (status.last_fetch_time - last_call).total_seconds()
    text = f"The last request was at {last_call:%Y-%m-%d %H:%M} UTC."
    return _state(seconds >= condition.window, text, max(0.0, seconds), condition.window)


def _read_verdict(dashboard: Dashboard, now: datetime) -> Reading:
    """Return whether the check of a version that was made last found that it is worse."""
    latest = dashboard.version_log and dashboard.version_log.latest
    check = latest and latest.last
    if latest is None or check is None:
        return Reading(Outcome.NO_DATA, text="No version was compared with another one yet.")
    if check.verdict is not Verdict.WORSE or now - latest.first - check.after > VERDICT_PERIOD:
        return _state(False, f"The last check found version {latest.name} {check.verdict.words}.")
    hours = check.after / timedelta(hours=1)
    after = f"{hours:g} h" if hours >= 1 else f"{60 * hours:g} min"
    reasons = check.reasons
    listed = "; ".join(reasons[:MAX_REASONS])
    more = f"; and {len(reasons) - MAX_REASONS} more" if len(reasons) > MAX_REASONS else ""
    text = f"After {after}, version {latest.name} is worse than {check.against}: {listed}{more}."
    return Reading(
        Outcome.MET,
        text=text,
        since=latest.first,
        occasion=f"{check.after} {latest.name}",
        page=f"versions?{urlencode({'judged': latest.name})}",
    )


def _state(
    is_met: bool, text: str, value: float | None = None, threshold: float | None = None
) -> Reading:
    return Reading(Outcome.MET if is_met else Outcome.UNMET, value, threshold, text)
