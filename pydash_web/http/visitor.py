"""Authenticates visitors without an account, by the token of a read-only link.

The token is sent like an API token. But sessions and API tokens open no route of visitors,
and a link opens no others.
"""

from datetime import UTC, datetime
from functools import partial

from flask import g, request

from pydash_app import share
from pydash_app.dashboard.entity import Dashboard
from pydash_app.share import ShareLink


def find() -> tuple[ShareLink, Dashboard]:
    """Return the link whose token the request contains, and its dashboard.

    :raises NotFound: there is none; the reason is not revealed.
    """
    sent = request.authorization
    token = (sent.token or "") if sent and sent.type == "bearer" else ""
    return share.find(token, datetime.now(UTC))


def require() -> None:
    """Check that the request contains the token of a link.

    :raises NotFound: it does not; the reason is not revealed.
    """
    link, _ = find()
    now = datetime.now(UTC)
    g.visited_link = f"link {link.id}"
    if link.is_to_be_recorded(now):
        g.record_use = partial(share.use, link.id, now)


def link() -> str:
    """Return what identifies the link of the request, once `require` has found it."""
    return str(g.visited_link)
