"""Upgrades of an installation that its orchestrator starts again, with a new image, when it ends.

Under `pydash up`, a web process asks it to stop. What happens then is up to the orchestrator.
"""

import json
import os
import signal
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pydash_app.errors import Conflict, TooManyRequests
from pydash_app.event.recording import record
from pydash_app.event.vocabulary import INSTALLATION, EventType
from pydash_database import database_root, transact

LOCK = "up.lock"
"""The file in the data directory in which `pydash up` writes its process ID."""

COMMAND = "pip install --upgrade pydash-io && pydash reload"
MIN_INTERVAL = timedelta(minutes=10)

_REQUESTED = "upgrade_requested"
_VERSION, _PREVIOUS = "version", "previous_version"


class RequestedRecently(TooManyRequests):
    """An upgrade was requested a short time ago.

    :ivar retry_after: seconds until the next one is allowed.
    """

    def __init__(self, wait: timedelta) -> None:
        super().__init__("An upgrade was requested less than ten minutes ago.")
        self.retry_after = max(1, round(wait.total_seconds()))


def record_start(version: str) -> None:
    """Record that the installation has started, and whether it has another version than before.

    :param version: of PyDash, which is running now.
    """
    root = database_root()
    before = root.get(_VERSION)
    if before not in (None, version):
        record(EventType.SYSTEM_UPGRADED, INSTALLATION, version=version, previous=before)
        root[_PREVIOUS] = before
    if before != version:
        root[_VERSION] = version
    record(EventType.SYSTEM_STARTED, INSTALLATION, version=version)


def previous_version() -> str | None:
    """Return the version from which the installation was upgraded; None if it never was."""
    previous: str | None = database_root().get(_PREVIOUS)
    return previous


def supervisor(data_dir: Path) -> int:
    """Return the process ID of the `pydash up` that has started this process.

    :raises Conflict: there is none.
    """
    try:
        pid: int = json.loads((data_dir / LOCK).read_text(encoding="utf-8"))["pid"]
    except (OSError, ValueError, KeyError):
        pid = 0
    if pid != os.getppid():
        raise Conflict("This process was not started by `pydash up`. Restart PyDash itself.")
    return pid


def request(supervisor: int) -> None:
    """Stop PyDash, so that its orchestrator starts it again.

    :param supervisor: the process ID of `pydash up`.
    :raises RequestedRecently: this was requested less than ten minutes ago.
    """

    def store() -> None:
        root, now = database_root(), datetime.now(UTC)
        passed = now - root.get(_REQUESTED, now - MIN_INTERVAL)
        # A time in the future is one of a wrong clock.
        if timedelta() <= passed < MIN_INTERVAL:
            raise RequestedRecently(MIN_INTERVAL - passed)
        root[_REQUESTED] = now
        record(EventType.SYSTEM_UPGRADE_REQUESTED, INSTALLATION)

    transact(store)
    os.kill(supervisor, signal.SIGTERM)
