"""`pydash usage extract` as a process: what it extracts and refuses, and when it is killed."""

import os
import subprocess
import sys
import uuid
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from pydash_app import event
from pydash_app.configuration import Configuration
from pydash_app.event import EventType, usage
from pydash_database import database_root, transact
from tests.support.waiting import wait_for

DAY = timedelta(days=1)
DAYS = 150
TODAY = datetime.now(UTC).date()
# The last day that is over and complete.
LAST = (datetime.now(UTC) - usage.COMPLETE_AFTER).date() - DAY
FIRST = LAST - (DAYS - 1) * DAY


@pytest.fixture
def command(zeo_database: Configuration) -> dict[str, Any]:
    """How to start the command, on a database with a sign-in per day."""
    users = [
        SimpleNamespace(id=uuid.UUID(int=number), name=f"user {number}") for number in range(7)
    ]

    def sign_in() -> None:
        for number in range(DAYS):
            noon = datetime.combine(FIRST + number * DAY, datetime.min.time(), UTC) + DAY / 2
            user = users[number % len(users)]
            event.record(EventType.USER_LOGIN, event.of_user(user), happened=noon)

    transact(sign_in)
    environ = {
        "PYDASH_DATA_DIR": str(zeo_database.data_dir),
        "PYDASH_DATABASE_URI": zeo_database.database_uri,
    }
    return {
        "args": [sys.executable, "-m", "pydash", "usage", "extract"],
        "env": {**os.environ, **environ},
        "text": True,
    }


def run(command: dict[str, Any], *options: str) -> subprocess.CompletedProcess[str]:
    arguments = {**command, "args": [*command["args"], *options]}
    return subprocess.run(**arguments, capture_output=True, timeout=120, check=False)


def state() -> tuple[date | None, dict[tuple[int, str], int]]:
    stored = transact(lambda: database_root()["usage"])
    return transact(lambda: (stored["checkpoint"], dict(stored["logins"])))


def test_a_killed_extraction_is_resumed(command: dict[str, Any]) -> None:
    with subprocess.Popen(**command, stdout=subprocess.DEVNULL) as process:
        wait_for(lambda: transact(usage.checkpoint) is not None)
        process.kill()
    checkpoint, logins = state()
    assert checkpoint is not None
    assert checkpoint < LAST, "It was over before it was killed."
    assert max(logins)[0] == checkpoint.toordinal()
    resumed = run(command)
    assert resumed.stdout.endswith(f"Extracted the days from {checkpoint + DAY} to {LAST}.\n")
    after = state()
    transact(lambda: usage.create(database_root()))
    for day in usage.days_to_extract(datetime.now(UTC)):
        usage.extract_day(day, datetime.now(UTC))
    assert after == state()
    assert after[0] == LAST
    assert len(after[1]) == DAYS


def test_days_are_extracted_as_given(command: dict[str, Any]) -> None:
    second, third = FIRST + DAY, FIRST + 2 * DAY
    for options, shown in (
        ([f"--end={third}"], f"Extracted the days from {FIRST} to {third}."),
        ([f"--end={third}"], "All days that are over have been extracted."),
        ([f"--start={second}", f"--end={third}"], f"from {second} to {third}."),
        (["--reset", f"--end={FIRST}"], f"from {FIRST} to {FIRST}."),
        # It continues where the reset ended.
        ([f"--end={third}"], f"from {second} to {third}."),
    ):
        assert run(command, *options).stdout.endswith(f"{shown}\n")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ([f"--end={TODAY + 2 * DAY}"], f"Error: The end, {TODAY + 2 * DAY}, is in the future.\n"),
        (
            [f"--start={LAST}", f"--end={FIRST}"],
            f"Error: The end, {FIRST}, is before the start, {LAST}.\n",
        ),
    ],
)
def test_an_impossible_range_is_refused(
    command: dict[str, Any], options: list[str], message: str
) -> None:
    ended = run(command, *options)
    assert ended.returncode == 1
    assert ended.stderr == message
    assert state() == (None, {})
