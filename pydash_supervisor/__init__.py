"""Starts, watches and stops the processes of one installation.

A process that dies is started again, at once the first time and then after growing pauses. When the
supervisor ends, for whatever reason, none of its processes is left behind.
"""

import contextlib
import ctypes
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from pydash_logger.logger import Logger

logger = Logger(__name__)

# A little more than the processes take themselves to finish what they are doing.
STOP_SECONDS = 12.0
LONGEST_PAUSE_SECONDS = 10.0
STEADY_SECONDS = 30.0
_WATCHED = {signal.SIGCHLD, signal.SIGINT, signal.SIGTERM, signal.SIGHUP}
_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True)


class ProcessFailedError(Exception):
    """A process ended or did not answer before it was ready."""


class Stopped(Exception):  # noqa: N818 (not an error: somebody asked)
    """The supervisor was asked to stop."""


@dataclass
class _Child:
    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    process: subprocess.Popen[bytes] = field(init=False)
    started_at: float = 0.0
    restart_at: float | None = None
    deaths: int = 0

    def start(self) -> None:
        self.started_at = time.monotonic()
        self.restart_at = None
        # A session of its own: a Ctrl-C in the terminal reaches the supervisor alone, and the
        # process can be ended together with whatever it started.
        self.process = subprocess.Popen(  # noqa: S603 (our own commands)
            self.command,
            env=dict(self.environment),
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            # Safe: the supervisor has one thread.
            preexec_fn=_tie_to_parent,
        )

    def plan_restart(self) -> float:
        """Decide when to start again; answer the pause in seconds."""
        lived = time.monotonic() - self.started_at
        self.deaths = 1 if lived > STEADY_SECONDS else self.deaths + 1
        pause = min(LONGEST_PAUSE_SECONDS, 2.0 ** (self.deaths - 2)) if self.deaths > 1 else 0.0
        self.restart_at = time.monotonic() + pause
        return pause

    def kill_group(self) -> None:
        """End what is left of the process and of those that it started."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)


def _tie_to_parent() -> None:
    """Make the new process end when the supervisor does, even by SIGKILL."""
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _WATCHED)


class Supervisor:
    """Runs processes in the order in which they are started, and stops them in reverse.

    Use it as a context manager on the main thread: leaving the block stops everything.
    """

    def __init__(self) -> None:
        self._children: list[_Child] = []

    def __enter__(self) -> "Supervisor":
        # Blocked signals wait until they are asked for, so none is lost between two looks.
        signal.pthread_sigmask(signal.SIG_BLOCK, _WATCHED)
        return self

    def __exit__(self, *_: object) -> None:
        try:
            self._stop()
        finally:
            # A second Ctrl-C while stopping changes nothing: everything is being stopped.
            while signal.sigtimedwait(_WATCHED, 0):
                pass
            signal.pthread_sigmask(signal.SIG_UNBLOCK, _WATCHED)

    def start(self, name: str, command: Sequence[str], environment: Mapping[str, str]) -> None:
        """Start a process and watch it from now on.

        :param name: what it is called in messages.
        :param command: the program and its arguments.
        :param environment: all of its environment variables.
        """
        child = _Child(name, command, environment)
        child.start()
        self._children.append(child)

    def wait_until(self, name: str, is_ready: Callable[[], bool], timeout: float) -> None:
        """Wait until the process called `name` is ready.

        :param is_ready: looks, without waiting, whether it is.
        :param timeout: how many seconds it may take.
        :raises ProcessFailedError: it ended, or took too long.
        :raises Stopped: somebody asked the supervisor to stop.
        """
        child = next(child for child in self._children if child.name == name)
        deadline = time.monotonic() + timeout
        while not is_ready():
            if child.process.poll() is not None:
                raise ProcessFailedError(
                    f"The {name} process ended while starting (exit status "
                    f"{child.process.returncode})."
                )
            if time.monotonic() > deadline:
                raise ProcessFailedError(f"The {name} process is not ready after {timeout:g} s.")
            self._wait_for_signal(0.1)

    def run_once(self, command: Sequence[str], environment: Mapping[str, str]) -> None:
        """Run a process to its end.

        :raises ProcessFailedError: it failed; it has said why on its standard error.
        :raises Stopped: somebody asked the supervisor to stop meanwhile.
        """
        child = _Child("set-up", command, environment)
        child.start()
        try:
            while child.process.poll() is None:
                self._wait_for_signal(0.1)
        finally:
            child.kill_group()
            child.process.wait()
        if child.process.returncode != 0:
            raise ProcessFailedError("The set-up of the demo failed.")

    def run(self) -> None:
        """Keep every process running until somebody asks to stop."""
        try:
            while True:
                self._restart_dead()
                self._wait_for_signal(self._seconds_to_restart())
        except Stopped:
            return

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

    def _restart_dead(self) -> None:
        for child in self._children:
            if child.restart_at is None and child.process.poll() is not None:
                child.kill_group()
                pause = child.plan_restart()
                logger.warning(
                    f"The {child.name} process ended (exit status {child.process.returncode}); "
                    f"starting it again{f' in {pause:g} s' if pause else ''}."
                )
            if child.restart_at is not None and child.restart_at <= time.monotonic():
                child.start()

    def _seconds_to_restart(self) -> float | None:
        planned = [child.restart_at for child in self._children if child.restart_at is not None]
        return max(0.0, min(planned) - time.monotonic()) if planned else None

    def _stop(self) -> None:
        for child in reversed(self._children):
            if child.process.poll() is None:
                child.process.terminate()
                try:
                    child.process.wait(STOP_SECONDS)
                except subprocess.TimeoutExpired:
                    logger.warning(f"The {child.name} process did not stop in time; ending it.")
            child.kill_group()
            child.process.wait()
