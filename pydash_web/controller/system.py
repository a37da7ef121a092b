"""Reports the state of this installation and of others to administrators."""

import os
import resource
import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from flask import current_app
from pydantic import ValidationError

import pydash_database
from pydash_app import outbox, upgrade
from pydash_app.configuration import Configuration
from pydash_app.dashboard import repository
from pydash_app.errors import Conflict
from pydash_app.fetcher import Heartbeat, last_heartbeat
from pydash_app.user.services.validation import require_password
from pydash_database import transact
from pydash_http import FetchPolicy, GuardedSession, Limits, RemoteError
from pydash_logger.recent import recent_errors
from pydash_web.http import health, session
from pydash_web.models.common import Message
from pydash_web.models.operations import (
    Contact,
    FetcherFigures,
    LoggedErrorInfo,
    ProcessInfo,
    Site,
    Sites,
    SystemInfo,
    SystemSummary,
)
from pydash_web.models.user import PasswordConfirmation

SITE_SECONDS = 0.5
CACHE_SECONDS = 10.0
MAX_SITES_AT_ONCE = 32
MAX_ERRORS = 50
# Their addresses come from the configuration only.
_POLICY = FetchPolicy.parse("global,private,loopback")
_LIMITS = Limits(SITE_SECONDS, SITE_SECONDS, SITE_SECONDS, max_bytes=16 * 1024)
_STARTED = datetime.now(UTC)


def get_contact() -> Contact:
    """Return whom to ask for help."""
    return Contact(contact=_configuration().contact)


def get_system() -> SystemInfo:
    """Return the state of the processes, the queues and the database, and the last errors."""
    beat = last_heartbeat()
    return SystemInfo(
        version=current_app.config["VERSION"],
        previous_version=upgrade.previous_version(),
        upgrade_command=None if _configuration().upgrade == "exit" else upgrade.COMMAND,
        processes=[_this_process(), *_other_web_processes(), *_fetcher(beat)],
        fetching=_is_fetching(beat),
        fetcher=FetcherFigures.model_validate(beat.figures, from_attributes=True),
        dashboards=repository.count(),
        waiting_mails=outbox.repository.count(),
        database_bytes=pydash_database.size(),
        errors=[
            LoggedErrorInfo(time=each.time, source=each.source, message=each.message)
            for each in recent_errors(_configuration().data_dir / "logs", MAX_ERRORS)
        ],
    )


def upgrade_system(body: PasswordConfirmation) -> Message:
    """Stop PyDash, so that its orchestrator starts it again with a new image.

    Only with `PYDASH_UPGRADE=exit`, under `pydash up`, and once in ten minutes.

    :raises Conflict: it is not configured; the message contains the command to run instead.
    :raises NotAuthenticated: the password is incorrect.
    :raises TooManyRequests: it was requested a short time ago.
    """
    configuration = _configuration()
    if configuration.upgrade != "exit":
        raise Conflict(f"PyDash does not upgrade itself. Run on its machine: {upgrade.COMMAND}")
    supervisor = upgrade.supervisor(configuration.data_dir)
    transact(lambda: require_password(session.current_user(), body.password))
    upgrade.request(supervisor)
    return Message(message="PyDash is stopping, and will be started again.")


def get_system_summary() -> SystemSummary:
    """Return whether this installation fetches, and the age of its last request."""
    dashboards = list(repository.all())
    repository.load(
        dashboards, lambda it: [it.aggregator_group], lambda it: [it.aggregator_group.cube]
    )
    last = max(filter(None, (each.last_endpoint_call_time() for each in dashboards)), default=None)
    minutes = last and (datetime.now(UTC) - last) / timedelta(minutes=1)
    return SystemSummary(fetching=_is_fetching(last_heartbeat()), minutes_since_last_call=minutes)


def get_sites() -> Sites:
    """Return the state of the other configured installations, as of at most ten seconds ago."""
    asked: _AskedSites = current_app.extensions.setdefault("pydash_sites", _AskedSites())
    return asked.states(_configuration())


class _AskedSites:
    """Asks the sites in parallel, once for all who want to know at the same time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._asked = -CACHE_SECONDS
        self._states = Sites(sites=[])

    def states(self, configuration: Configuration) -> Sites:
        with self._lock:
            if time.monotonic() - self._asked >= CACHE_SECONDS and configuration.sites:
                tokens = dict(configuration.site_tokens)
                with ThreadPoolExecutor(MAX_SITES_AT_ONCE, "sites") as pool:
                    names, urls = zip(*configuration.sites, strict=True)
                    asked = pool.map(_ask, names, urls, map(tokens.get, names))
                    self._states = Sites(sites=list(asked))
                self._asked = time.monotonic()
            return self._states


def _ask(name: str, url: str, token: str | None) -> Site:
    """Ask a site for its status, and with a token for its summary."""
    up, error, summary = False, None, None
    started = time.monotonic()
    try:
        status, text = _get(f"{url}/status")
        up = (status, text) == (200, health.ALIVE)
        if not up:
            failed = f": {health.DATABASE_FAILED}" if text == health.DATABASE_FAILED else ""
            error = f"HTTP status {status}{failed}."
        elif token:
            status, text = _get(f"{url}/api/system/summary", Authorization=f"Bearer {token}")
            if status == 200:
                summary = SystemSummary.model_validate_json(text)
            else:
                error = f"The summary was refused with HTTP status {status}."
    except RemoteError as failure:
        error = str(failure)
    except ValidationError:
        error = "The summary is not one of PyDash."
    seconds = time.monotonic() - started
    return Site(name=name, url=url, up=up, error=error, seconds=seconds, summary=summary)


def _get(url: str, **headers: str) -> tuple[int, str]:
    with GuardedSession(_POLICY, _LIMITS) as session:
        response = session.get(url, headers=headers, allow_redirects=False)
        return response.status_code, response.text


def _this_process() -> ProcessInfo:
    return ProcessInfo(
        name="web",
        host=socket.gethostname(),
        pid=os.getpid(),
        alive=True,
        started=_STARTED,
        last_seen=None,
        peak_memory_bytes=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
    )


def _other_web_processes() -> Iterator[ProcessInfo]:
    """Yield those that the same `pydash up` has started, as the kernel knows them."""
    try:
        parent = upgrade.supervisor(_configuration().data_dir)
        # It has a single thread.
        children = Path(f"/proc/{parent}/task/{parent}/children").read_text(encoding="ascii")
    except (Conflict, OSError):
        return
    since_boot = time.clock_gettime(time.CLOCK_BOOTTIME)
    for pid in sorted(map(int, children.split())):
        with suppress(OSError, IndexError):  # it may end meanwhile
            process = Path(f"/proc/{pid}")
            command = (process / "cmdline").read_bytes().split(b"\0")
            if pid == os.getpid() or command[1:4] != [b"-m", b"pydash", b"web"]:
                continue
            status = (process / "status").read_text(encoding="utf-8")
            ticks = (process / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()[19]
            age = timedelta(seconds=since_boot - int(ticks) / os.sysconf("SC_CLK_TCK"))
            yield ProcessInfo(
                name="web",
                host=socket.gethostname(),
                pid=pid,
                alive=True,
                started=datetime.now(UTC) - age,
                last_seen=None,
                peak_memory_bytes=int(status.partition("VmHWM:")[2].split()[0]) * 1024,
            )


def _fetcher(beat: Heartbeat) -> list[ProcessInfo]:
    if beat.holder is None:
        return []
    host, _, process = beat.holder.partition("/")
    pid = process.partition("/")[0]
    return [
        ProcessInfo(
            name="fetcher",
            host=host,
            pid=int(pid) if pid.isdecimal() else None,
            alive=_is_fetching(beat),
            started=None,
            last_seen=beat.time,
            peak_memory_bytes=None,
        )
    ]


def _is_fetching(beat: Heartbeat) -> bool:
    return beat.holder is not None and health.is_fetching(beat.time)


def _configuration() -> Configuration:
    configuration: Any = current_app.config["PYDASH"]
    return configuration  # type: ignore[no-any-return]
