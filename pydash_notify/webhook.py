"""Webhooks: signed JSON, sent to any address."""

import hashlib
import hmac
import time
from collections.abc import Mapping
from typing import Any

from pydash_notify.message import Notification
from pydash_notify.sending import Request


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """Return the signature of a request.

    >>> signature("a secret", "1764000000", b"{}")
    'sha256=...'
    """
    signed = timestamp.encode() + b"." + body
    return f"sha256={hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()}"


def request(settings: Mapping[str, Any], notification: Notification) -> Request:
    """Return the request that delivers a message."""
    body = notification.to_json()
    timestamp = str(int(time.time()))
    return Request(
        settings["url"],
        body,
        {
            "X-PyDash-Delivery": notification.id,
            "X-PyDash-Timestamp": timestamp,
            "X-PyDash-Signature": signature(settings["secret"], timestamp, body),
        },
    )
