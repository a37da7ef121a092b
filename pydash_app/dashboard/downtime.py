"""Records the uptime, the outages and the latency of a dashboard's app."""

import struct
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import NamedTuple

from BTrees.IOBTree import IOBTree
from BTrees.OOBTree import OOBTree
from persistent import Persistent

from pydash_app.intervals import Interval, clipped, joined, length, without
from pydash_http import FailureKind

PING_INTERVAL = timedelta(minutes=5)
FAILURES_UNTIL_DOWN = 3
SUCCESSES_UNTIL_UP = 2
MAX_MISSED_INTERVALS = 3
"""After more intervals than this without a ping, the app counts as unmonitored."""

STEADY = timedelta(hours=6)
"""Nothing is pruned unless the clock has advanced ping by ping for at least this long."""

KEEP_OUTAGES = timedelta(days=400)
KEEP_LATENCIES = timedelta(days=90)

# No hour of our time has a number as small as the ordinal of a day.
_LAST_DAY = date.max.toordinal()

_LATENCY = struct.Struct("<If")  # second of the day, milliseconds


@dataclass(frozen=True, slots=True)
class DayDowntime:
    """The uptime of a dashboard on one day.

    :ivar downtime: how long the app was down on that day.
    :ivar percentage: the percentage of the monitored time that it was down; None if unmonitored.
    """

    day: date
    downtime: timedelta
    percentage: float | None


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a ping failed.

    :ivar reason: a sentence.
    """

    kind: FailureKind
    reason: str


class Outage(NamedTuple):
    """A period in which the app was down.

    :ivar cause: the failure that made the outage certain; None if an earlier version recorded it.
    """

    start: datetime
    end: datetime
    cause: Failure | None


class _Pings(Persistent):
    """The successful pings of an hour, packed; earlier versions stored those of a day together."""

    def __init__(self) -> None:
        self.packed = b""

    def append(self, moment: datetime, latency: float) -> None:
        second = int((moment - _midnight(moment.date())).total_seconds())
        self.packed += _LATENCY.pack(second, latency)

    def items(self, day: date) -> Iterator[tuple[datetime, float]]:
        for second, latency in _LATENCY.iter_unpack(self.packed):
            yield _midnight(day) + timedelta(seconds=second), latency


class DowntimeLog(Persistent):
    """The pings of a dashboard, stored as outages and latencies; written only by the fetcher.

    An outage begins with the first of several consecutive failed pings and ends with the first of
    several consecutive successful ones. Time without pings counts neither as uptime nor as
    downtime. During an outage, such a gap ends the outage at the last ping before it. If the pings
    after it fail as well, a new outage begins.

    The clock may be wrong at any time. If it goes back, monitoring starts over. Time that was
    monitored twice counts once, as downtime if the app was down either time.

    Excluded time, such as planned maintenance, counts neither as uptime nor as downtime.

    :ivar down_since: when the current outage began; None while the app is not down.
    :ivar last_failure: why the last failed ping failed.
    :ivar certificate_expires: when the certificate of the last successful ping expires (UTC); None
        without TLS.

    >>> log = DowntimeLog()
    >>> noon = datetime(2026, 1, 1, 12, tzinfo=UTC)
    >>> minutes = lambda number: noon + timedelta(minutes=number)
    >>> for moment, latency in [(0, 20), (5, None), (10, None), (15, None), (20, 21), (25, 20)]:
    ...     log.record(minutes(moment), latency)
    >>> [(str(start.time()), str(end.time())) for start, end in log.intervals(noon, minutes(60))]
    [('12:05:00', '12:20:00')]
    >>> round(log.percentage(noon, minutes(60), now=minutes(25)), 1)
    60.0
    """

    # For logs that were stored before these attributes existed.
    _interval = PING_INTERVAL
    _pruned_on: date | None = None
    _recovering_since: datetime | None = None
    _successes = 0
    _causes: OOBTree | None = None  # start of an outage -> Failure
    last_failure: Failure | None = None
    certificate_expires: datetime | None = None

    def __init__(self) -> None:
        self._outages = OOBTree()  # start -> end, closed ones
        self._watches = OOBTree()  # start -> end, closed ones
        # Hours since the year 1 -> _Pings; in earlier versions, the ordinal of the day.
        self._latencies = IOBTree()
        self._watch: Interval | None = None
        self._failing_since: datetime | None = None
        self._failures = 0
        self.down_since: datetime | None = None

    @property
    def trees(self) -> tuple[OOBTree, OOBTree]:
        """What is loaded apart from the log itself to compute a percentage."""
        return self._watches, self._outages

    @property
    def is_empty(self) -> bool:
        """Whether the app was never pinged, so that nothing in the log depends on the clock."""
        return self._watch is None and not any(self.trees)

    @property
    def last_ping(self) -> datetime | None:
        """The time of the last ping."""
        return self._watch[1] if self._watch else None

    @property
    def failing_since(self) -> datetime | None:
        """The first failed ping of those that still fail; None if the app responds."""
        return self.down_since or (self._failing_since if self.is_failing else None)

    @property
    def is_failing(self) -> bool:
        """Whether the last ping failed."""
        return self._watch is not None and self._failing_since is not None

    def is_watched(self, now: datetime) -> bool:
        """Return whether the last ping is so recent that what it found still holds.

        :param now: the current time (UTC).
        """
        last = self.last_ping
        return last is not None and last <= now <= last + MAX_MISSED_INTERVALS * self._interval

    def record(
        self,
        now: datetime,
        latency: float | None,
        *,
        failure: Failure | None = None,
        interval: timedelta = PING_INTERVAL,
        failures_until_down: int = FAILURES_UNTIL_DOWN,
        successes_until_up: int = SUCCESSES_UNTIL_UP,
    ) -> None:
        """Record the outcome of one ping.

        :param now: the time at which it was sent (UTC).
        :param latency: the response time (ms); None if the ping failed.
        :param failure: why it failed, if known.
        :param interval: the time until the next ping is due.
        :param failures_until_down: the number of consecutive failures that make an outage.
        :param successes_until_up: the number of consecutive successes that end it.
        """
        now = _utc(now)
        start, end = self._watch or (now, now)
        if not start <= end <= now <= end + MAX_MISSED_INTERVALS * self._interval:
            self.pause()
            start = now
        self._watch, self._interval = (start, now), interval
        if latency is None:
            self.last_failure = failure
            self._record_failure(now, failures_until_down)
        else:
            self._record_success(now, successes_until_up)
            self._latencies.setdefault(_hour(now), _Pings()).append(now, latency)
        if now - start >= STEADY and now.date() != self._pruned_on:
            self._prune(now)

    def pause(self) -> None:
        """Stop monitoring; an open outage ends with the last ping."""
        if self._watch is None:
            return
        start, end = self._watch
        _add_interval(self._watches, start, end)
        self._close_outage(end)
        self._watch = None

    def intervals(
        self,
        start: datetime,
        end: datetime,
        now: datetime | None = None,
        excluded: Iterable[Interval] = (),
    ) -> list[Interval]:
        """Return the outages in [start, end), clipped to it, oldest first, without overlaps.

        :param now: the moment up to which an ongoing, monitored outage counts; by default the
            current time.
        :param excluded: the periods that do not count.
        """
        counted = without(self._all_outages(_now(now)), excluded)
        return list(clipped(counted, _utc(start), _utc(end)))

    def outages(
        self,
        start: datetime,
        end: datetime,
        now: datetime | None = None,
        excluded: Iterable[Interval] = (),
    ) -> list[Outage]:
        """Return what `intervals` returns, with the causes."""
        found = self.intervals(start, end, now, excluded)
        return [Outage(*interval, self.cause_at(interval[0])) for interval in found]

    def end_of_outage(self, start: datetime) -> datetime | None:
        """Return when the outage ended that began at a time; None if it has not, or there is none.

        The time after the last ping does not count, if nobody pinged for too long.
        """
        end: datetime | None = self._outages.get(_utc(start))
        return end

    def cause_at(self, moment: datetime) -> Failure | None:
        """Return the cause of the outage at a time, unless it is unknown."""
        causes = self._causes
        if not causes or moment < causes.minKey():
            return None
        start = causes.maxKey(moment)
        is_its = start == self.down_since or self._outages.get(start, start) > moment
        return causes[start] if is_its else None

    def percentage(
        self,
        start: datetime,
        end: datetime,
        now: datetime | None = None,
        excluded: Iterable[Interval] = (),
    ) -> float | None:
        """Return the percentage of the monitored time in [start, end) that the app was down.

        :param excluded: the periods that do not count.
        :returns: 0 to 100; None if the app was not monitored in that range.
        """
        now, start, end = _now(now), _utc(start), _utc(end)
        watched = length(clipped(without(self._all_watches(now), excluded), start, end))
        return _percentage(length(self.intervals(start, end, now, excluded)), watched)

    def per_day(
        self,
        start: datetime,
        end: datetime,
        now: datetime | None = None,
        zone: tzinfo = UTC,
        excluded: Iterable[Interval] = (),
    ) -> list[DayDowntime]:
        """Return the downtime of every day that [start, end) touches.

        :param zone: the time zone of the days.
        :param excluded: the periods that do not count.
        """
        now, start, end = _now(now), _utc(start), _utc(end)
        watches = without(self._all_watches(now), excluded)
        down = _length_of_days(self.intervals(start, end, now, excluded), zone)
        watched = _length_of_days(clipped(watches, start, end), zone)
        days = [day for day, _ in _days(start, end, zone)]
        return [DayDowntime(day, down[day], _percentage(down[day], watched[day])) for day in days]

    def latency(self, start: datetime, end: datetime) -> list[tuple[datetime, float]]:
        """Return the time (UTC) and latency (ms) of every successful ping in [start, end)."""
        start, end = _utc(start), _utc(end)
        days = self._latencies.items(start.toordinal(), end.toordinal())
        hours = self._latencies.items(max(_hour(start), _LAST_DAY + 1), _hour(end))
        return sorted(
            ping
            for ordinal, pings in [*days, *((hour // 24, pings) for hour, pings in hours)]
            for ping in pings.items(date.fromordinal(ordinal))
            if start <= ping[0] < end
        )

    def _record_failure(self, now: datetime, failures_until_down: int) -> None:
        self._recovering_since = None
        if self._failing_since is None:
            self._failing_since, self._failures = now, 0
        self._failures += 1
        if self._failures >= failures_until_down and self.down_since is None:
            self.down_since = self._failing_since
            if self.last_failure is not None:
                if self._causes is None:
                    self._causes = OOBTree()
                self._causes[self.down_since] = self.last_failure

    def _record_success(self, now: datetime, successes_until_up: int) -> None:
        self._failing_since = None
        if self.down_since is None:
            return
        if self._recovering_since is None:
            self._recovering_since, self._successes = now, 0
        self._successes += 1
        if self._successes >= successes_until_up:
            self._close_outage(now)

    def _close_outage(self, end: datetime) -> None:
        if self.down_since is not None:
            _add_interval(self._outages, self.down_since, self._recovering_since or end)
        self._failing_since = self.down_since = self._recovering_since = None

    def _prune(self, now: datetime) -> None:
        self._pruned_on = now.date()
        first = now - KEEP_LATENCIES
        days = self._latencies.keys(max=first.toordinal() - 1)
        hours = self._latencies.keys(min=_LAST_DAY + 1, max=_hour(first) - 1)
        for key in [*days, *hours]:
            del self._latencies[key]
        oldest = now - KEEP_OUTAGES
        for tree in (self._outages, self._watches):
            # An interval that began before may end after.
            for start in [start for start, end in tree.items(max=oldest) if end < oldest]:
                del tree[start]
        causes = self._causes if self._causes is not None else OOBTree()
        for start in [start for start in causes.keys(max=oldest) if start not in self._outages]:
            del causes[start]

    def _all_outages(self, now: datetime) -> list[Interval]:
        return joined([*self._outages.items(), *self._ongoing(self.down_since, now)])

    def _all_watches(self, now: datetime) -> list[Interval]:
        start = self._watch[0] if self._watch else None
        # Earlier versions could prune the monitored time of an outage before the outage itself.
        outages = self._all_outages(now)
        return joined([*self._watches.items(), *self._ongoing(start, now), *outages])

    def _ongoing(self, start: datetime | None, now: datetime) -> list[Interval]:
        """Return the open interval with this start, up to now unless a ping is long overdue."""
        if start is None or self._watch is None:
            return []
        return [(start, now if self.is_watched(now) else self._watch[1])]


def _add_interval(tree: OOBTree, start: datetime, end: datetime) -> None:
    """Add a non-empty interval; if the clock was set back, its start may exist already."""
    if start < end:
        tree[start] = max(end, tree.get(start, end))


def _length_of_days(intervals: Iterable[Interval], zone: tzinfo) -> defaultdict[date, timedelta]:
    """Return how much of each day the intervals cover."""
    lengths: defaultdict[date, timedelta] = defaultdict(timedelta)
    for start, end in intervals:
        for day, part in _days(start, end, zone):
            lengths[day] += part
    return lengths


def _percentage(down: timedelta, watched: timedelta) -> float | None:
    return 100 * (down / watched) if watched else None


def _days(start: datetime, end: datetime, zone: tzinfo) -> Iterator[tuple[date, timedelta]]:
    """Return the days of a range (UTC), and how much of each lies in it."""
    while start < end:
        day = start.astimezone(zone).date()
        midnight = datetime.combine(day + timedelta(days=1), time.min, zone)
        if midnight.astimezone(UTC) <= start:  # the clocks are turned back over midnight
            midnight = midnight.replace(fold=1)
        stop = min(midnight.astimezone(UTC), end)
        yield day, stop - start
        start = stop


def _hour(moment: datetime) -> int:
    """Return the number of an hour since the year 1."""
    return moment.toordinal() * 24 + moment.hour


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, UTC)


def _now(now: datetime | None) -> datetime:
    return datetime.now(UTC) if now is None else _utc(now)


def _utc(moment: datetime) -> datetime:
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
