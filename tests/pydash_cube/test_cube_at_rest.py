"""The cube in a database: what is read, what is written, and how much."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import transaction
from ZODB.DB import DB
from ZODB.FileStorage import FileStorage

from pydash_cube import cube as cube_module
from pydash_cube import encoding
from pydash_cube.cache import column_cache
from pydash_cube.call_batch import Call, CallBatch
from pydash_cube.chunk import Block, Page, PageEntry
from pydash_cube.cube import Cube
from pydash_cube.encoding import UnknownFormatError
from pydash_cube.selection import settled_cells
from tests.pydash_cube.support import run_query, select

START = datetime(2026, 9, 20, tzinfo=UTC)
DAYS = 30
NAMES = ["total_visits", "median_execution_time", "visits_per_ip"]


def batch(calls: int, seed: int = 1, start: datetime = START, days: float = DAYS) -> CallBatch:
    generator = np.random.default_rng(seed)
    seconds = np.sort(generator.random(calls)) * days * 86_400
    first = np.datetime64(start.replace(tzinfo=None), "us")
    return CallBatch.from_columns(
        endpoint=[f"endpoint {n}" for n in generator.integers(10, size=calls)],
        execution_time=generator.lognormal(3, 1, calls),
        time=first + (seconds * 1e6).astype("timedelta64[us]"),
        version=[f"1.{n}" for n in generator.integers(3, size=calls)],
        group_by=[None] * calls,
        ip=[f"10.0.0.{n}" for n in generator.integers(50, size=calls)],
        status_code=generator.choice([200, 500], calls),
    )


@pytest.fixture
def database(tmp_path: Path) -> Iterator[DB]:
    database = DB(FileStorage(str(tmp_path / "cube.fs")))
    yield database
    transaction.abort()
    database.close()


def stored(database: DB, calls: int) -> Cube:
    """Return a cube with this number of calls, loaded by another connection."""
    with database.transaction() as connection:
        cube = connection.root.cube = Cube()
        for size in (calls // 2, calls - calls // 2):
            cube.add(batch(size, seed=size))
    column_cache.clear()
    cube = database.open().root.cube
    assert isinstance(cube, Cube)
    return cube


def test_a_reloaded_cube_returns_the_same_results(database: DB) -> None:
    cube = Cube()
    for size in (60_000, 60_001):
        cube.add(batch(size, seed=size))
    again = stored(database, 120_001)
    queries: list[dict[str, Any]] = [
        {},
        {"by": ["endpoint"]},
        {"timeslice": "hour"},
        {"filters": {"ip": "10.0.0.7"}},
    ]
    for query in queries:
        assert run_query(again, NAMES, **query) == run_query(cube, NAMES, **query)


def test_queries_do_not_modify_the_cube(database: DB) -> None:
    cube = stored(database, 20_000)
    run_query(cube, NAMES, filters={"version": "unheard of", "endpoint": "neither"})
    run_query(cube, NAMES, timeslice="day", filters={"group_by": "nobody"}, by=["ip"])
    select(cube, filters={"ip": "unknown"}).histogram(30)
    assert not list(select(cube, filters={"version": "unheard of"}).calls())
    connection = cube._p_jar
    assert not connection._registered_objects
    assert cube.dictionaries["version"].code("unheard of") is None


def test_a_range_that_ends_now_does_not_read_the_calls(database: DB) -> None:
    cube = stored(database, 120_000)

    def bytes_read(end: datetime | None) -> int:
        column_cache.clear()
        run_query(cube, ["total_visits", "median_execution_time"], end=end)
        return column_cache._size

    now = START + timedelta(days=DAYS, hours=3, minutes=7)
    assert cube.last is not None
    assert bytes_read(now) == bytes_read(None) < bytes_read(now - timedelta(hours=4))


def test_days_that_are_over_are_merged_once() -> None:
    cube = Cube()
    start = datetime(2026, 10, 1, tzinfo=UTC)
    cube.add(batch(300_000, start=start))
    query: dict[str, Any] = {"by": ["endpoint"], "timeslice": "day", "timezone": "Europe/Berlin"}

    def bytes_read() -> int:
        column_cache.clear()
        run_query(cube, NAMES[:2], **query)
        return column_cache._size

    settled_cells.clear()
    first = bytes_read()
    cube.add(batch(500, start=start + timedelta(days=DAYS - 1), days=1))
    assert bytes_read() < first / 5

    late = Call("endpoint 1", 1.0, start, "1", "", "::1", None)
    before = run_query(cube, ["total_visits"], **query)
    # Enough to leave the table of calls that just arrived.
    cube.add(CallBatch.from_calls([late] * cube_module.RECENT_SIZE))
    after = run_query(cube, ["total_visits"], **query)
    place = before.groups.index(("endpoint 1",))
    more = after.values["total_visits"][place][0] - before.values["total_visits"][place][0]
    assert more == cube_module.RECENT_SIZE


@pytest.mark.parametrize("unit", ["hour", "day", "month"])
def test_cells_that_no_slice_cuts_are_read_as_they_are(unit: str) -> None:
    cube = Cube()
    cube.add(batch(150_000, start=datetime(2026, 10, 1, tzinfo=UTC), days=31))
    selection = select(cube, timeslice=unit)
    readings = list(cube.readings(selection._scope()))
    assert [reading.periods for reading in readings] == [None] * len(readings)


def test_adding_a_few_calls_writes_little(database: DB, tmp_path: Path) -> None:
    cube = stored(database, 120_000)
    later = START + timedelta(days=DAYS)
    before = (tmp_path / "cube.fs").stat().st_size
    fetches = 40
    for number in range(fetches):
        cube.add(batch(500, seed=number, start=later, days=0.01))
        transaction.commit()
    written = (tmp_path / "cube.fs").stat().st_size - before
    assert written / fetches < 60_000


def test_an_aborted_transaction_adds_nothing(database: DB) -> None:
    cube = stored(database, 1_000)
    before = run_query(cube, NAMES)
    cube.add(CallBatch.from_calls([Call("new", 1.0, START, "new", "new", "new", None)]))
    transaction.abort()
    assert run_query(cube, NAMES) == before
    assert cube.dictionaries["ip"].code("new") is None
    cube.add(CallBatch.from_calls([Call("other", 1.0, START, "2", "", "::2", None)]))
    transaction.commit()
    result = run_query(cube, ["visits_per_ip"], filters={"endpoint": "other"})
    assert result.values["visits_per_ip"] == [[{"::2": 1}]]


def test_neither_numpy_objects_nor_enums_are_pickled(database: DB) -> None:
    stored(database, 120_000)
    for record in database.storage.iterator():
        for one in record:
            assert b"numpy" not in one.data
            assert b"vocabulary" not in one.data


def test_a_call_takes_less_than_60_bytes(database: DB, tmp_path: Path) -> None:
    stored(database, 120_000)
    database.pack()
    assert (tmp_path / "cube.fs").stat().st_size / 120_000 < 60


def test_a_newer_format_is_reported() -> None:
    newest = encoding.FORMATS[-1]
    newer = bytearray(encoding.encode({"visits": np.array([1])}))
    newer[6] = newest + 1
    expected = f"format {newest + 1}, but this PyDash knows only formats up to {newest}"
    with pytest.raises(UnknownFormatError, match=expected):
        encoding.decode(bytes(newer))


@pytest.mark.parametrize("frame", [b"", b"PyDash", b"PyDash\x01\x00", b"another one" * 9])
def test_a_damaged_frame_is_reported(frame: bytes) -> None:
    with pytest.raises(UnknownFormatError, match="damaged"):
        encoding.decode(frame)


@pytest.mark.parametrize("weights", [[1, -2, 3, -100, 127], [-128, 200], [-(2**40), 2**40]])
def test_weights_keep_their_sign(weights: list[int]) -> None:
    decoded = encoding.decode(encoding.encode({"weight": np.array(weights)}))["weight"]
    assert decoded.tolist() == weights


def old_entry(columns: dict[str, np.ndarray]) -> PageEntry:
    """Return a page in format 1, whose weights have no sign."""
    frame = encoding.encode({name.replace("weight", "heavy_"): columns[name] for name in columns})
    old = bytearray(frame.replace(b'"heavy_"', b'"weight"'))
    old[6] = 1
    return PageEntry(" ".join(columns).encode(), Page(bytes(old)))


@pytest.mark.parametrize("is_one_page", [True, False])
def test_entries_stored_without_signs_are_distinguished(is_one_page: bool) -> None:
    mean = np.array([15.6, 250.0, float(np.float32(1 / 3)), 0.1])
    columns = {"mean": mean, "weight": np.array([4, 4, 4, 1])}
    whole = old_entry(columns)
    parts = {name: old_entry({name: values}) for name, values in columns.items()}
    column_cache.clear()
    block = Block(4, {}, dict.fromkeys(columns, whole) if is_one_page else parts)
    assert block["weight"].tolist() == [4, 4, -4, 1]


@pytest.mark.parametrize(
    "values",
    [
        np.array([], dtype=np.int64),
        np.array([0, 255, 256, 2**40]),
        np.array([-(10**15), 0, 10**15]),
        np.array([0.0, -0.0, 5e-324, 1.7e308]),
        np.array([True, False]),
    ],
)
def test_numbers_are_decoded_exactly(values: np.ndarray) -> None:
    name = "time" if values.min(initial=0) < 0 else "visits"
    decoded = encoding.decode(encoding.encode({name: values}))[name]
    assert decoded.tolist() == values.tolist()
    assert not decoded.flags.writeable
