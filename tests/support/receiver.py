"""A server that takes messages, as the services and webhooks do to which PyDash sends them."""

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple


class Received(NamedTuple):
    """A request, as it arrived."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Response(NamedTuple):
    status: int = 200
    headers: Mapping[str, str] = {}
    body: bytes = b"{}"


class Receiver(ThreadingHTTPServer):
    """Keeps what it receives.

    :ivar respond: returns the response to a request; 200 by default. Threads may call it at once.
    """

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.received: list[Received] = []
        self.respond: Callable[[Received], Response] = lambda request: Response()

    def handle_error(self, *_: object) -> None:
        """Ignore that a client has closed its connection."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    @property
    def bodies(self) -> list[Any]:
        return [request.json for request in self.received]


class _Handler(BaseHTTPRequestHandler):
    server: Receiver
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length", "0"))
        body = self.rfile.read(length)
        if len(body) < length:  # its sender was killed
            self.close_connection = True
            return
        request = Received(self.command, self.path, dict(self.headers.items()), body)
        self.server.received.append(request)
        response = self.server.respond(request)
        self.send_response(response.status)
        for name, value in response.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(response.body)))
        self.end_headers()
        self.wfile.write(response.body)

    do_PUT = do_GET = do_POST  # noqa: N815 (named by http.server)

    def log_message(self, *_: object) -> None:
        """Log nothing."""


@contextmanager
def running_receiver() -> Iterator[Receiver]:
    """Run a receiver on a free port."""
    with Receiver() as receiver:
        thread = threading.Thread(target=receiver.serve_forever, args=[0.01])
        thread.start()
        try:
            yield receiver
        finally:
            receiver.shutdown()
            thread.join()
