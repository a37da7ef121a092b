"""The side of those who are limited."""

import json
import socket
from contextlib import ExitStack
from typing import Any

# The first response takes no longer, unless the server hangs.
RESPONSE_SECONDS = 0.5


class Unavailable(Exception):  # noqa: N818 (the name describes what went wrong)
    """The server does not respond."""


class Client:
    """Asks the server whose Unix socket has a path."""

    def __init__(self, path: str) -> None:
        self._path = path

    def hit(self, key: str, maximum: int, seconds: float) -> float:
        """Count an event.

        :param maximum: the number of events in this time.
        :returns: the seconds until the next is allowed; 0 if this one is, and was counted.
        :raises Unavailable: the server does not respond.
        """
        with ExitStack() as opened:
            connection = _Connection(self._path, opened)
            response = connection.ask({"hit": key, "maximum": maximum, "seconds": seconds})
            return float(response["wait"])

    def acquire(
        self, name: str, account: str, *, running: int, admitted: int, total: int, seconds: float
    ) -> ExitStack | None:
        """Wait for a place.

        :param name: what it is for.
        :param running: the number of places of an account.
        :param admitted: the number of those of an account that have a place or wait for one.
        :param total: the number of places of all accounts.
        :param seconds: the maximum time to wait.
        :returns: what to close when the place is free again; None if too many wait, or this one
            has waited too long.
        :raises Unavailable: the server does not respond.
        """
        limits = {"running": running, "admitted": admitted, "total": total}
        with ExitStack() as opened:
            connection = _Connection(self._path, opened)
            response = connection.ask({"slot": name, "account": account, **limits})
            if not response["admitted"] or not connection.wait(seconds):
                return None
            return opened.pop_all()


class _Connection:
    """A connection for one request."""

    def __init__(self, path: str, opened: ExitStack) -> None:
        self._path = path
        self._socket = opened.enter_context(socket.socket(socket.AF_UNIX))
        self._lines = opened.enter_context(self._socket.makefile("rb"))

    def ask(self, request: dict[str, Any]) -> dict[str, Any]:
        """Send a request, and return the response."""
        try:
            self._socket.settimeout(RESPONSE_SECONDS)
            self._socket.connect(self._path)
            self._socket.sendall(json.dumps(request).encode() + b"\n")
            response: dict[str, Any] = json.loads(self._lines.readline())
        except (OSError, ValueError) as error:
            raise Unavailable(f"The server of limits does not respond: {error}") from error
        return response

    def wait(self, seconds: float) -> bool:
        """Return whether another response arrives in time."""
        self._socket.settimeout(max(0.001, seconds))
        try:
            if self._lines.readline():
                return True
        except TimeoutError:
            return False
        except OSError as error:
            raise Unavailable(str(error)) from error
        raise Unavailable("The server of limits has ended.")
