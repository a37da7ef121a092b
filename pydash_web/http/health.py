"""Tells programs, without signing in, whether PyDash works.

- `/status`: whether it can read its database, in two words, for other installations of PyDash;
- `/healthz`: whether this process responds;
- `/readyz`: whether it can do its work: read the database, and fetch.
"""

from datetime import UTC, datetime, timedelta

from flask import Response, request

from pydash_app.fetcher import last_heartbeat
from pydash_database import DatabaseUnavailable, database_root, transact

ALIVE, DATABASE_FAILED = "Alive", "DB failed"
# Three heartbeats and some.
MAX_SILENCE = timedelta(seconds=15)


def status() -> Response:
    """Return `Alive`, or `DB failed` with the status 500."""
    try:
        transact(database_root)
    except DatabaseUnavailable:
        return _text(DATABASE_FAILED, 500)
    return _text(ALIVE)


def healthz() -> Response:
    """Return that this process responds."""
    return _text("OK")


def readyz() -> Response:
    """Return whether PyDash can do its work, or a 503 with the reason.

    With `?only=database`, the fetcher does not matter: for processes that only serve the web.
    """
    only = request.args.getlist("only")
    if only not in ([], ["database"]):
        return _text("The only value of the parameter `only` is database.", 400)
    try:
        beat = transact(last_heartbeat)
    except DatabaseUnavailable:
        return _text("The database is unavailable.", 503)
    if not only and not is_fetching(beat.time if beat.holder else None):
        return _text("The fetcher is not running.", 503)
    return _text("Ready")


def is_fetching(heartbeat: datetime | None) -> bool:
    """Return whether a fetcher works, by the time of its last heartbeat (UTC)."""
    return heartbeat is not None and datetime.now(UTC) - heartbeat < MAX_SILENCE


def _text(text: str, status: int = 200) -> Response:
    response = Response(text, status, mimetype="text/plain")
    response.headers["Cache-Control"] = "no-store"
    return response
