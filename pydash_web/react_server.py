"""Serves the built front end: one page, whatever the path, and the files that it loads."""

import mimetypes
from pathlib import Path

from flask import Response, request, send_from_directory
from werkzeug.exceptions import NotFound
from werkzeug.routing import PathConverter
from werkzeug.security import safe_join

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
    folder = STATIC
    if not (folder / PAGE).is_file():
        return Response(NOT_BUILT, 503, mimetype="text/plain")
    if _is_file(folder, path):
        return _send(folder, path)
    if path.startswith("assets/"):
        # A page of an older version asks for a chunk that is gone: HTML would confuse it.
        raise NotFound
    return _send(folder, PAGE)


def _send(folder: Path, path: str) -> Response:
    encoding = _best_encoding(folder, path)
    media_type, _ = mimetypes.guess_type(path)
    response = send_from_directory(
        folder,
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


def _best_encoding(folder: Path, path: str) -> str:
    """Name the best encoding that the browser takes and the build made; empty for none."""
    accepted = request.accept_encodings
    for encoding, suffix in ENCODINGS.items():
        if accepted.quality(encoding) and (folder / (path + suffix)).is_file():
            return encoding
    return ""


def _is_file(folder: Path, path: str) -> bool:
    found = safe_join(str(folder), path)
    return found is not None and Path(found).is_file()
