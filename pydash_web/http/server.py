"""Runs the web server of PyDash: waitress, with threads."""

import errno
import resource
import signal
from types import FrameType
from typing import Any

from waitress.channel import HTTPChannel
from waitress.server import BaseWSGIServer, create_server
from waitress.task import ErrorTask
from waitress.utilities import BadRequest, ServerNotImplemented

from pydash_app.configuration import Configuration
from pydash_http.hosts import hosts_to_listen_on, url_host
from pydash_logger.logger import Logger
from pydash_web.models.common import Error

logger = Logger(__name__)

# Enough to tell the app of a body that is too long, so that the app refuses it in its own words.
LONGEST_BODY = 1 << 20
LONGEST_HEADERS = 1 << 16
CONNECTIONS = 4_000
# Of these, so that waitress, which makes everybody wait at its limit, never comes to it.
SPARE_CONNECTIONS = 8
# What else the process opens: its database, its log, and connections to the users' servers.
OTHER_FILES = 128
IDLE_SECONDS = 60


def run(app: Any, configuration: Configuration) -> None:
    """Serve a WSGI application until SIGTERM or Ctrl-C; what it has begun is answered first.

    :raises SystemExit: the address is in use, or cannot be listened on.
    """
    server = listen(app, configuration)
    # SIGINT too: whoever is started in the background inherits it as ignored.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _stop)
    logger.info(f"Serving on http://{url_host(configuration.host)}:{configuration.port}")
    try:
        server.run()
    except (KeyboardInterrupt, SystemExit):
        logger.info("The web server stops.")
    finally:
        server.task_dispatcher.shutdown()
        server.close()


def listen(app: Any, configuration: Configuration) -> Any:
    """Make waitress's server, which has its port and serves once it is told to `run`.

    :param app: the WSGI application.
    :raises SystemExit: the address is in use, or cannot be listened on.
    """
    sockets: dict[int, Any] = {}
    try:
        server = create_server(
            app,
            map=sockets,
            listen=" ".join(
                f"{url_host(host)}:{configuration.port}"
                for host in hosts_to_listen_on(configuration.host)
            ),
            threads=configuration.web_threads,
            ident=None,
            # A browser keeps several connections open; select() would end at about a thousand.
            connection_limit=_allowed_connections(),
            asyncore_use_poll=True,
            channel_timeout=IDLE_SECONDS,
            max_request_body_size=LONGEST_BODY,
            max_request_header_size=LONGEST_HEADERS,
            # TrustedProxies decides which of these to believe.
            clear_untrusted_proxy_headers=False,
        )
    except OSError as error:
        raise SystemExit(_explain(error, configuration)) from None
    for listening in sockets.values():
        if isinstance(listening, BaseWSGIServer):
            listening.channel_class = _Channel
    return server


def _allowed_connections() -> int:
    """Tell how many connections there may be, after raising the limit of open files if need be.

    A server without a file left for the next connection spins, and cannot answer the others.
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
        return f"Error: {address} is in use by another program. Choose another PYDASH_PORT."
    return f"Error: cannot listen on {address}: {error.strerror}."


def _stop(_signal: int, _frame: FrameType | None) -> None:
    raise SystemExit(0)


class _JsonErrorTask(ErrorTask):
    """Answers what waitress itself refuses, such as a body of 100 MB, like all other errors."""

    def execute(self) -> None:
        error = self.request.error
        if isinstance(error, ServerNotImplemented):
            # A transfer coding that nobody knows: the client's mistake, not ours.
            error = BadRequest(error.body)
        body = Error(message=f"{error.reason}: {error.body}").model_dump_json(exclude_none=True)
        self.status = f"{error.code} {error.reason}"
        self.response_headers.append(("Content-Type", "application/json"))
        self.set_close_on_finish()
        self.content_length = len(body)
        self.write(body.encode())


class _Channel(HTTPChannel):
    """A connection; where there are too many, it takes the place of the one idle longest.

    So somebody who opens thousands and leaves them open keeps nobody else away.
    """

    error_task_class = _JsonErrorTask

    def __init__(self, *given: Any, **options: Any) -> None:
        super().__init__(*given, **options)
        if len(self._map) > self.adj.connection_limit - SPARE_CONNECTIONS:
            _close_idlest(self._map)


def _close_idlest(sockets: dict[int, Any]) -> None:
    channels = (each for each in sockets.values() if isinstance(each, HTTPChannel))
    idle = [each for each in channels if not each.requests and not each.will_close]
    if idle:
        min(idle, key=lambda channel: channel.last_activity).will_close = True
