"""Replays a rule over the past: when it would have fired."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import pairwise
from typing import Any, NamedTuple

from pydash_app.alert.condition import (
    And,
    AnyCondition,
    Certificate,
    Down,
    ExceptionCondition,
    ExceptionNew,
    FetchFailing,
    Group,
    NoData,
    Question,
    VersionWorse,
    leaves,
)
from pydash_app.alert.machine import Outcome, Phase, Reading, State, Timing, step
from pydash_app.alert.reading import VERDICT_PERIOD, joined, judge, lags, values_of
from pydash_app.dashboard.entity import Dashboard
from pydash_app.event import EventType, of_dashboard, store
from pydash_app.exceptions.states import NEW_FOR
from pydash_app.verdict import Verdict, VersionLog
from pydash_cube import effort
from pydash_cube.vocabulary import MAX_SLICES, StatisticName
from pydash_events import EventFilter

MINUTE = timedelta(minutes=1)
MAX_EVENTS = 1_000
_UNMET, _MET, _NO_DATA = (Reading(each) for each in (Outcome.UNMET, Outcome.MET, Outcome.NO_DATA))


class Period(NamedTuple):
    """A time at which a rule would have fired.

    :ivar until: None if it still would.
    """

    since: datetime
    until: datetime | None


@dataclass(frozen=True)
class Replay:
    """A condition and the settings with which it is replayed.

    :param min_calls: see `reading.read`.
    """

    condition: AnyCondition
    timing: Timing
    recover_threshold: float | None = None
    min_calls: int | None = None

    def run(self, dashboard: Dashboard, start: datetime, end: datetime) -> list[Period]:
        """Return when the rule would have fired, oldest first.

        Conditions are read once per window, the shortest of them if there are several.

        :raises QueryTimeout: the queries take too long.
        """
        if isinstance(self.condition, ExceptionCondition):
            return _changes(self.condition, dashboard, start, end)
        windows = [each.window for each in leaves(self.condition) if isinstance(each, Question)]
        pace = timedelta(seconds=min(windows, default=60))
        count = (end - start) // pace
        readings = self._readings(self.condition, dashboard, end, pace, count)
        periods: list[Period] = []
        state = State()
        for number, reading in enumerate(readings):
            effort.check_time()
            moment = end - (count - 1 - number) * pace
            was_on = state.phase in (Phase.FIRING, Phase.RECOVERING)
            state = step(self.timing, state, reading, moment).state
            is_on = state.phase in (Phase.FIRING, Phase.RECOVERING)
            if is_on and not was_on:
                periods.append(Period(moment, None))
            elif was_on and not is_on:
                periods[-1] = periods[-1]._replace(until=moment)
        return periods

    def _readings(
        self,
        condition: AnyCondition,
        dashboard: Dashboard,
        end: datetime,
        pace: timedelta,
        count: int,
    ) -> Sequence[Reading]:
        """Return the readings of a condition at regular times, the last of which is the end."""
        if isinstance(condition, Group):
            parts = [
                self._readings(each, dashboard, end, pace, count) for each in condition.conditions
            ]
            joining = partial(joined, is_and=isinstance(condition, And))
            return [joining(each) for each in zip(*parts, strict=True)]
        if isinstance(condition, Question):
            length = timedelta(seconds=condition.window)
            each = length // pace  # how often a value is repeated
            windows = -(-count // each)
            compared = lags(condition)
            values = _series(condition, dashboard, end, windows + compared[-1], self.min_calls)
            found = [
                judge(
                    condition,
                    [values[number + compared[-1] - lag] for lag in compared],
                    self.recover_threshold,
                )
                for number in range(windows)
            ]
            return [reading for reading in found for _ in range(each)][-count:] if count else []
        moments = [end - number * pace for number in reversed(range(count))]
        return list(_past(condition, dashboard, moments))


def _series(
    question: Question, dashboard: Dashboard, end: datetime, count: int, min_calls: int | None
) -> list[float | None]:
    """Return the values of consecutive windows, the earliest first, however many."""
    values: list[float | None] = []
    length = timedelta(seconds=question.window)
    for done in range(0, count, MAX_SLICES):
        part = min(MAX_SLICES, count - done)
        values[:0] = values_of(question, dashboard, end - done * length, part, min_calls)
    return values


def _past(
    condition: AnyCondition, dashboard: Dashboard, moments: Sequence[datetime]
) -> Iterator[Reading]:
    """Return the readings of a condition that compares no values of requests."""
    if not moments:
        return
    match condition:
        case NoData():
            yield from _silences(condition, dashboard, moments)
            return
        case Down():
            periods = dashboard.downtime.intervals(moments[0] - MINUTE, moments[-1], moments[-1])
        case FetchFailing():
            periods = _failures(dashboard, moments[0], moments[-1])
        case Certificate() if dashboard.downtime.certificate_expires is not None:
            expires = dashboard.downtime.certificate_expires
            periods = [(expires - timedelta(days=condition.days), moments[-1] + MINUTE)]
        case VersionWorse() if dashboard.version_log is not None:
            periods = _worse(dashboard.version_log)
        case _:
            periods = []
    number = 0
    for moment in moments:
        while number < len(periods) and periods[number][1] <= moment:
            number += 1
        is_met = number < len(periods) and periods[number][0] <= moment
        # What lasts until now ends at the last moment.
        is_last = moment == moments[-1] and bool(periods) and periods[-1][1] == moment
        yield _MET if is_met or is_last else _UNMET


def _silences(
    condition: NoData, dashboard: Dashboard, moments: Sequence[datetime]
) -> Iterator[Reading]:
    first, window = dashboard.first_endpoint_call_time(), timedelta(seconds=condition.window)
    count = (moments[-1] - moments[0] + window) // MINUTE + 1
    visits = Question(statistic=StatisticName.TOTAL_VISITS, window=60)
    counts = _series(visits, dashboard, moments[-1], count, 0)
    last, position = None, 0
    for moment in moments:
        while position < count:
            ended = moments[-1] - (count - 1 - position) * MINUTE
            if ended > moment:
                break
            last = ended if counts[position] else last
            position += 1
        if first is None or first > moment:
            yield _NO_DATA
        else:
            yield _UNMET if last is not None and moment - last < window else _MET


def _worse(log: VersionLog) -> list[tuple[datetime, datetime]]:
    """Return the periods in which the last check of a version had found that it is worse."""
    checks = sorted(
        (version.first + check.after, check.verdict is Verdict.WORSE)
        for version in log.versions.values()
        for check in version.checks
    )
    ends = [moment for moment, _ in checks[1:]] + [datetime.max.replace(tzinfo=UTC)]
    return [
        (moment, min(end, moment + VERDICT_PERIOD))
        for (moment, is_worse), end in zip(checks, ends, strict=True)
        if is_worse
    ]


def _changes(
    condition: ExceptionCondition, dashboard: Dashboard, start: datetime, end: datetime
) -> list[Period]:
    """Return since when groups of exceptions were new or had regressed, and until when."""
    is_new = isinstance(condition, ExceptionNew)
    changed = EventType.EXCEPTION_NEW if is_new else EventType.EXCEPTION_REGRESSED
    wanted = EventFilter(start, end, [each for each in EventType if each.startswith("exception.")])
    try:
        events = store(of_dashboard(dashboard).project).get_events(wanted, {"limit": MAX_EVENTS})
    except NotImplementedError:  # some event stores cannot be read
        return []
    found: list[Period] = []
    lasting: dict[Any, int] = {}
    for event in events:
        traits = {trait.name: trait.value for trait in event.traits}
        group = traits.get("group")
        if group in lasting:
            number = lasting.pop(group)
            found[number] = found[number]._replace(until=event.generated)
        if event.event_type == changed and condition.endpoint in (None, traits.get("endpoint")):
            lasting[group] = len(found)
            found.append(Period(event.generated, None))
    if not is_new:
        return found
    # Then it is no longer new.
    ended = [min(each.since + NEW_FOR, each.until or end + NEW_FOR) for each in found]
    return [
        each._replace(until=until if until <= end else None)
        for each, until in zip(found, ended, strict=True)
    ]


def _failures(
    dashboard: Dashboard, start: datetime, end: datetime
) -> list[tuple[datetime, datetime]]:
    """Return the periods in which fetches failed, as far as there are events."""
    failed = EventType.APP_FETCH_FAILED
    wanted = EventFilter(start, end, [failed, EventType.APP_FETCH_RECOVERED])
    try:
        events = store(of_dashboard(dashboard).project).get_events(wanted, {"limit": MAX_EVENTS})
    except NotImplementedError:  # some event stores cannot be read
        return []
    found = [(event.generated, event.event_type == failed) for event in events]
    changes = [*found, (end, False)]
    return [(since, until) for (since, is_failure), (until, _) in pairwise(changes) if is_failure]
