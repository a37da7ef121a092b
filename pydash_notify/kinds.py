"""The kinds of channels."""

from collections.abc import Mapping
from typing import Any

from pydash_notify import webhook
from pydash_notify.message import Notification
from pydash_notify.sending import Result, post


def send(
    kind: str, settings: Mapping[str, Any], notification: Notification, *, allow: str
) -> Result:
    """Send a message once, through a channel of any kind but mail.

    :param settings: those of its kind.
    :param allow: the addresses to which PyDash may connect; see `FetchPolicy.parse`.
    """
    if kind == "webhook":
        return post(webhook.request(settings, notification), allow)
    raise NotImplementedError(kind)
