"""Serves PyDash below a path, such as `/pydash`, of a host that it shares with other sites."""

from collections.abc import Iterable
from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


class SubPath:
    """WSGI middleware that removes the path, which a proxy may have removed already.

    :param path: the path with a leading slash and no trailing slash; empty for none.
    """

    def __init__(self, app: "WSGIApplication", path: str) -> None:
        self._app = app
        self._path = path

    def __call__(  # noqa: D102 (WSGI)
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        environ["SCRIPT_NAME"] = self._path
        requested = environ["PATH_INFO"]
        if self._path and requested == self._path:
            query = environ.get("QUERY_STRING")
            location = f"{quote(self._path)}/" + (f"?{query}" if query else "")
            start_response("308 Permanent Redirect", [("Location", location)])
            return []
        if requested.startswith(f"{self._path}/"):
            environ["PATH_INFO"] = requested[len(self._path) :]
        return self._app(environ, start_response)
