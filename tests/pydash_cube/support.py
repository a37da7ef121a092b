"""Shorthand for queries."""

from collections.abc import Mapping, Sequence
from typing import Any

from pydash_cube.cube import Cube
from pydash_cube.query import Query, QueryResult
from pydash_cube.result import compute
from pydash_cube.selection import Selection
from pydash_cube.vocabulary import CallField, StatisticName, TimeUnit


def make_query(
    by: Sequence[str] = (),
    timeslice: str | None = None,
    filters: Mapping[str, str] | None = None,
    **options: Any,
) -> Query:
    return Query(
        filters=filters or {},
        by=tuple(CallField(name) for name in by),
        timeslice=TimeUnit(timeslice) if timeslice else None,
        **options,
    )


def run_query(cube: Cube, statistics: Sequence[str], **options: Any) -> QueryResult:
    return compute(cube, [StatisticName(name) for name in statistics], make_query(**options))


def select(cube: Cube, **options: Any) -> Selection:
    return Selection(cube, make_query(**options))
