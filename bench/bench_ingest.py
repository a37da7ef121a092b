"""Import of calls: speed in processor time of the importing process, disk space and memory."""

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
    rate = "requests/s"
    rows = [
        row("naive powerset of tdigests, in memory", naive, rate),
        row("decode pages of 50,000 (verify the token, parse)", decoding, rate),
    ]
    for name, imported in (("50,000", pages), ("500", fetches)):
        title = f"import in batches of {name}"
        rows += [
            row(title, imported["rate"], rate, naive, against="naive", target=20),
            row(title, imported["rate"], rate, decoding, against="decoding", target=0.5),
            row(
                f"{title}, on disk after pack",
                imported["bytes"],
                "B/request",
                40,
                against="limit",
                target=1,
            ),
        ]
    memory = pages["memory"]
    return [
        *rows,
        row("peak memory of the importing process", memory, "MB", 400, against="limit", target=1),
        row("average written per fetch of 500 requests", fetches["written"], "kB"),
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
    start = time.process_time()
    for page in pages:
        json.loads(jwt.decode(page, TOKEN, algorithms=["HS256"])["data"])
    return 4 * PAGE / (time.process_time() - start)


def _page(calls: Iterator[Call]) -> str:
    rows = [{**vars(call), "time": str(call.time)} for call in calls]
    return jwt.encode({"data": json.dumps(rows)}, TOKEN, algorithm="HS256")


def _naive() -> float:
    """Update a digest for each cell of the 56 partitions, call by call, for a fixed time."""
    subsets = [fields for size in range(4) for fields in combinations(FIELDS, size)]
    cells: dict[Any, TDigest] = {}
    deadline = time.process_time() + NAIVE_SECONDS
    start, count = time.process_time(), 0
    for batch in batches(CALLS, PAGE):
        for call in batch.calls():
            for unit in UNITS:
                for fields in subsets:
                    values = tuple(getattr(call, field) for field in fields)
                    key = (fields, unit, call.time.strftime(unit), values)
                    cells.setdefault(key, TDigest()).update(call.execution_time)
            count += 1
            if time.process_time() > deadline:
                return count / (time.process_time() - start)
    return count / (time.process_time() - start)


def _in_process(measure: Callable[[], Any]) -> Any:
    """Measure in a new process, so that its memory can be measured."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(measure)
