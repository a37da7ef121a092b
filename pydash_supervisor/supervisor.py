"""The supervisor, which runs child processes and restarts those that die.

A process that dies is restarted immediately the first time, then after increasing pauses. When the
supervisor ends, for whatever reason, none of its processes remain.
"""

import contextlib
import ctypes
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Self

from pydash_logger.logger import Logger

logger = Logger(__name__)

# A little longer than the processes themselves take to finish their work.
STOP_SECONDS = 12.0
START_SECONDS = 60.0
MAX_PAUSE_SECONDS = 10.0
# A process that ran at least this long is restarted without a pause.
STABLE_SECONDS = 30.0
_POLL_SECONDS = 0.1
_WATCHED = {signal.SIGCHLD, signal.SIGINT, signal.SIGTERM, signal.SIGHUP}
_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True)


class ProcessFailedError(Exception):
    """A process ended, or was not ready in time."""


class Stopped(Exception):  # noqa: N818 (a request, not an error)
    """The supervisor received a signal to stop."""


@dataclass(frozen=True)
class Service:
    """A process to run.

    :param name: its name in messages.
    :param command: the program and its arguments.
    :param is_ready: checks, without waiting, whether the process is ready; None if it always is.
    :param environment: variables added to those of the supervisor.
    """

    name: str
    command: Sequence[str]
    is_ready: Callable[[], bool] | None = None
    environment: Mapping[str, str] = field(default_factory=dict)


@dataclass
class _Child:
    service: Service
    process: subprocess.Popen[bytes] = field(init=False)
    started_at: float = 0.0
    restart_at: float | None = None
    deaths: int = 0

    def start(self) -> None:
        self.started_at = time.monotonic()
        self.restart_at = None
        # In a session of its own, so that a Ctrl-C in the terminal reaches the supervisor alone,
        # and the process can be killed together with all processes that it started.
        self.process = subprocess.Popen(  # noqa: S603 (our own commands)
            self.service.command,
            env={**os.environ, **self.service.environment},
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            # Safe, because the supervisor has a single thread.
            preexec_fn=_tie_to_parent,
        )

    def restart_if_dead(self) -> float | None:
        """Restart a dead process if this is due; otherwise return the seconds until then."""
        if self.restart_at is None:
            if self.process.poll() is None:
                return None
            self.kill_group()
            is_stable = time.monotonic() - self.started_at > STABLE_SECONDS
            self.deaths = 1 if is_stable else self.deaths + 1
            pause = min(MAX_PAUSE_SECONDS, 2.0 ** (self.deaths - 2)) if self.deaths > 1 else 0.0
            self.restart_at = time.monotonic() + pause
            logger.warning(
                f"The {self.service.name} process ended with exit status "
                f"{self.process.returncode}; restarting it{f' in {pause:g} s' if pause else ''}"
            )
        remaining = self.restart_at - time.monotonic()
        if remaining > 0:
            return remaining
        self.start()
        return None

    def kill_group(self) -> None:
        """Kill the rest of the process and of the processes that it started, and reap it."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


def _tie_to_parent() -> None:
    """Make the new process end with the supervisor, even if SIGKILL ends that."""
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _WATCHED)


class Supervisor:
    """Runs services in the order in which they are started, and stops them in reverse order.

    Use it as a context manager on the main thread: leaving the block stops everything.
    """

    def __init__(self) -> None:
        self._children: list[_Child] = []

    def __enter__(self) -> Self:
        # Blocked signals remain pending until they are waited for, so none is lost in between.
        signal.pthread_sigmask(signal.SIG_BLOCK, _WATCHED)
        return self

    def __exit__(self, *_: object) -> None:
        try:
            for child in reversed(self._children):
                if child.process.poll() is None:
                    child.process.terminate()
                    try:
                        child.process.wait(STOP_SECONDS)
                    except subprocess.TimeoutExpired:
                        logger.warning(
                            f"The {child.service.name} process did not stop in time; killing it"
                        )
                child.kill_group()
        finally:
            # A second Ctrl-C in the meantime has no effect, because everything is already stopping.
            while signal.sigtimedwait(_WATCHED, 0):
                pass
            signal.pthread_sigmask(signal.SIG_UNBLOCK, _WATCHED)

    def start(self, *services: Service, timeout: float = START_SECONDS) -> None:
        """Start services together, wait until all of them are ready, and watch them from now on.

        :param timeout: the maximum number of seconds until each is ready.
        :raises ProcessFailedError: one ended, or was not ready in time.
        :raises Stopped: the supervisor received a signal to stop.
        """
        children = [_Child(service) for service in services]
        for child in children:
            child.start()
            self._children.append(child)
        deadline = time.monotonic() + timeout
        for child in children:
            name, is_ready = child.service.name, child.service.is_ready
            while is_ready and not is_ready():
                if child.process.poll() is not None:
                    raise ProcessFailedError(
                        f"The {name} process ended during startup with exit status "
                        f"{child.process.returncode}."
                    )
                if time.monotonic() > deadline:
                    raise ProcessFailedError(
                        f"The {name} process is not ready after {timeout:g} s."
                    )
                self._wait_for_signal(_POLL_SECONDS)

    def run_once(self, service: Service) -> None:
        """Run a process until it ends.

        :raises ProcessFailedError: it failed. The reason is in its standard error.
        :raises Stopped: the supervisor received a signal to stop.
        """
        child = _Child(service)
        child.start()
        try:
            while child.process.poll() is None:
                self._wait_for_signal(_POLL_SECONDS)
        finally:
            child.kill_group()
        if child.process.returncode != 0:
            raise ProcessFailedError(f"The {service.name} process failed.")

    def run(self) -> None:
        """Keep every service running until a signal to stop arrives."""
        with contextlib.suppress(Stopped):
            while True:
                pauses = [child.restart_if_dead() for child in self._children]
                planned = [pause for pause in pauses if pause is not None]
                self._wait_for_signal(min(planned, default=None))

    def _wait_for_signal(self, timeout: float | None) -> None:
        if timeout is None:
            received = signal.sigwaitinfo(_WATCHED)
        else:
            waited = signal.sigtimedwait(_WATCHED, timeout)
            if waited is None:
                return
            received = waited
        if received.si_signo != signal.SIGCHLD:
            raise Stopped
