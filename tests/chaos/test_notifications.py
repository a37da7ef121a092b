"""Kills the fetcher between the decision to notify and the delivery, and counts in the end.

`PYDASH_CHAOS_ROUNDS` says how many times (5), `PYDASH_CHAOS_SEED` when.
"""

import os
import random
import threading
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psutil
import pytest

import pydash_app
import pydash_database
from pydash_app import channel as channels
from pydash_app.channel import repository
from pydash_app.channel.entity import Channel
from pydash_app.configuration import Configuration
from pydash_database import transact
from tests.chaos.conftest import ZeoServer
from tests.pydash_app.channel.conftest import SECRET, alert
from tests.pydash_app.fetching.support.fetcher_process import FetcherProcess
from tests.pydash_app.fetching.support.owners import make_owner
from tests.support.receiver import Received, Response, running_receiver

ROUNDS = int(os.environ.get("PYDASH_CHAOS_ROUNDS", "5"))
SEED = int(os.environ.get("PYDASH_CHAOS_SEED", "2018"))
ALERTS = 20
CHANNELS = 4
MOMENTS = ("before", "during", "after")


class Receivers:
    """The other side. It can be told to wait before it responds to the next request."""

    def __init__(self) -> None:
        self.held = threading.Event()
        self.released = threading.Event()
        self.released.set()

    def hold(self) -> None:
        self.held.clear()
        self.released.clear()

    def respond(self, request: Received) -> Response:
        self.held.set()
        self.released.wait(10)
        return Response()


@pytest.fixture
def fetcher(own_zeo_server: ZeoServer, tmp_path: Path) -> Iterator[FetcherProcess]:
    settings = {
        "PYDASH_DATA_DIR": str(tmp_path / "data"),
        "PYDASH_DATABASE_URI": own_zeo_server.uri,
        "PYDASH_FETCH_ALLOW": "loopback",
        "PYDASH_FETCH_WORKERS": "2",
    }
    pydash_app.configure(Configuration.from_environment(settings))
    process = FetcherProcess(settings)
    yield process
    kill(process, with_workers=True)
    pydash_database.close()


def kill(fetcher: FetcherProcess, *, with_workers: bool) -> None:
    """Kill the fetcher; its workers end by themselves, after what they are doing, or with it."""
    workers = []
    with suppress(psutil.NoSuchProcess):
        workers = psutil.Process(fetcher.process.pid).children(recursive=True)
    fetcher.kill()
    for worker in workers if with_workers else ():
        with suppress(psutil.NoSuchProcess):
            worker.kill()


def make_channels(url: str) -> list[Channel]:
    owner = make_owner()

    def make() -> list[Channel]:
        made = []
        for number in range(CHANNELS):
            settings = {"url": f"{url}/{number}", "secret": SECRET}
            channel = Channel(owner, "Hook", "webhook", settings, datetime.now(UTC))
            channel.group_wait = channel.group_interval = timedelta()
            repository.add(channel)
            made.append(channel)
        return made

    return transact(make)


def test_each_alert_arrives_in_one_message_whatever_dies(fetcher: FetcherProcess) -> None:
    rng = random.Random(SEED)
    other_side = Receivers()
    with running_receiver() as receiver:
        receiver.respond = other_side.respond
        targets = make_channels(receiver.url)

        def decide(numbers: range) -> None:
            for number in numbers:
                for target in targets:
                    about = alert(number, f"app-{number % 3}")
                    channels.notify(target.id, about, datetime.now(UTC))

        for round_number in range(ROUNDS):
            moment = rng.choice(MOMENTS)
            if moment != "before":
                other_side.hold()
            first = round_number * ALERTS
            transact(lambda first=first: decide(range(first, first + ALERTS)))  # type: ignore[misc]
            if moment != "before":
                assert other_side.held.wait(60), "the fetcher sends nothing"
            if moment == "after":
                other_side.released.set()
            kill(fetcher, with_workers=rng.random() < 0.5)
            other_side.released.set()
            fetcher.start()
            print(f"round {round_number} of seed {SEED} is over: {moment}")
        kill(fetcher, with_workers=True)
        # What would take hours: the attempts that are still waiting.
        for hours in range(1, 24):
            channels.send_due(datetime.now(UTC) + timedelta(hours=hours))

    count(receiver.received)


def count(received: list[Received]) -> None:
    """Check that each alert is in one message of each channel, however often that arrived."""
    of_message = defaultdict(set)
    messages: Counter[tuple[str, str]] = Counter()
    for request in received:
        body = request.json
        assert request.headers["X-PyDash-Delivery"] == body["id"]
        of_message[request.path, body["id"]].add(tuple(each["id"] for each in body["alerts"]))
    assert all(len(contents) == 1 for contents in of_message.values()), "a message has changed"
    for (path, _), ((*about,),) in of_message.items():
        messages.update((path, alert_id) for alert_id in about)
    expected = {
        (f"/{channel}", f"episode-{number}")
        for channel in range(CHANNELS)
        for number in range(ROUNDS * ALERTS)
    }
    assert messages.keys() == expected, "an alert was lost"
    assert set(messages.values()) == {1}, "an alert is in two messages"
