"""Import of calls: speed, disk space and memory."""

import json
import multiprocessing
import resource
import time
from collections.abc import Callable, Iterator
from itertools import combinations
from typing import Any

import jwt
from tdigest import TDigest

import pydash_database
from bench.cube_database import Row, cube_database, row
from bench.generated import batches
from pydash_cube.call_batch import Call

CALLS = 1_000_000
PAGE = 50_000
FETCH = 500
NAIVE_SECONDS = 20
TOKEN = "a token for the benchmarks, long enough"
UNITS = ("%Y", "%Y-%m", "%G-W%V", "%Y-%m-%d", "%Y-%m-%dT%H", "%Y-%m-%dT%H-%M", "")
FIELDS = ("version", "ip", "group_by")


def run() -> list[Row]:
    """Run the benchmark; takes about two minutes."""
    decoding = _in_process(_decode)
    naive = _in_process(_naive)
    pages = _in_process(_import_pages)
    fetches = _in_process(_import_fetches)
    return [
        row("naive powerset of tdigests, in memory", naive, "calls/s"),
        row("decode pages of 50,000 (verify the token, parse)", decoding, "calls/s"),
        row(
            "import in batches of 50,000, committed; compared with naive",
            pages["rate"],
            "calls/s",
            naive,
        ),
        row("same, compared with decoding alone", pages["rate"], "calls/s", decoding),
        row(
            "import in batches of 500, committed; compared with naive",
            fetches["rate"],
            "calls/s",
            naive,
        ),
        row("same, compared with decoding alone", fetches["rate"], "calls/s", decoding),
        row("on disk after pack, imported in pages", pages["bytes"], "B/call", 60),
        row("on disk after pack, fetched 500 at a time", fetches["bytes"], "B/call", 60),
        row("peak memory of the importing process", pages["memory"], "MB", 400),
        row("average written per fetch of 500 calls", fetches["written"], "kB"),
    ]


def _import_pages() -> dict[str, float]:
    return _import(PAGE)


def _import_fetches() -> dict[str, float]:
    return _import(FETCH)


def _import(size: int) -> dict[str, float]:
    with cube_database() as database:
        rate = CALLS / database.fill(CALLS, size)
        written = database.size
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        pydash_database.pack(0)
        return {
            "rate": rate,
            "bytes": database.size / CALLS,
            "memory": memory,
            "written": written / (CALLS / size) / 1000,
        }


def _decode() -> float:
    """Verify and parse pages of FMD 1.10 to 2.0: signed tokens that contain JSON."""
    pages = [_page(batch.calls()) for batch in batches(4 * PAGE, PAGE)]
    start = time.perf_counter()
    for page in pages:
        json.loads(jwt.decode(page, TOKEN, algorithms=["HS256"])["data"])
    return 4 * PAGE / (time.perf_counter() - start)


def _page(calls: Iterator[Call]) -> str:
    rows = [{**vars(call), "time": str(call.time)} for call in calls]
    return jwt.encode({"data": json.dumps(rows)}, TOKEN, algorithm="HS256")


def _naive() -> float:
    """Update a digest for each cell of the 56 partitions, call by call, for a fixed time."""
    subsets = [fields for size in range(4) for fields in combinations(FIELDS, size)]
    cells: dict[Any, TDigest] = {}
    deadline = time.perf_counter() + NAIVE_SECONDS
    start, count = time.perf_counter(), 0
    for batch in batches(CALLS, PAGE):
        for call in batch.calls():
            for unit in UNITS:
                for fields in subsets:
                    values = tuple(getattr(call, field) for field in fields)
                    key = (fields, unit, call.time.strftime(unit), values)
                    cells.setdefault(key, TDigest()).update(call.execution_time)
            count += 1
            if time.perf_counter() > deadline:
                return count / (time.perf_counter() - start)
    return count / (time.perf_counter() - start)


def _in_process(measure: Callable[[], Any]) -> Any:
    """Measure in a new process, so that its memory can be measured."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(measure)
