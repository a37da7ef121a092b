"""A query to the cube, and its result."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from pydash_cube import time_units, time_zones
from pydash_cube.vocabulary import (
    CallField,
    EndpointNaming,
    QueryError,
    StatisticName,
    StatusClass,
    TimeUnit,
)


@dataclass(frozen=True)
class Query:
    """Which calls to read, and how to arrange the results.

    :ivar start: inclusive; None for no bound. A naive datetime is UTC.
    :ivar end: exclusive; None for no bound.
    :ivar filters: the values, by `CallField`, that calls must have.
    :ivar by: fields to group by, each once.
    :ivar timeslice: one value per slice of this length; None for one value over the whole range.
    :ivar is_static: whether slices are aligned with the calendar. Otherwise they have a fixed
        length, and the first begins at `start`.
    :ivar units: the length of a slice of fixed length, in units of `timeslice`.
    :ivar top: the maximum number of groups. Those with the most calls are returned, largest first.
        None for all groups, in natural order.
    :ivar timezone: the IANA time zone of static slices and of the labels.
    :ivar patterns: the endpoints that match a pattern are merged into one, which is named like it;
        see `pydash_cube.naming`. A filter by this name selects all of them.
    :ivar endpoint_naming: how groups of endpoints are named: `MERGED` by the patterns, `OWN` by the
        names that the app gave them, `BLUEPRINT` by what precedes the last dot of the merged name.
    :raises QueryError: a parameter is invalid.

    >>> Query(start=datetime(2018, 5, 2), end=datetime(2018, 5, 1))
    Traceback (most recent call last):
    pydash_cube.vocabulary.QueryError: end: Must not be before the start.
    """

    start: datetime | None = None
    end: datetime | None = None
    filters: Mapping[str, str] = field(default_factory=dict)
    by: tuple[CallField, ...] = ()
    timeslice: TimeUnit | None = None
    is_static: bool = True
    units: int = 1
    top: int | None = None
    timezone: str = "UTC"
    patterns: tuple[str, ...] = ()
    endpoint_naming: EndpointNaming = EndpointNaming.MERGED

    def __post_init__(self) -> None:
        start, end = self.bounds
        if start is not None and end is not None and end < start:
            raise QueryError("end", "Must not be before the start.")
        status_class = self.filters.get(CallField.STATUS_CLASS)
        if status_class is not None and status_class not in set(StatusClass):
            reason = f"Must be one of {', '.join(StatusClass)}."
            raise QueryError(CallField.STATUS_CLASS, reason)
        unit = self.timeslice
        if unit and not self.is_static and not time_units.has_fixed_length(unit):
            reason = f"A {unit} has no fixed length, so its slices must be static."
            raise QueryError("is_static", reason)
        if self.units < 1 or (self.units > 1 and self.is_static):
            raise QueryError("units", "Must be at least 1, and 1 if slices are static.")
        if self.top is not None and self.top < 1:
            raise QueryError("top", "Must be at least 1.")
        if self.timezone not in time_zones.names():
            reason = f"{self.timezone!r} is not an IANA time zone, such as 'Europe/Berlin'."
            raise QueryError("timezone", reason)

    @property
    def bounds(self) -> tuple[int | None, int | None]:
        """The start and the end in microseconds."""
        return (
            None if self.start is None else time_units.to_microseconds(self.start),
            None if self.end is None else time_units.to_microseconds(self.end),
        )


@dataclass(frozen=True)
class QueryResult:
    """Statistics by group and slice.

    :ivar groups: the values of the fields in `Query.by`, one tuple per group. Without `by` there
        is one group, ``()``; otherwise only groups that have calls.
    :ivar slices: the labels of the slices in chronological order, including empty slices; ``[]`` if
        the query has no timeslice.
    :ivar values: for each statistic a list per group, with one value per slice (a single one if
        there are no slices), not rounded. Without calls, counts are 0 and times None.
    :ivar lower_bounds: the statistics that are lower bounds, because not all values of a field are
        stored as strings; see `MAX_DISTINCT`.
    :ivar estimates: the statistics with values that are estimates, because an earlier version of
        PyDash stored less about some calls, which were dropped since.
    :ivar resolution: ``utc_hour`` or ``utc_day`` if a slice or the range begins or ends within such
        a unit whose raw calls were dropped, so that all its calls are counted where it starts. None
        if every call was counted at its own time.
    """

    groups: list[tuple[str, ...]]
    slices: list[str]
    values: dict[str, list[list[Any]]]
    lower_bounds: list[StatisticName]
    estimates: list[StatisticName]
    resolution: str | None = None
