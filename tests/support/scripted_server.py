"""A server that sends exactly what a test tells it to, down to the byte."""

import json
import socket
import ssl
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any

Behaviour = Callable[[socket.socket, str], None]
"""What the server does with a connection, given the path of the request."""


class ScriptedServer:
    """A server on the loopback interface.

    :param tls: the server's side of TLS; None for plain HTTP.
    """

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self.behave: Behaviour = lambda connection, path: None
        self.requests: list[str] = []
        """The requests as received, with headers."""
        self.connections = 0
        """How many were accepted."""
        self.stopped = threading.Event()
        """Set when the test is over; a behaviour that hangs waits for it."""
        self._tls = tls
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()

    @property
    def port(self) -> int:
        return int(self._listener.getsockname()[1])

    @property
    def url(self) -> str:
        if self._tls:
            return f"https://localhost:{self.port}"
        return f"http://127.0.0.1:{self.port}"

    def respond(self, *responses: bytes) -> None:
        """Send these responses, one per request, and repeat the last."""
        left = list(responses)
        self.behave = lambda connection, path: connection.sendall(
            left.pop(0) if len(left) > 1 else left[0]
        )

    def close(self) -> None:
        self.stopped.set()
        # Wakes `accept`, which closing alone does not.
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for thread in self._threads:
            thread.join()

    def _accept(self) -> None:
        while not self.stopped.is_set():
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            thread = threading.Thread(target=self._serve, args=[connection])
            self._threads.append(thread)
            thread.start()

    def _serve(self, connection: socket.socket) -> None:
        connection.settimeout(10)
        with suppress(OSError):
            if self._tls:
                try:
                    connection = self._tls.wrap_socket(connection, server_side=True)
                except BaseException:
                    connection.close()
                    raise
            with connection:
                while request := _read_request(connection):
                    self.requests.append(request)
                    self.behave(connection, request.split()[1])


def _read_request(connection: socket.socket) -> str:
    received = b""
    while not received.endswith(b"\r\n\r\n"):
        piece = connection.recv(65_536)
        if not piece:
            return ""
        received += piece
    return received.decode("latin-1")


def http(
    body: bytes | str = b"", status: str = "200 OK", content_type: str = "text/html", **headers: str
) -> bytes:
    """Return a response; underscores in header names stand for hyphens."""
    body = body.encode() if isinstance(body, str) else body
    fields = {"Content-Type": content_type, "Content-Length": str(len(body)), **headers}
    lines = [f"{name.replace('_', '-')}: {value}\r\n" for name, value in fields.items()]
    return f"HTTP/1.1 {status}\r\n{''.join(lines)}\r\n".encode() + body


def json_response(content: Any, **headers: str) -> bytes:
    return http(json.dumps(content), content_type="application/json", **headers)
