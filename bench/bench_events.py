"""The event store: recording in batches, a page of 100, with each driver; the event of a sign-in.

    python -m bench.bench_events             100,000 events
    python -m bench.bench_events 1000000     or as many as given

Events are of 40 projects and 12 types, over a year, with three traits: one of 500 users, a duration
and a count.
"""

import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import psutil

import pydash_app
import pydash_app.user as users
import pydash_database
from bench.run import table
from pydash_app import event
from pydash_app.configuration import Configuration
from pydash_app.user import User
from pydash_database import server
from pydash_events import (
    Event,
    EventFilter,
    Order,
    Trait,
    base,
    get_connection,
    impl_zodb,
    moving,
)
from tests.support.database_servers import postgresql

EVENTS = 100_000
BATCH = 1_000
ROUNDS = 20
LIMIT = 100
MAX_PAGE_MS = 50
SIGN_INS = 200
MAX_SIGN_IN_MS = 2
MIN_EVENTS_PER_SECOND = 10_000
MAX_WRITTEN_BYTES, MAX_PACKED_BYTES = 500, 150
SERVE = "import sys, pathlib, pydash_database.server as s; s.serve(pathlib.Path(sys.argv[1]))"
PROJECTS, TYPES, USERS = 40, 12, 500
START = datetime(2025, 12, 1, tzinfo=UTC)
YEAR = timedelta(days=365)

Condition = Callable[[random.Random], list[dict[str, Any]]]
PAGES: dict[str, Condition] = {
    "type and time": lambda chance: [],
    "one user in 500": lambda chance: [_eq_user(chance)],
    "an unknown user": lambda chance: [{"key": "user", "string": "nobody"}],
    "half of the durations": lambda chance: [_duration("lt", 20.0)],
    "1 % of the durations": lambda chance: [_duration("gt", 205.0)],
    "user and duration": lambda chance: [_eq_user(chance), _duration("lt", 20.0)],
    "a part of a text (examined)": lambda chance: [
        {"key": "user", "string": "nobody", "op": "contains"}
    ],
}

Row = dict[str, Any]


def run(size: int = EVENTS) -> list[Row]:
    """Run the benchmark; takes about two minutes.

    :param size: the number of events in each store.
    """
    rows: list[Row] = []
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        cluster = stack.enter_context(postgresql("UTC"))
        file = stack.enter_context(_zeo(folder))
        urls = {
            "memory": "memory://bench",
            "zodb": "zodb://",
            "SQLite": f"sqlite:///{folder}/events.db",
            "PostgreSQL": cluster.create_database(drivername="postgresql"),
        }
        for name, url in urls.items():
            connection = get_connection(url)
            connection.upgrade()
            empty = file.stat().st_size
            rows += _record(name, connection, size)
            if url == "zodb://":
                rows += _sizes(file, empty, size)
            rows += _read(name, connection)
            connection.close()
    return [*rows, *_sign_ins()]


def _record(name: str, connection: base.Connection, size: int) -> Iterator[Row]:
    seconds = busy = 0.0
    of_servers = _server_seconds()
    batch: list[Event] = []
    for each in _generate(size):
        batch.append(each)
        if len(batch) == BATCH:
            start, start_busy = time.perf_counter(), time.process_time()
            assert not any(connection.record_events(batch))
            if isinstance(connection, impl_zodb.Connection):
                moving.move()  # In PyDash, another process does this at the same time.
            seconds += time.perf_counter() - start
            busy += time.process_time() - start_busy
            batch = []
    busy += _server_seconds() - of_servers
    for measured, value in (("by the clock", seconds), ("by processor time", busy)):
        per_second = size // BATCH * BATCH / value
        yield {
            "name": f"events: record {size:,} in batches of {BATCH:,}, {name}, {measured}",
            "value": per_second,
            "unit": "1/s",
            "peer": MIN_EVENTS_PER_SECOND,
            "ratio": per_second / MIN_EVENTS_PER_SECOND,
        }


def _server_seconds() -> float:
    """Return the processor time of the servers that this process started."""
    return sum(sum(each.cpu_times()[:2]) for each in psutil.Process().children(recursive=True))


def _sign_ins() -> Iterator[Row]:
    """Yield how long the transaction of a sign-in takes, without its event and for its event."""
    times: dict[bool, list[float]] = {False: [], True: []}
    with tempfile.TemporaryDirectory() as folder, _zeo(folder):
        uri = f"zeo://{folder}/{server.SOCKET_NAME}"
        environ = {"PYDASH_DATA_DIR": f"{folder}/data", "PYDASH_DATABASE_URI": uri}
        pydash_app.configure(Configuration.from_environment(environ))
        user = User("Ada", "a password", "ada@example.com")
        pydash_database.transact(lambda: users.add_to_repository(user))

        def sign_in(has_event: bool) -> None:
            if has_event:
                event.record(event.EventType.USER_LOGIN, event.of_user(user), user_agent="bench")
            user.sessions.begin("bench")

        for number in range(2 * SIGN_INS):
            start = time.perf_counter()
            pydash_database.transact(partial(sign_in, number % 2 == 1))
            times[number % 2 == 1].append(1000 * (time.perf_counter() - start))
            if number % 20 == 0:
                moving.move()
    without, with_event = (statistics.median(times[each]) for each in (False, True))
    yield {"name": "events: a sign-in without its event, p50", "value": without, "unit": "ms"}
    yield {
        "name": "events: the event of a sign-in, p50",
        "value": with_event - without,
        "unit": "ms",
        "peer": MAX_SIGN_IN_MS,
        "ratio": MAX_SIGN_IN_MS / max(with_event - without, 0.001),
    }


def _sizes(file: Path, empty: int, size: int) -> Iterator[Row]:
    """Yield the bytes of an event in the file of the main database."""
    written = (file.stat().st_size - empty) / size
    pydash_database.pack(days=0)
    packed = (file.stat().st_size - empty) / size
    for name, value, peer in (
        ("written", written, MAX_WRITTEN_BYTES),
        ("after pack", packed, MAX_PACKED_BYTES),
    ):
        yield {
            "name": f"events: one of {size:,}, {name}, zodb",
            "value": value,
            "unit": "B",
            "peer": peer,
            "ratio": peer / value,
        }


@contextmanager
def _zeo(folder: str) -> Iterator[Path]:
    """Serve an empty database; yield its file."""
    process = subprocess.Popen([sys.executable, "-c", SERVE, folder])
    try:
        while not server.is_accepting(Path(folder)):
            time.sleep(0.02)
        pydash_database.configure(f"zeo://{folder}/{server.SOCKET_NAME}")
        yield Path(folder) / server.FILE_NAME
    finally:
        pydash_database.close()
        process.kill()
        process.wait()


def _read(name: str, connection: base.Connection) -> Iterator[Row]:
    chance = random.Random(0)
    for condition, traits_filter in PAGES.items():
        times = []
        for _ in range(ROUNDS):
            start = START + chance.random() * 0.2 * YEAR
            wanted = EventFilter(
                start,
                start + 0.8 * YEAR,
                f"type.{chance.randrange(TYPES)}",
                traits_filter=traits_filter(chance),
                admin_proj=str(chance.randrange(PROJECTS)),
            )
            begin = time.perf_counter()
            connection.get_page(wanted, LIMIT, Order())
            times.append(1000 * (time.perf_counter() - begin))
        value = statistics.median(times)
        yield {
            "name": f"events: page of {LIMIT}, {condition}, p50, {name}",
            "value": value,
            "unit": "ms",
            "peer": MAX_PAGE_MS,
            "ratio": MAX_PAGE_MS / value,
        }


def _generate(size: int) -> Iterator[Event]:
    """Yield events by time; one in fifty is up to a day late."""
    chance = random.Random(1)
    for index in range(size):
        generated = START + index / size * YEAR
        if chance.random() < 0.02:
            generated -= chance.random() * timedelta(days=1)
        traits = [
            Trait("user", Trait.TEXT_TYPE, f"user {chance.randrange(USERS)}"),
            Trait("duration_ms", Trait.FLOAT_TYPE, round(chance.lognormvariate(3, 1), 3)),
            Trait("count", Trait.INT_TYPE, chance.randrange(1000)),
        ]
        yield Event(
            chance.randbytes(16).hex(),
            f"type.{chance.randrange(TYPES)}",
            generated,
            traits,
            None,
            str(chance.randrange(PROJECTS)),
        )


def _eq_user(chance: random.Random) -> dict[str, Any]:
    return {"key": "user", "string": f"user {chance.randrange(USERS)}"}


def _duration(op: str, value: float) -> dict[str, Any]:
    return {"key": "duration_ms", "op": op, "float": value}


if __name__ == "__main__":
    print(table(run(*map(int, sys.argv[1:]))))
