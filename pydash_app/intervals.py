"""Periods of time, each with its start and its end, which is not part of it."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

Interval = tuple[datetime, datetime]


def joined(intervals: Iterable[Interval]) -> list[Interval]:
    """Return intervals in order, with overlapping and adjacent ones merged.

    Those that end before they start are omitted.

    >>> one, two, three, four = (datetime(2026, 1, 1, hour) for hour in range(4))
    >>> joined([(two, three), (one, two), (four, three)]) == [(one, three)]
    True
    """
    merged: list[Interval] = []
    for start, end in sorted(each for each in intervals if each[0] < each[1]):
        if merged and start <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(end, merged[-1][1])
        else:
            merged.append((start, end))
    return merged


def clipped(intervals: Iterable[Interval], start: datetime, end: datetime) -> Iterator[Interval]:
    """Yield the parts of intervals that are in [start, end), none of which is empty."""
    for first, last in intervals:
        first, last = max(first, start), min(last, end)
        if first < last:
            yield first, last


def without(intervals: Iterable[Interval], excluded: Iterable[Interval]) -> Iterator[Interval]:
    """Yield what is left of intervals, which are in order, outside of the excluded ones."""
    gaps = joined(excluded)
    first = 0
    for start, end in intervals:
        while first < len(gaps) and gaps[first][1] <= start:
            first += 1
        for number in range(first, len(gaps)):
            gap_start, gap_end = gaps[number]
            if gap_start >= end:
                break
            if start < gap_start:
                yield start, gap_start
            start = max(start, gap_end)
        if start < end:
            yield start, end


def length(intervals: Iterable[Interval]) -> timedelta:
    """Return the sum of their lengths."""
    return sum((last - first for first, last in intervals), timedelta())
