"""A real ZEO server with a dashboard of generated calls."""

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pydash_database
from bench.generated import batches
from pydash_app import secrets
from pydash_app.dashboard.entity import Dashboard
from pydash_cube.cache import column_cache
from pydash_cube.call_batch import CallBatch
from pydash_cube.selection import settled_cells
from pydash_database import BACKGROUND_TIMEOUT, database_root, server, transact

Row = dict[str, Any]

NOW = datetime(2026, 11, 22, tzinfo=UTC)
_KEY = "dashboard"
# So many rounds are enough if they have taken so long (ms).
_ENOUGH, _LONG = 3, 5_000
_SERVE = "import sys, pathlib, pydash_database.server as s; s.serve(pathlib.Path(sys.argv[1]))"


class CubeDatabase:
    """A database on its own ZEO server, with one dashboard."""

    def __init__(self, directory: Path) -> None:
        self._uri = f"zeo://{directory}/{server.SOCKET_NAME}"
        self._file = directory / "pydash.fs"
        secrets.configure("a key for the benchmarks")
        pydash_database.configure(self._uri)
        transact(_create)

    @property
    def size(self) -> int:
        """The size of the database file, in bytes."""
        return self._file.stat().st_size

    def fill(self, calls: int, size: int) -> float:
        """Add generated calls, each batch in one transaction.

        :returns: the processor time of this process, in seconds.
        """
        seconds = 0.0
        for batch in batches(calls, size):
            start = time.process_time()
            transact(partial(add, batch), timeout=BACKGROUND_TIMEOUT)
            seconds += time.process_time() - start
        return seconds

    def reconnect(self) -> None:
        """Connect again, with empty caches."""
        pydash_database.close()
        column_cache.clear()
        settled_cells.clear()
        pydash_database.configure(self._uri)
        transact(dashboard)


def dashboard() -> Dashboard:
    """Return the dashboard; requires a transaction."""
    found: Dashboard = database_root()[_KEY]
    return found


@contextmanager
def cube_database() -> Iterator[CubeDatabase]:
    """Run a ZEO server during the block."""
    with tempfile.TemporaryDirectory(prefix="pydash") as directory:
        process = subprocess.Popen([sys.executable, "-c", _SERVE, directory])
        try:
            while not server.is_accepting(Path(directory)):
                time.sleep(0.02)
            yield CubeDatabase(Path(directory))
        finally:
            pydash_database.close()
            process.kill()
            process.wait()


def row(
    name: str, value: float, unit: str, peer: float | None = None, **more: str | float | None
) -> Row:
    """Return a row; `ratio` is above 1 if PyDash is better than its peer.

    :param more: further entries, see `bench.run`.
    """
    ratio = None
    if peer is not None and value:
        ratio = value / peer if unit.endswith("/s") else peer / value
    return {"name": name, "value": value, "unit": unit, "peer": peer, "ratio": ratio, **more}


def interleaved(
    *works: Callable[[], object], rounds: int = 9, clock: Callable[[], float] = time.process_time
) -> list[float]:
    """Run all in turn, several times; return the median of each (ms).

    :param rounds: the maximum number of rounds; after a few seconds, three are enough.
    :param clock: processor time of this process by default, on which other load has little effect.
    """
    times: list[list[float]] = [[] for _ in works]
    for number in range(rounds):
        if number >= _ENOUGH and sum(map(sum, times)) > _LONG:
            break
        for place, work in zip(times, works, strict=True):
            start = clock()
            work()
            place.append((clock() - start) * 1000)
    return [statistics.median(each) for each in times]


def _create() -> None:
    database_root()[_KEY] = Dashboard("http://localhost", "token", "0" * 32)


def add(batch: CallBatch) -> None:
    """Add calls and update the summary, as a fetch does; requires a transaction."""
    dashboard().add_endpoint_calls(batch)
    dashboard().update_summary(NOW)
