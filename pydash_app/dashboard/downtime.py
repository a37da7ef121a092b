"""When a dashboard's app was up, when it was down, and how fast it answered."""

import struct
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from BTrees.IOBTree import IOBTree
from BTrees.OOBTree import OOBTree
from persistent import Persistent

Interval = tuple[datetime, datetime]

MAX_GAP = timedelta(minutes=15)
"""Without a ping for longer than this, nobody was watching."""

KEEP_OUTAGES = timedelta(days=400)
KEEP_LATENCIES = timedelta(days=90)

_LATENCY = struct.Struct("<If")  # second of the day, milliseconds


@dataclass(frozen=True, slots=True)
class DayDowntime:
    """One day (UTC) of a dashboard's uptime.

    :ivar downtime: how long the app was down on that day.
    :ivar percentage: share of the watched time that it was down, 0 to 100; None if nobody watched.
    """

    day: date
    downtime: timedelta
    percentage: float | None


class _Pings(Persistent):
    """The answered pings of one day, packed: a ping rewrites two kilobytes at most."""

    def __init__(self) -> None:
        self.packed = b""

    def append(self, moment: datetime, latency: float) -> None:
        second = int((moment - _midnight(moment.date())).total_seconds())
        self.packed += _LATENCY.pack(second, latency)

    def items(self, day: date) -> Iterator[tuple[datetime, float]]:
        for second, latency in _LATENCY.iter_unpack(self.packed):
            yield _midnight(day) + timedelta(seconds=second), latency


class DowntimeLog(Persistent):
    """The pings of one dashboard, kept as outages and latencies; written by the fetcher only.

    An outage begins with the first of several failed pings in a row and ends with the first
    answered one. Time in which nobody pinged counts neither as up nor as down.

    >>> log = DowntimeLog()
    >>> noon = datetime(2026, 1, 1, 12, tzinfo=UTC)
    >>> minutes = lambda number: noon + timedelta(minutes=number)
    >>> for moment, latency in [(0, 20.0), (5, None), (10, None), (15, 21.0)]:
    ...     log.record(minutes(moment), latency)
    >>> [(str(start.time()), str(end.time())) for start, end in log.intervals(noon, minutes(60))]
    [('12:05:00', '12:15:00')]
    >>> round(log.percentage(noon, minutes(60), now=minutes(20)), 1)
    50.0
    """

    def __init__(self) -> None:
        self._outages = OOBTree()  # start -> end, closed ones
        self._watches = OOBTree()  # start -> end, closed ones
        self._latencies = IOBTree()  # ordinal of the day -> _Pings
        self._watch: Interval | None = None
        self._failing_since: datetime | None = None
        self._failures = 0
        self.down_since: datetime | None = None

    @property
    def last_ping(self) -> datetime | None:
        """When the app was last pinged."""
        return self._watch[1] if self._watch else None

    def record(self, now: datetime, latency: float | None, *, failures_until_down: int = 2) -> None:
        """Note the outcome of one ping.

        :param now: when it was sent (UTC).
        :param latency: milliseconds until the answer; None if there was no good answer.
        :param failures_until_down: so many failures in a row make an outage.
        """
        now = _utc(now)
        self._extend_watch(now)
        if latency is None:
            self._record_failure(now, failures_until_down)
        else:
            self._record_answer(now, latency)

    def pause(self) -> None:
        """Stop watching: an open outage ends with the last ping."""
        if self._watch is None:
            return
        start, end = self._watch
        self._watches[start] = end
        self._close_outage(end)
        self._watch = None

    def intervals(
        self, start: datetime, end: datetime, now: datetime | None = None
    ) -> list[Interval]:
        """Return the outages in [start, end), clipped to it, oldest first.

        :param now: an outage that is still open counts up to this moment (default: the clock).
        """
        return list(_clipped(self._all_outages(_now(now)), _utc(start), _utc(end)))

    def percentage(
        self, start: datetime, end: datetime, now: datetime | None = None
    ) -> float | None:
        """Return the share of the watched time in [start, end) that the app was down.

        :returns: 0 to 100; None if nobody watched in that range.
        """
        now, start, end = _now(now), _utc(start), _utc(end)
        watched = _length(_clipped(self._all_watches(now), start, end))
        down = _length(_clipped(self._all_outages(now), start, end))
        return _percentage(down, watched)

    def per_day(
        self, start: datetime, end: datetime, now: datetime | None = None
    ) -> list[DayDowntime]:
        """Return the downtime of every day (UTC) that [start, end) touches."""
        now, start, end = _now(now), _utc(start), _utc(end)
        down = _length_of_days(_clipped(self._all_outages(now), start, end))
        watched = _length_of_days(_clipped(self._all_watches(now), start, end))
        days = [first.date() for first, _ in _days(start, end)]
        return [DayDowntime(day, down[day], _percentage(down[day], watched[day])) for day in days]

    def latency(self, start: datetime, end: datetime) -> list[tuple[datetime, float]]:
        """Return time (UTC) and latency (ms) of every answered ping in [start, end)."""
        start, end = _utc(start), _utc(end)
        days = self._latencies.items(start.toordinal(), end.toordinal())
        return [
            (moment, latency)
            for ordinal, pings in days
            for moment, latency in pings.items(date.fromordinal(ordinal))
            if start <= moment < end
        ]

    def _extend_watch(self, now: datetime) -> None:
        if self._watch and self.down_since is None and now - self._watch[1] > MAX_GAP:
            self.pause()
        self._watch = (self._watch[0] if self._watch else now, now)

    def _record_failure(self, now: datetime, failures_until_down: int) -> None:
        if self._failing_since is None:
            self._failing_since, self._failures = now, 0
        self._failures += 1
        if self._failures >= failures_until_down and self.down_since is None:
            self.down_since = self._failing_since

    def _record_answer(self, now: datetime, latency: float) -> None:
        self._close_outage(now)
        day = now.toordinal()
        if day not in self._latencies:
            self._latencies[day] = _Pings()
            self._prune(now)
        self._latencies[day].append(now, latency)

    def _close_outage(self, end: datetime) -> None:
        if self.down_since is not None:
            self._outages[self.down_since] = end
        self._failing_since = self.down_since = None

    def _prune(self, now: datetime) -> None:
        _drop_before(self._latencies, (now - KEEP_LATENCIES).toordinal())
        _drop_before(self._outages, now - KEEP_OUTAGES)
        _drop_before(self._watches, now - KEEP_OUTAGES)

    def _all_outages(self, now: datetime) -> Iterator[Interval]:
        yield from self._outages.items()
        if self.down_since is not None:
            yield self.down_since, max(now, self.down_since)

    def _all_watches(self, now: datetime) -> Iterator[Interval]:
        yield from self._watches.items()
        if self._watch:
            start, end = self._watch
            still_watching = self.down_since is not None or now - end <= MAX_GAP
            yield start, max(now, end) if still_watching else end


def _drop_before(tree: OOBTree | IOBTree, first_kept: datetime | int) -> None:
    for key in list(tree.keys(max=first_kept, excludemax=True)):
        del tree[key]


def _clipped(intervals: Iterator[Interval], start: datetime, end: datetime) -> Iterator[Interval]:
    for first, last in intervals:
        if first < end and last > start:
            yield max(first, start), min(last, end)


def _length(intervals: "Iterator[Interval] | list[Interval]") -> timedelta:
    return sum((last - first for first, last in intervals), timedelta())


def _length_of_days(intervals: Iterator[Interval]) -> defaultdict[date, timedelta]:
    """Add up how much of each day the intervals take, cut at midnight."""
    lengths: defaultdict[date, timedelta] = defaultdict(timedelta)
    for start, end in intervals:
        for first, last in _days(start, end):
            lengths[first.date()] += last - first
    return lengths


def _percentage(down: timedelta, watched: timedelta) -> float | None:
    return 100 * (down / watched) if watched else None


def _days(start: datetime, end: datetime) -> Iterator[Interval]:
    while start < end:
        midnight = _midnight(start.date() + timedelta(days=1))
        yield start, min(midnight, end)
        start = midnight


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, UTC)


def _now(now: datetime | None) -> datetime:
    return datetime.now(UTC) if now is None else _utc(now)


def _utc(moment: datetime) -> datetime:
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
