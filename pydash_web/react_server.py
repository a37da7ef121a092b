"""Serves the built front end: one page for all paths, and its files."""

import mimetypes
from functools import lru_cache
from pathlib import Path
from typing import cast

from flask import Response, request, send_from_directory
from werkzeug.exceptions import NotFound
from werkzeug.routing import PathConverter

STATIC = Path(__file__).parent / "static"
PAGE = "index.html"
NOT_BUILT = "The front end is not built. Run `make run`, or install PyDash from its wheel.\n"
ENCODINGS = {"br": ".br", "gzip": ".gz"}
YEAR_SECONDS = 31_536_000


class PagePath(PathConverter):
    """Any path outside the API and the status pages."""

    regex = r"(?!(?:api|s|subscriptions)(?:/|$)|(?:metrics|status|healthz|readyz)$).*?"


def serve(path: str = "") -> Response:
    """Return the file at a path, or the page, which then renders the route.

    :param path: the URL's path without the leading slash.
    :raises NotFound: the asset does not exist.
    """
    page = STATIC / PAGE
    if not page.is_file():
        return Response(NOT_BUILT, 503, mimetype="text/plain")
    files = _files(STATIC, page.stat().st_mtime_ns)
    if path in files and path != PAGE:
        return _send(path, files)
    if path.startswith("assets/"):
        # A page of an older version requests a chunk that no longer exists.
        raise NotFound
    return _send_page(page)


def _send_page(page: Path) -> Response:
    """Return the page, with PyDash's path in place of the leading `./` of URLs.

    The page is sent for every path, so browsers cannot resolve relative URLs.
    """
    html = page.read_text(encoding="utf-8").replace('"./', f'"{request.script_root}/')
    response = Response(html, mimetype="text/html")
    response.headers["Cache-Control"] = "no-cache"
    response.add_etag()
    return cast(Response, response.make_conditional(request.environ))


@lru_cache(maxsize=1)
def _files(folder: Path, _built: int) -> frozenset[str]:
    """Return the files of the build, which are the only ones served. Reread after each build."""
    return frozenset(
        path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()
    )


def _send(path: str, files: frozenset[str]) -> Response:
    encoding = _best_encoding(path, files)
    media_type, _ = mimetypes.guess_type(path)
    response = send_from_directory(
        STATIC,
        path + ENCODINGS.get(encoding, ""),
        mimetype=media_type or "application/octet-stream",
    )
    if encoding:
        response.headers["Content-Encoding"] = encoding
    response.vary.add("Accept-Encoding")
    if path.startswith("assets/"):
        # Their names contain a hash of their content.
        response.headers["Cache-Control"] = f"public, max-age={YEAR_SECONDS}, immutable"
    else:
        response.headers["Cache-Control"] = "no-cache"
    return response


def _best_encoding(path: str, files: frozenset[str]) -> str:
    """Return the best encoding that the browser accepts and the build created; empty for none."""
    for encoding, suffix in ENCODINGS.items():
        if request.accept_encodings.quality(encoding) and path + suffix in files:
            return encoding
    return ""
