"""Tasks for the tests, in a module that the processes of a pool can import.

They report by writing lines to a named pipe, so a test can wait for a line instead of sleeping.
"""

import os
import signal
import time
from datetime import timedelta
from pathlib import Path


def report(pipe: Path, text: str = "ran") -> None:
    with pipe.open("a") as file:
        file.write(f"{text}\n")


def report_pid(pipe: Path) -> None:
    report(pipe, str(os.getpid()))


def report_pid_and_hang(pipe: Path) -> None:
    report_pid(pipe)
    time.sleep(600)


def report_and_wait(pipe: Path, text: str, until: Path) -> None:
    """Report, then wait until something is written to the other pipe."""
    report(pipe, text)
    until.read_bytes()


def die_the_first_time(pipe: Path, marker: Path) -> None:
    if not marker.exists():
        marker.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    report(pipe, "survived")


def hang_the_first_time(pipe: Path, marker: Path) -> None:
    if not marker.exists():
        marker.touch()
        report_pid_and_hang(pipe)


def fail(pipe: Path) -> None:
    report(pipe, "failing")
    raise RuntimeError("on purpose")


def report_and_run_again_at_once(pipe: Path) -> timedelta:
    report(pipe)
    return timedelta()


class UnpicklableError(Exception):
    def __init__(self) -> None:
        super().__init__("cannot be sent")
        self.function = lambda: None


def raise_unpicklable() -> None:
    raise UnpicklableError


def use_memory(megabytes: int) -> int:
    len(bytearray(megabytes * 1024 * 1024))
    return os.getpid()


def wait_and_touch(pipe: Path, until: Path, path: Path) -> None:
    report(pipe, "started")
    until.read_bytes()
    path.touch()


def report_pid_and_wait(pipe: Path, until: Path) -> None:
    report_and_wait(pipe, str(os.getpid()), until)
