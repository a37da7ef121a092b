"""Serves the built front end: one page, whatever the path, and the files that it loads."""

import mimetypes
from functools import lru_cache
from pathlib import Path

from flask import Response, request, send_from_directory
from werkzeug.exceptions import NotFound
from werkzeug.routing import PathConverter

STATIC = Path(__file__).parent / "static"
PAGE = "index.html"
NOT_BUILT = "The front end is not built. Run `make build`, or install PyDash from its wheel.\n"
ENCODINGS = {"br": ".br", "gzip": ".gz"}
A_YEAR = 31_536_000


class PagePath(PathConverter):
    """Any path of the front end: all but those of the API."""

    regex = r"(?!api(?:/|$)|metrics$).*?"


def serve(path: str = "") -> Response:
    """Answer with the file of that path, or with the page, which then shows what belongs there.

    :param path: the URL's path without the leading slash.
    :raises NotFound: it is an asset that does not exist.
    """
    page = STATIC / PAGE
    if not page.is_file():
        return Response(NOT_BUILT, 503, mimetype="text/plain")
    files = _files(STATIC, page.stat().st_mtime_ns)
    if path in files:
        return _send(path, files)
    if path.startswith("assets/"):
        # A page of an older version asks for a chunk that is gone: HTML would confuse it.
        raise NotFound
    return _send(PAGE, files)


@lru_cache(maxsize=1)
def _files(folder: Path, _built: int) -> frozenset[str]:
    """List what the build made, anew after each build: nothing else can be asked for."""
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
        # Their names change with their content.
        response.headers["Cache-Control"] = f"public, max-age={A_YEAR}, immutable"
    else:
        response.headers["Cache-Control"] = "no-cache"
    return response


def _best_encoding(path: str, files: frozenset[str]) -> str:
    """Name the best encoding that the browser takes and the build made; empty for none."""
    for encoding, suffix in ENCODINGS.items():
        if request.accept_encodings.quality(encoding) and path + suffix in files:
            return encoding
    return ""
