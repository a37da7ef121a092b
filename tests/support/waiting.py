"""Waiting for other processes."""

import time
from collections.abc import Callable

PAUSE_SECONDS = 0.05


def wait_for(condition: Callable[[], object], seconds: float = 30) -> None:
    """Wait until a condition holds; fail if it does not hold within the given time."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"The condition does not hold after {seconds:g} s."
        time.sleep(PAUSE_SECONDS)
