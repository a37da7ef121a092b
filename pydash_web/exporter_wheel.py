"""Serves the wheel of the exporter, so that monitored apps can install it from PyDash.

`make` builds it into `wheels/`, and the distribution of PyDash contains it.
"""

import hashlib
from functools import lru_cache
from pathlib import Path

from flask import Response, send_from_directory

FOLDER = Path(__file__).parent / "wheels"


def find() -> tuple[str, str] | None:
    """Return the wheel's file name and the SHA-256 hash of its content; None if it is not built."""
    newest = max(FOLDER.glob("*.whl"), key=lambda path: path.stat().st_mtime_ns, default=None)
    return (newest.name, _sha256(newest, newest.stat().st_mtime_ns)) if newest else None


def serve(name: str) -> Response:
    """Return the wheel.

    :raises NotFound: there is no such file.
    """
    response = send_from_directory(FOLDER, name, mimetype="application/octet-stream")
    response.headers["Cache-Control"] = "no-cache"
    return response


@lru_cache(maxsize=1)
def _sha256(path: Path, _built: int) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
