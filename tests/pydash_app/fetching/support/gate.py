"""A server in front of a monitored app that demands HTTP basic authentication."""

import base64
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

CREDENTIALS = "Basic " + base64.b64encode(b"ada:open sesame").decode()


@contextmanager
def gate(app_url: str) -> Iterator[tuple[str, list[int]]]:
    """Forward authorized requests to an app; yield the URL, and the statuses of all responses."""
    app = urlsplit(app_url)
    statuses: list[int] = []

    class Gate(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.headers["Authorization"] == CREDENTIALS:
                with closing(HTTPConnection(app.hostname or "", app.port, timeout=30)) as upstream:
                    upstream.request("GET", self.path, headers=dict(self.headers))
                    response = upstream.getresponse()
                    headers, body = response.headers, response.read()
                self.respond(response.status, dict(headers), body)
            else:
                self.respond(401, {"WWW-Authenticate": 'Basic realm="Staff only"'}, b"")

        def respond(self, status: int, headers: dict[str, str], body: bytes) -> None:
            statuses.append(status)
            self.send_response(status)
            for name, value in (headers | {"Content-Length": str(len(body))}).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Log nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Gate) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}{app.path}", statuses
        server.shutdown()
        thread.join()
