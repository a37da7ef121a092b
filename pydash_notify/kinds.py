"""How each kind of channel sends a message."""

import hashlib
import hmac
import json
import time
from collections.abc import Callable, Collection, Mapping
from typing import Any
from urllib.parse import quote

from pydash_notify import services, wording
from pydash_notify.message import Alert, Notification
from pydash_notify.sending import Request, Result, post

Values = Mapping[str, Any]
PHONES = frozenset({"ntfy", "gotify", "pushover"})
"""Kinds whose messages appear on small screens, and are short."""

_OPSGENIE = {
    "us": "https://api.opsgenie.com/v2/alerts",
    "eu": "https://api.eu.opsgenie.com/v2/alerts",
}
_OPSGENIE_PRIORITIES = {"critical": "P1", "warning": "P3", "info": "P5"}
_NTFY_PRIORITIES = {"critical": 5, "warning": 4, "info": 3}
_GOTIFY_PRIORITIES = {"critical": 8, "warning": 5, "info": 2}


def send(
    kind: str,
    settings: Values,
    notification: Notification,
    *,
    allow: str,
    served: Collection[str] = frozenset(),
) -> Result:
    """Send a message once, through a channel of any kind but mail.

    :param kind: one of `pydash_notify.settings.Kind`.
    :param settings: those of its kind, complete and valid.
    :param allow: the addresses to which PyDash may connect; see `FetchPolicy.parse`.
    :param served: the recipients that an earlier attempt has reached, as in its result.
    """
    if kind in _REQUESTS:
        return post(_REQUESTS[kind](settings, notification), allow)
    if kind == "apprise":
        return services.send(services.plugin(settings["url"]), notification, allow, served)
    return _SERVICES[kind](settings, notification, allow)


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """Return the signature of a webhook: an HMAC of what was sent when.

    :param timestamp: the time of the attempt (s since 1970).

    >>> signature("a secret, long enough", "1764000000", b"{}")[:20]
    'sha256=5b15aa342da57'
    """
    signed = timestamp.encode() + b"." + body
    return f"sha256={hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()}"


def _webhook(settings: Values, notification: Notification) -> Request:
    body, timestamp = notification.to_json(), str(int(time.time()))
    headers = {
        "X-PyDash-Delivery": notification.id,
        "X-PyDash-Timestamp": timestamp,
        "X-PyDash-Signature": signature(settings["secret"], timestamp, body),
    }
    return Request(settings["url"], body, headers)


def _teams(settings: Values, notification: Notification) -> Request:
    blocks = [
        {"type": "TextBlock", "size": "Medium", "weight": "Bolder", "text": notification.title},
        {"type": "TextBlock", "text": notification.text},
    ]
    card = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "body": [{**block, "wrap": True} for block in blocks],
        "actions": [{"type": "Action.OpenUrl", "title": "Open in PyDash", "url": notification.url}],
    }
    attachment = {"contentType": "application/vnd.microsoft.card.adaptive", "content": card}
    return _json(settings["url"], {"type": "message", "attachments": [attachment]})


def _mattermost(settings: Values, notification: Notification) -> Request:
    # As plain text, because apps can put markup into their names and errors.
    attachment = {
        "fallback": notification.title,
        "title": notification.title,
        "title_link": notification.url,
        "text": f"```\n{notification.text.replace('```', '')}\n```",
    }
    return _json(settings["url"], {"username": "PyDash", "attachments": [attachment]})


def _matrix(settings: Values, notification: Notification) -> Request:
    text = f"{notification.title}\n\n{notification.text}"
    # The homeserver sends a message once, however often it gets the same ID.
    path = f"/_matrix/client/v3/rooms/{quote(settings['room'], safe='')}/send/m.room.message/"
    return _json(
        settings["homeserver"].rstrip("/") + path + notification.id,
        {"msgtype": "m.text", "body": text},
        {"Authorization": f"Bearer {settings['token']}"},
        "PUT",
    )


def _ntfy(settings: Values, notification: Notification) -> Request:
    body = {
        "topic": settings["topic"],
        "title": notification.title,
        "message": notification.text,
        "priority": max(_of_severity(_NTFY_PRIORITIES, notification), default=3),
        "click": notification.url,
    }
    token = settings["token"]
    headers = {} if token is None else {"Authorization": f"Bearer {token}"}
    return _json(settings["server"], body, headers)


def _gotify(settings: Values, notification: Notification) -> Request:
    body = {
        "title": notification.title,
        "message": notification.text,
        "priority": max(_of_severity(_GOTIFY_PRIORITIES, notification), default=2),
        "extras": {"client::notification": {"click": {"url": notification.url}}},
    }
    headers = {"X-Gotify-Key": settings["token"]}
    return _json(f"{settings['url'].rstrip('/')}/message", body, headers)


def _opsgenie(settings: Values, notification: Notification, allow: str) -> Result:
    """Open or close an alert of Opsgenie for each alert.

    Apprise could close only alerts whose IDs it keeps in files. PyDash gives them an alias.
    """
    url = _OPSGENIE[settings["region"]]
    headers = {"Authorization": f"GenieKey {settings['api_key']}"}

    def request(alert: Alert) -> Request:
        if alert.state == "resolved":
            close = f"{url}/{quote(alert.id, safe='')}/close?identifierType=alias"
            return _json(close, {"source": "PyDash", "note": alert.text[:20_000]}, headers)
        body = {
            "message": wording.title_of([alert])[:130],
            "alias": alert.id,
            "description": wording.text_of([alert])[:15_000],
            "priority": _OPSGENIE_PRIORITIES[alert.severity],
            "source": "PyDash",
        }
        return _json(url, body, headers)

    test = {"message": notification.title, "priority": "P5", "source": "PyDash"}
    requests = [request(alert) for alert in notification.alerts] or [_json(url, test, headers)]
    result = Result()
    for each in requests:
        result = post(each, f"{allow},global")
        if result.error:
            break
    return result


def _of_severity(priorities: Mapping[str, int], notification: Notification) -> list[int]:
    return [
        priorities[alert.severity] for alert in notification.alerts if alert.state != "resolved"
    ]


def _json(
    url: str, body: Any, headers: Mapping[str, str] | None = None, method: str = "POST"
) -> Request:
    return Request(url, json.dumps(body).encode(), headers or {}, method)


def _native(scheme: str) -> Callable[[Values, Notification, str], Result]:
    def send_to(settings: Values, notification: Notification, allow: str) -> Result:
        return services.send(services.plugin(settings["url"], scheme), notification, allow)

    return send_to


_REQUESTS: Mapping[str, Callable[[Values, Notification], Request]] = {
    "webhook": _webhook,
    "teams": _teams,
    "mattermost": _mattermost,
    "matrix": _matrix,
    "ntfy": _ntfy,
    "gotify": _gotify,
}
_SERVICES: Mapping[str, Callable[[Values, Notification, str], Result]] = {
    "slack": _native("slack"),
    "discord": _native("discord"),
    "google_chat": _native("gchat"),
    "telegram": services.send_telegram,
    "pushover": services.send_pushover,
    "pagerduty": services.send_pagerduty,
    "opsgenie": _opsgenie,
}
