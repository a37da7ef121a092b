"""The supervisor, which runs child processes, and replaces those that die or hang.

It has one thread, which waits for signals, and looks at its processes each second:

- a process that dies is restarted immediately the first time, then after increasing pauses;
- one that has sent heartbeats and stops sending them is killed, and restarted;
- SIGHUP, the signal to reload, starts all replaceable services a second time. When the new
  processes are ready, the old ones are asked to finish; otherwise, the old ones continue;
- when the supervisor ends, for whatever reason, none of its processes remain.
"""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import IO, Self

from pydash_logger.logger import Logger
from pydash_supervisor.notifications import STDERR, VARIABLE, Watch

logger = Logger(__name__)

# A little longer than the processes themselves take to finish their work.
STOP_SECONDS = 12.0
START_SECONDS = 60.0
# The same after a restart, for which nothing waits.
RESTART_SECONDS = 120.0
MAX_PAUSE_SECONDS = 10.0
# A process that ran at least this long is restarted without a pause.
STABLE_SECONDS = 30.0
# A process whose last heartbeat is older hangs.
HANG_SECONDS = 15.0
_WATCH_SECONDS = 1.0
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
    :param files: descriptors that the process inherits.
    :param beats: whether the process sends heartbeats (`notifications.Heart`). Then it is not
        ready before the first one.
    :param restart_seconds: the time until the first heartbeat after a restart; then it hangs.
    :param finish: the signal upon which a process that was replaced finishes its work and ends;
        None if the service is not replaced.
    :param finish_seconds: the time that it has.
    """

    name: str
    command: Sequence[str]
    is_ready: Callable[[], bool] | None = None
    environment: Mapping[str, str] = field(default_factory=dict)
    files: Sequence[int] = ()
    beats: bool = False
    restart_seconds: float = RESTART_SECONDS
    finish: signal.Signals | None = None
    finish_seconds: float = STOP_SECONDS


@dataclass(eq=False)
class _Child:
    """A process, and its successors if it dies."""

    service: Service
    watch: Watch
    process: subprocess.Popen[bytes] = field(init=False)
    started_at: float = 0.0
    restart_at: float | None = None
    deaths: int = 0
    beat_at: float | None = None
    finish_until: float = 0.0

    def start(self, errors: IO[bytes] | None = None) -> None:
        """Start a process.

        :param errors: what it writes to standard error before it is ready goes there.
        """
        self.started_at = time.monotonic()
        self.restart_at = self.beat_at = None
        environment = {**os.environ, **self.service.environment}
        environment.pop(VARIABLE, None)  # of the supervisor itself
        files = list(self.service.files)
        if self.service.beats:
            environment[VARIABLE] = self.watch.address
            if errors:
                files.append(os.dup(2))
                environment[STDERR] = str(files[-1])
        # In a session of its own, so that a Ctrl-C in the terminal reaches the supervisor alone,
        # and the process can be killed together with all processes that it started.
        self.process = subprocess.Popen(  # noqa: S603 (our own commands)
            self.service.command,
            env=environment,
            stdin=subprocess.DEVNULL,
            stderr=errors,
            pass_fds=files,
            start_new_session=True,
            # Safe, because the supervisor has a single thread.
            preexec_fn=_tie_to_parent,
        )
        if STDERR in environment:
            os.close(files[-1])

    def is_ready(self) -> bool:
        """Return whether the process is ready."""
        if self.service.beats and self.beat_at is None:
            return False
        return self.service.is_ready is None or self.service.is_ready()

    def restart_if_necessary(self) -> float | None:
        """Restart a process that is dead or hangs, if this is due.

        :returns: the seconds until it is due; None if it runs.
        """
        if self.restart_at is None:
            now = time.monotonic()
            silence = now - (self.beat_at or self.started_at)
            allowed = HANG_SECONDS if self.beat_at else self.service.restart_seconds
            if self.process.poll() is not None:
                problem = f"ended with exit status {self.process.returncode}"
            elif self.service.beats and silence > allowed:
                problem = f"has sent no heartbeat for {silence:.0f} s"
            else:
                return None
            self.kill_group()
            is_stable = now - self.started_at > STABLE_SECONDS
            self.deaths = 1 if is_stable else self.deaths + 1
            pause = min(MAX_PAUSE_SECONDS, 2.0 ** (self.deaths - 2)) if self.deaths > 1 else 0.0
            self.restart_at = now + pause
            logger.warning(
                f"The {self.service.name} process {problem};"
                f" restarting it{f' in {pause:g} s' if pause else ''}"
            )
        remaining = self.restart_at - time.monotonic()
        if remaining > 0:
            return remaining
        self.start()
        return None

    def stop(self) -> None:
        """Stop the process, and kill it if it does not stop in time."""
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                logger.warning(f"The {self.service.name} process did not stop in time; killing it")
        self.kill_group()

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
        self._starting: list[_Child] = []
        self._finishing: list[_Child] = []
        self._watch = Watch()
        self._looked_at = time.monotonic()
        self._had_terminal = _has_terminal()
        self._shall_reload = False
        self._beat: Callable[[], None] = lambda: None

    def __enter__(self) -> Self:
        # Blocked signals remain pending until they are waited for, so none is lost in between.
        signal.pthread_sigmask(signal.SIG_BLOCK, _WATCHED)
        return self

    def __exit__(self, *_: object) -> None:
        try:
            for child in reversed([*self._finishing, *self._children, *self._starting]):
                child.stop()
        finally:
            self._watch.close()
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
        self._start(services, timeout)
        self._children += self._starting
        self._starting = []

    def _start(
        self, services: Sequence[Service], timeout: float, errors: IO[bytes] | None = None
    ) -> None:
        for service in services:
            child = _Child(service, self._watch)
            child.start(errors)
            self._starting.append(child)
        deadline = time.monotonic() + timeout
        for child in self._starting:
            while not child.is_ready():
                name = child.service.name
                if child.process.poll() is not None:
                    raise ProcessFailedError(
                        f"The {name} process ended during startup with exit status "
                        f"{child.process.returncode}."
                    )
                if time.monotonic() > deadline:
                    raise ProcessFailedError(
                        f"The {name} process is not ready after {timeout:g} s."
                    )
                self._look()
                self._wait_for_signal(_POLL_SECONDS)

    def run_once(self, service: Service) -> None:
        """Run a process until it ends.

        :raises ProcessFailedError: it failed. The reason is in its standard error.
        :raises Stopped: the supervisor received a signal to stop.
        """
        child = _Child(service, self._watch)
        child.start()
        try:
            while child.process.poll() is None:
                self._wait_for_signal(_POLL_SECONDS)
        finally:
            child.kill_group()
        if child.process.returncode != 0:
            raise ProcessFailedError(f"The {service.name} process failed.")

    def run(
        self,
        beat: Callable[[], None] = lambda: None,
        reloaded: Callable[[str], None] = lambda problem: None,
    ) -> None:
        """Keep every service running until a signal to stop arrives.

        :param beat: called each second.
        :param reloaded: called after each reload, with the reason if it failed, or an empty text.
        """
        self._beat = beat
        with contextlib.suppress(Stopped):
            while True:
                pause = self._look()
                if self._shall_reload:
                    self._shall_reload = False
                    reloaded(self.reload())
                self._wait_for_signal(min(pause, _WATCH_SECONDS))

    def reload(self, timeout: float = START_SECONDS) -> str:
        """Replace all processes whose services have a signal to finish.

        :param timeout: the maximum number of seconds until the new ones are ready.
        :returns: why they could not be started, or an empty text.
        :raises Stopped: the supervisor received a signal to stop.
        """
        old = [child for child in self._children if child.service.finish]
        with tempfile.TemporaryFile() as errors:
            try:
                self._start([child.service for child in old], timeout, errors)
                problem = ""
            except ProcessFailedError as error:
                for child in self._starting:
                    child.kill_group()
                self._starting = []
                problem = str(error)
            errors.seek(0)
            written = errors.read().decode(errors="replace")
        sys.stderr.write(written)
        if problem:
            return f"{problem} {(written.strip().splitlines() or [''])[-1]}".strip()
        self._children = [child for child in self._children if child not in old] + self._starting
        self._starting = []
        for child in old:
            child.finish_until = time.monotonic() + child.service.finish_seconds
            child.process.send_signal(child.service.finish or signal.SIGTERM)
        self._finishing += old
        return ""

    def _look(self) -> float:
        """Look after all processes, and return the seconds until the next restart is due."""
        self._beat()
        now = time.monotonic()
        was_stopped = now - self._looked_at > HANG_SECONDS / 2
        self._looked_at = now
        senders = set(self._watch.senders())
        for child in (*self._children, *self._starting):
            if child.process.pid in senders or (was_stopped and child.beat_at is not None):
                child.beat_at = now
        for child in self._finishing.copy():
            if child.process.poll() is not None or now > child.finish_until:
                child.kill_group()
                self._finishing.remove(child)
        pauses = [child.restart_if_necessary() for child in self._children]
        return min((pause for pause in pauses if pause is not None), default=_WATCH_SECONDS)

    def _wait_for_signal(self, timeout: float) -> None:
        received = signal.sigtimedwait(_WATCHED, timeout)
        # After the supervisor itself was stopped and continued, Python returns an invalid number.
        if received is None or received.si_signo not in _WATCHED - {signal.SIGCHLD}:
            return
        # The same signal says that the terminal was closed.
        if received.si_signo != signal.SIGHUP or (self._had_terminal and not _has_terminal()):
            raise Stopped
        self._shall_reload = True


def _has_terminal() -> bool:
    try:
        os.close(os.open("/dev/tty", os.O_RDONLY | os.O_NOCTTY))
    except OSError:
        return False
    return True
