"""The web server: waitress, multi-threaded."""

import ctypes
import errno
import gc
import re
import resource
import signal
import socket
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from types import FrameType
from typing import Any
from urllib.parse import urlsplit

from waitress import wasyncore
from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser, ParsingError
from waitress.server import BaseWSGIServer, create_server
from waitress.task import ErrorTask, WSGITask
from waitress.utilities import BadRequest, ServerNotImplemented

import pydash_database
from pydash_app.configuration import Configuration
from pydash_http.hosts import hosts_to_listen_on, url_host
from pydash_logger.logger import Logger
from pydash_web.models.common import Error

logger = Logger(__name__)

# More than the app accepts, so that the app itself rejects a body that is too large.
MAX_BODY_BYTES = 1 << 20
MAX_HEADER_BYTES = 1 << 16
CONNECTIONS = 4_000
# Kept free, because waitress stops accepting connections at its limit.
SPARE_CONNECTIONS = 8
# Other files of the process: the database, the log, and connections to users' servers.
OTHER_FILES = 128
IDLE_SECONDS = 60
# The same while the server drains. A client that sends requests continually has sent one by then.
DRAIN_IDLE_SECONDS = 5
_LOOP_SECONDS = 1.0
# Seconds, instead of Python's five milliseconds: for so long, a query that computes can delay each
# step of another request.
SWITCH_INTERVAL = 0.001
# Larger blocks of memory are returned to the operating system when they are freed. By default, the
# C library keeps blocks of up to 32 MB, in an arena for each thread, so that every thread would
# keep what its largest query needed.
LARGE_BLOCK = 1 << 20
ARENAS = 2
# The parameters of `mallopt` in the GNU C library.
_M_MMAP_THRESHOLD, _M_ARENA_MAX = -3, -8
_HOST = re.compile(r"(?:[\w.~-]+|\[[0-9a-f:.]+\])(?::\d{1,5})?", re.ASCII | re.IGNORECASE)


def run(
    app: Any,
    configuration: Configuration,
    descriptors: Sequence[int] = (),
    beat: Callable[[], None] = lambda: None,
) -> None:
    """Serve a WSGI application until a signal arrives.

    SIGTERM and Ctrl-C let requests in progress five seconds. SIGQUIT lets them the configured time,
    and clients whose connections are open send their next request over another one.

    :param descriptors: of sockets that listen, by default those of new ones.
    :param beat: called each second.
    :raises SystemExit: the address is in use or unavailable.
    """
    prepare_process()
    server = listen(app, configuration, descriptors)
    # A server for several sockets names it differently.
    sockets: dict[int, Any] = getattr(server, "map", None) or server._map

    def stop(_signal: int, _frame: FrameType | None) -> None:
        raise SystemExit(0)

    def drain(_signal: int, _frame: FrameType | None) -> None:
        _Channel.drain_until = time.time() + configuration.drain

    # SIGINT, too, because background processes inherit it as ignored.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    signal.signal(signal.SIGQUIT, drain)
    logger.info(f"Serving on http://{url_host(configuration.host)}:{configuration.port}")
    try:
        while not _Channel.drain_until or _drain(sockets):
            wasyncore.loop(_LOOP_SECONDS, use_poll=True, map=sockets, count=1)
            beat()
    except (KeyboardInterrupt, SystemExit):
        logger.info("The web server is stopping")
    finally:
        server.task_dispatcher.shutdown()
        server.close()


def _drain(sockets: dict[int, Any]) -> bool:
    """Accept no more connections, and close those that are idle. Return whether any are left."""
    now = time.time()
    for each in list(sockets.values()):
        if isinstance(each, BaseWSGIServer):
            # Other processes listen on the same socket. Its own method would also close the trigger
            # through which threads report that a response is ready.
            wasyncore.dispatcher.close(each)
    channels = [each for each in sockets.values() if isinstance(each, HTTPChannel)]
    for channel in channels:
        is_idle = not channel.requests and not channel.total_outbufs_len
        if is_idle and channel.last_activity < now - DRAIN_IDLE_SECONDS:
            channel.will_close = True
    return bool(channels) and now < _Channel.drain_until


def listen(app: Any, configuration: Configuration, descriptors: Sequence[int] = ()) -> Any:
    """Return a waitress server that listens, and serves once its `run` is called.

    :param app: the WSGI application.
    :param descriptors: of sockets that listen, by default those of new ones.
    :raises SystemExit: the address is in use or unavailable.
    """
    sockets: dict[int, Any] = {}
    where: dict[str, Any] = {"sockets": [socket.socket(fileno=each) for each in descriptors]}
    if not descriptors:
        hosts = hosts_to_listen_on(configuration.host)
        where = {"listen": " ".join(f"{url_host(host)}:{configuration.port}" for host in hosts)}
    try:
        server = create_server(
            app,
            map=sockets,
            **where,
            threads=configuration.web_threads,
            ident=None,
            # A browser keeps several connections open, and select() supports only about a thousand.
            connection_limit=_allowed_connections(),
            asyncore_use_poll=True,
            channel_timeout=IDLE_SECONDS,
            max_request_body_size=MAX_BODY_BYTES,
            max_request_header_size=MAX_HEADER_BYTES,
            # TrustedProxies decides which of these to trust.
            clear_untrusted_proxy_headers=False,
        )
    except OSError as error:
        raise SystemExit(_explain(error, configuration)) from None
    for listening in sockets.values():
        if isinstance(listening, BaseWSGIServer):
            listening.channel_class = _Channel
    return server


def prepare_process() -> None:
    """Prepare a process that has loaded everything for serving requests in threads."""
    sys.setswitchinterval(SWITCH_INTERVAL)
    # All threads wait for the garbage collector. What was loaded is not garbage, and looking
    # through it takes 50 ms.
    gc.collect()
    gc.freeze()
    with suppress(AttributeError):  # not GNU's C library
        mallopt = ctypes.CDLL(None).mallopt
        mallopt(_M_MMAP_THRESHOLD, LARGE_BLOCK)
        mallopt(_M_ARENA_MAX, ARENAS)


def _allowed_connections() -> int:
    """Return the maximum number of connections, and raise the open-file limit if necessary.

    A server that cannot open a file for the next connection spins and serves no other.
    """
    needed = CONNECTIONS + OTHER_FILES
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    files = needed if hard == resource.RLIM_INFINITY else min(needed, hard)
    if soft != resource.RLIM_INFINITY and soft < files:
        resource.setrlimit(resource.RLIMIT_NOFILE, (files, hard))
    return max(files - OTHER_FILES, files // 2)


def _explain(error: OSError, configuration: Configuration) -> str:
    address = f"{url_host(configuration.host)}:{configuration.port}"
    if error.errno == errno.EADDRINUSE:
        return f"Error: {address} is already in use. Choose another PYDASH_PORT."
    return f"Error: cannot listen on {address}: {error.strerror}."


def _is_host(text: str) -> bool:
    """Return whether a string is a host with or without a port."""
    try:
        urlsplit(f"//{text}").port  # noqa: B018 (raises)
    except ValueError:
        return False
    return _HOST.fullmatch(text) is not None


class _Parser(HTTPRequestParser):
    """Rejects requests whose host or end a proxy could interpret differently."""

    def parse_header(self, header_plus: bytes) -> None:
        try:
            super().parse_header(header_plus)
        except ValueError:  # from urlsplit
            raise ParsingError("The URL is invalid") from None
        # waitress has removed the header from HTTP/1.1 requests; older ones cannot have it.
        has_length = "CONTENT_LENGTH" in self.headers
        if (self.chunked and has_length) or "TRANSFER_ENCODING" in self.headers:
            raise ParsingError("The length of the body is ambiguous")
        # Repeated headers arrive joined by commas.
        host = self.headers.get("HOST")
        if host is None and self.version == "1.0":
            return
        if not _is_host(host or ""):
            raise ParsingError("The Host header must name exactly one host")
        if self.proxy_scheme and self.proxy_netloc.lower() != host.lower():
            raise ParsingError("The URL and the Host header name different hosts")


class _JsonErrorTask(ErrorTask):
    """Returns errors of waitress itself, such as a body that is too large, in the API's shape."""

    def execute(self) -> None:
        error = self.request.error
        if isinstance(error, ServerNotImplemented):
            # An unknown transfer coding is the client's error.
            error = BadRequest(error.body)
        body = Error(message=f"{error.reason}: {error.body}").model_dump_json(exclude_none=True)
        self.status = f"{error.code} {error.reason}"
        self.response_headers.append(("Content-Type", "application/json"))
        self.set_close_on_finish()
        self.content_length = len(body)
        self.write(body.encode())


class _Task(WSGITask):
    """A response, which is the last one of its connection while the server drains."""

    def service(self) -> None:
        try:
            super().service()
        finally:
            # The threads take turns, so that each would soon have all objects in memory.
            pydash_database.release()

    def build_response_header(self) -> bytes:
        if _Channel.drain_until:
            self.set_close_on_finish()
        header: bytes = super().build_response_header()
        return header


class _Channel(HTTPChannel):
    """A connection, which replaces the one that has been idle longest if there are too many.

    A flood of open connections therefore does not starve other clients.

    :cvar drain_until: when the last response must have ended; 0 while the server does not drain.
    """

    drain_until = 0.0
    task_class = _Task
    error_task_class = _JsonErrorTask
    parser_class = _Parser

    def __init__(self, *given: Any, **options: Any) -> None:
        super().__init__(*given, **options)
        if len(self._map) > self.adj.connection_limit - SPARE_CONNECTIONS:
            channels = (each for each in self._map.values() if isinstance(each, HTTPChannel))
            idle = [each for each in channels if not each.requests and not each.will_close]
            if idle:
                min(idle, key=lambda channel: channel.last_activity).will_close = True
