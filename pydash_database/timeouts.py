"""How long a database server may take to respond."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

# The timeout of each response of a server, so that a web response takes at most two seconds.
RESPONSE_TIMEOUT = 1.5
# The same for background work, which may store much data on a slow disk, and wait for others that
# do. It is finite, so that a server that is gone does not block a task forever.
BACKGROUND_TIMEOUT = 30.0
# The seconds after a timeout in which calls fail immediately, unless the server reconnects.
PAUSE_SECONDS = 1.0

_timeout: ContextVar[float | None] = ContextVar("timeout", default=RESPONSE_TIMEOUT)


@contextmanager
def response_timeout(seconds: float | None) -> Iterator[None]:
    """Set the timeout of each response of a server for the block; None waits forever."""
    token = _timeout.set(seconds)
    try:
        yield
    finally:
        _timeout.reset(token)


def current_timeout() -> float | None:
    """Return the timeout of a response (s); None waits forever."""
    return _timeout.get()
