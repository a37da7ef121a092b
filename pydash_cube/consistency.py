"""Checks whether the numbers of a cube agree with each other."""

from collections.abc import Iterator

from pydash_cube.cube import Cube
from pydash_cube.query import Query
from pydash_cube.result import compute
from pydash_cube.stored_table import StoredTable
from pydash_cube.vocabulary import CallField, StatisticName, TimeUnit


def contradictions(cube: Cube) -> Iterator[str]:
    """Read all that a cube stores, and count its calls in several ways.

    :returns: a sentence for each number that differs. Reading damaged columns may raise anything.
    """
    tables, stored = [cube._recent], cube._recent_size
    for month in cube._months.values():
        spans = [month._whole, *month._days.values()]
        stored += month.rows
        tables += [table for span in spans for table in (span.calls, *span.tables.values())]
        if month._fold is not None:
            tables.append(month._fold.table)
        counted = sum(span.rows for span in month._days.values()) or month._whole.rows
        if counted != month.rows:
            yield f"A month has {month.rows:,} requests, but its days have {counted:,}."
    yield from _differences(cube, stored, tables)


def _differences(cube: Cube, stored: int, tables: list[StoredTable]) -> Iterator[str]:
    chunks = [chunk for table in tables for chunk in table.chunks]
    for chunk in chunks:
        for block in chunk.blocks:
            dict(block)
    visits = [StatisticName.TOTAL_VISITS]
    by_endpoint = compute(cube, visits, Query(by=(CallField.ENDPOINT,))).values[visits[0]]
    by_month = compute(cube, visits, Query(timeslice=TimeUnit.MONTH)).values[visits[0]]
    for what, number, expected in (
        ("requests in its months", stored, cube.rows),
        ("requests by endpoint", int(sum(sum(row) for row in by_endpoint)), cube.rows),
        ("requests by month", int(sum(sum(row) for row in by_month)), cube.rows),
        ("stored requests", sum(chunk.calls for chunk in chunks), int(cube.usage.calls())),
        ("stored bytes", sum(chunk.bytes for chunk in chunks), int(cube.usage.bytes())),
    ):
        if number != expected:
            yield f"It has {number:,} {what}, but should have {expected:,}."
