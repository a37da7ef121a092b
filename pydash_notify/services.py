"""Services with fixed hosts, through the library Apprise.

Apprise knows their APIs; PyDash sends the requests. The plug-ins call functions of `requests`, in
whose place they get functions that use the guarded transport: it refuses private addresses, follows
no redirects, and limits time and size whatever a URL of Apprise demands. What Apprise does besides
requests is taken away: it reads no files, fetches no attachments and waits for nothing.
"""

import hashlib
import logging
import time
from collections.abc import Callable, Collection, Iterable, Mapping
from contextvars import ContextVar
from dataclasses import replace
from functools import cache, partialmethod
from importlib import import_module
from typing import Any, cast

import requests
from apprise import AppriseAsset, AppriseAttachment, NotifyFormat, NotifyType
from apprise.plugins.base import NotifyBase

from pydash_http import FetchPolicy, GuardedSession, Limits, RemoteError
from pydash_notify import wording
from pydash_notify.message import Alert, Notification
from pydash_notify.sending import SECONDS, Result

# The services that are allowed, by the scheme of their URLs: those whose host is fixed, and that
# are reached through `requests` alone. The value is the module of the plug-in.
SCHEMES: Mapping[str, str] = {
    "46elks": "fortysixelks",
    "bulksms": "bulksms",
    "chanify": "chanify",
    "clickatell": "clickatell",
    "clicksend": "clicksend",
    "d7sms": "d7networks",
    "dingtalk": "dingtalk",
    "discord": "discord",
    "feishu": "feishu",
    "firehydrant": "firehydrant",
    "flock": "flock",
    "gchat": "google_chat",
    "groupme": "groupme",
    "httpsms": "httpsms",
    "ifttt": "ifttt",
    "ilert": "ilert",
    "incidentio": "incidentio",
    "join": "join",
    "lark": "lark",
    "line": "line",
    "msg91": "msg91",
    "msgbird": "messagebird",
    "notifiarr": "notifiarr",
    "onesignal": "one_signal",
    "pagerduty": "pagerduty",
    "pagertree": "pagertree",
    "pbul": "pushbullet",
    "plivo": "plivo",
    "pover": "pushover",
    "prowl": "prowl",
    "push": "techuluspush",
    "pushed": "pushed",
    "pushy": "pushy",
    "revolt": "revolt",
    "schan": "serverchan",
    "seven": "seven",
    "signl4": "signl4",
    "slack": "slack",
    "spike": "spike",
    "splunk": "splunk",
    "spush": "simplepush",
    "squadcast": "squadcast",
    "telnyx": "telnyx",
    "tgram": "telegram",
    "threema": "threema",
    "twilio": "twilio",
    "twist": "twist",
    "viber": "viber",
    "vonage": "vonage",
    "webex": "webexteams",
    "zoom": "zoom",
}
_MAX_BYTES = 256 * 1024
_TYPES = {"critical": NotifyType.FAILURE, "warning": NotifyType.WARNING, "info": NotifyType.INFO}


class _Exchange:
    """The requests that a plug-in sends to deliver one message.

    :param allow: the addresses to which PyDash may connect.
    """

    def __init__(self, allow: str) -> None:
        # Fixed hosts are on the internet, also for a PyDash that may fetch from its intranet only.
        policy = FetchPolicy.parse(f"{allow},global")
        limits = Limits(SECONDS, SECONDS, SECONDS, _MAX_BYTES)
        self.session = GuardedSession(policy, limits, deadline=time.monotonic() + SECONDS)
        self.responses: list[requests.Response] = []
        self.error: RemoteError | None = None

    def request(self, method: str, url: str, **options: Any) -> requests.Response:
        """Send a request as `requests` does, but guarded and without redirects.

        :raises ConnectionError: (of `requests`) there was no response.
        """
        given = {name: options[name] for name in options.keys() & _OPTIONS}
        try:
            response = self.session.request(method, url, **given, allow_redirects=False)
        except RemoteError as error:
            self.error = error
            raise requests.ConnectionError(str(error)) from error
        self.responses.append(response)
        return response

    def result(self, is_sent: bool) -> Result:
        """Return what became of the message, from what the plug-in says and the responses."""
        if is_sent:
            return Result(status=self.responses[-1].status_code if self.responses else None)
        if self.error is not None:
            return Result.of_error(self.error)
        results = [Result.of_status(each.status_code, each.headers) for each in self.responses]
        failed = [result for result in results if result.error]
        if failed:
            return failed[0]
        status = results[-1].status if results else None
        return Result("The service did not accept the message.", status)


_OPTIONS = {"params", "data", "headers", "json", "auth", "cookies"}
_exchange: ContextVar[_Exchange] = ContextVar("exchange")


class _GuardedRequests:
    """What plug-ins get in place of the module `requests`: only what sends nothing unguarded."""

    codes = requests.codes
    exceptions = requests.exceptions
    RequestException = requests.RequestException

    def request(self, method: str, url: str, **options: Any) -> requests.Response:
        return _exchange.get().request(method, url, **options)

    delete = partialmethod(request, "DELETE")
    get = partialmethod(request, "GET")
    patch = partialmethod(request, "PATCH")
    post = partialmethod(request, "POST")
    put = partialmethod(request, "PUT")


class _NoAttachments(AppriseAttachment):
    """What plug-ins get in place of attachments, and of templates in files or on any host."""

    def add(self, *_attachments: Any, **_options: Any) -> bool:
        return False


@cache
def plugin_class(scheme: str) -> type[NotifyBase]:
    """Return the class of a plug-in, which from now on does nothing but send guarded requests.

    :raises KeyError: the scheme is not allowed.
    """
    module: Any = import_module(f"apprise.plugins.{SCHEMES[scheme]}")
    # It logs what it sends, with secrets.
    logging.getLogger("apprise").setLevel(logging.CRITICAL + 1)
    module.requests = _GuardedRequests()
    if hasattr(module, "AppriseAttachment"):
        module.AppriseAttachment = _NoAttachments
    found: Any = next(
        each
        for each in vars(module).values()
        if isinstance(each, type) and issubclass(each, NotifyBase) and scheme in _schemes(each)
    )
    # It would sleep for seconds before each of the hundreds of recipients that a URL can name.
    found.throttle = lambda *_args, **_options: None
    return cast("type[NotifyBase]", found)


def plugin(url: str, scheme: str | None = None) -> NotifyBase:
    """Return the plug-in for a URL.

    :param url: a URL of Apprise.
    :param scheme: if given, the URL is the one that this service shows to its users.
    :raises ValueError: the URL is invalid, or its service is not allowed.
    """
    given = url.partition("://")[0].lower()
    if scheme is None and given not in SCHEMES:
        raise ValueError("PyDash does not support this service.")
    kind = plugin_class(scheme or given)
    try:
        parsed = kind.parse_native_url(url) if scheme else kind.parse_url(url)
    except Exception:  # noqa: BLE001 (whatever Apprise stumbles over, the URL is invalid)
        parsed = None
    if not parsed:
        raise ValueError("The URL is not one of this service.")
    return _create(kind, **parsed)


def send(
    service: NotifyBase,
    notification: Notification,
    allow: str,
    served: Collection[str] = frozenset(),
) -> Result:
    """Send a message to a service once.

    :param allow: the addresses to which PyDash may connect; see `FetchPolicy.parse`.
    :param served: the recipients that an earlier attempt has reached, as in its result.
    """
    now_served, kind = set(served), _type(notification.alerts)

    def key(target: object) -> str:
        # A recipient may be a secret.
        return hashlib.sha256(f"{notification.id} {target!r}".encode()).hexdigest()

    plugin: Any = service
    # Plug-ins ask this before they send to each of several recipients.
    plugin.is_delivered = lambda target, *_args, **_options: key(target) in now_served
    plugin.mark_delivered = lambda target, *_args, **_options: now_served.add(key(target))
    result = _send(service, notification.title, notification.text, kind, allow)
    return replace(result, served=frozenset(now_served))


def send_telegram(settings: Mapping[str, Any], notification: Notification, allow: str) -> Result:
    """Send a message to a chat of Telegram."""
    kind = plugin_class("tgram")
    service = _create(kind, bot_token=settings["token"], targets=[settings["chat_id"]])
    return send(service, notification, allow)


def send_pushover(settings: Mapping[str, Any], notification: Notification, allow: str) -> Result:
    """Send a message to phones through Pushover."""
    kind = plugin_class("pover")
    service = _create(
        kind,
        user_key=settings["user"],
        token=settings["token"],
        supplemental_url=notification.url,
        supplemental_url_title="Open in PyDash",
    )
    return send(service, notification, allow)


def send_pagerduty(settings: Mapping[str, Any], notification: Notification, allow: str) -> Result:
    """Send an event to PagerDuty for each alert, which opens an incident or resolves it.

    Another attempt sends all of them, which changes nothing: PagerDuty knows them by their keys.
    """
    if not notification.alerts:
        return send(_pagerduty(settings, notification.id, notification.url), notification, allow)
    result = Result()
    for alert in notification.alerts:
        service = _pagerduty(settings, alert.id, alert.url)
        title = wording.title_of([alert])
        result = _send(service, "", f"{title}\n{alert.text}", _type([alert]), allow)
        if result.error:
            break
    return result


def _pagerduty(settings: Mapping[str, Any], key: str, url: str) -> NotifyBase:
    return _create(
        plugin_class("pagerduty"),
        # Apprise requires one, but events need none.
        apikey="none",
        integrationkey=settings["integration_key"],
        region_name=settings["region"],
        source="PyDash",
        component="PyDash",
        action="map",
        dedup=key,
        click=url,
        include_image=False,
    )


def _create(kind: Callable[..., NotifyBase], **settings: Any) -> NotifyBase:
    asset = AppriseAsset(
        app_id="PyDash",
        app_desc="PyDash",
        image_url_mask="",
        image_url_logo="",
        storage_mode="memory",
    )
    try:
        # Whatever a URL says, one message is one request.
        return kind(**settings | {"asset": asset, "overflow": "truncate"})
    except Exception as error:
        raise ValueError("The URL is incomplete or invalid.") from error


def _send(service: NotifyBase, title: str, text: str, kind: NotifyType, allow: str) -> Result:
    exchange = _Exchange(allow)
    token = _exchange.set(exchange)
    try:
        with exchange.session:
            is_sent = service.notify(
                body=text, title=title, notify_type=kind, body_format=NotifyFormat.TEXT
            )
    finally:
        _exchange.reset(token)
    return exchange.result(bool(is_sent))


def _type(alerts: Iterable[Alert]) -> NotifyType:
    """Return the sort of message, which gives it a colour: that of its most severe alert."""
    severities = {alert.severity for alert in alerts if alert.state != "resolved"}
    if alerts and not severities:
        return NotifyType.SUCCESS
    return next((_TYPES[each] for each in _TYPES if each in severities), NotifyType.INFO)


def _schemes(kind: type[NotifyBase]) -> tuple[str, ...]:
    schemes: Any = kind.secure_protocol
    return (schemes,) if isinstance(schemes, str) else tuple(schemes or ())
