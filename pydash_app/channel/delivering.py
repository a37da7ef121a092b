"""Composes a message and delivers it, once."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from uuid import UUID

from pydash_app import configuration, outbox
from pydash_app.channel import consent
from pydash_app.channel.entity import Channel, Delivery
from pydash_app.user import find
from pydash_logger.logger import Logger
from pydash_mail import sending
from pydash_mail.templates import format_html, format_plain
from pydash_notify import kinds, templates, wording
from pydash_notify.message import Alert, Notification
from pydash_notify.sending import Result

logger = Logger(__name__)

Send = Callable[[], Result]


def prepare(channel: Channel, delivery: Delivery) -> Send:
    """Return what delivers a message. Only this function reads the database, not what it returns.

    :raises UnreadableSecret: the secret key has changed.
    """
    kind, settings = channel.kind, channel.settings
    message = partial(compose, kind, delivery.id, delivery.alerts, channel.template)
    if kind != "mail":
        allow = configuration.current().fetch_allow
        served = delivery.served
        return _bounded(lambda: kinds.send(kind, settings, message(), allow=allow, served=served))
    owner, code = find(channel.owner_id), channel.code
    obstacle = consent.obstacle(channel, owner)
    if owner is None or obstacle:
        return lambda: Result(obstacle, is_permanent=True)
    username = owner.name
    return _bounded(lambda: _send_mail(settings["address"], username, code, message()))


def _send_mail(address: str, username: str, code: str | None, message: Notification) -> Result:
    """Send a mail.

    :param code: with which its recipient stops the messages; None for the owner of the channel.
    """
    current = configuration.current()
    values = {"username": username, "url": message.url, "text": message.text}
    template, stop = "alert", None
    if code is not None:
        template, stop = "alert_to_recipient", consent.url_of(code)
        values["stop"] = stop
    plain, html = (form(template, **values) for form in (format_plain, format_html))
    mail = sending.Message(address, message.title, plain, html, message.id, unsubscribe_page=stop)
    try:
        sending.send(
            mail,
            sender=current.mail_from,
            mail_url=current.mail_url,
            directory=current.data_dir / "mail",
        )
    except sending.MailNotSent:
        # The response of the installation's mail server is not for users.
        return Result("The mail server did not accept the mail.")
    return Result()


def compose(
    kind: str,
    delivery_id: UUID,
    alerts: Sequence[Alert],
    template: str | None,
    *,
    strict: bool = False,
) -> Notification:
    """Return a message.

    :param kind: the kind of channel; its text is short if it is for phones.
    :param alerts: empty for a test.
    :param template: the template of its text; None for PyDash's own words.
    :param strict: whether to refuse a template that fails, instead of falling back to these words.
    :raises TemplateInvalid: the template fails.
    """
    if alerts:
        words = wording.short_text_of if kind in kinds.PHONES else wording.text_of
        title, text = wording.title_of(alerts), words(alerts)
        dashboard = alerts[0].dashboard
        url = dashboard.url if dashboard and len(alerts) > 1 else alerts[0].url
    else:
        title, text = wording.TEST_TITLE, wording.TEST_TEXT
        url = configuration.current().public_url
    message = Notification(
        str(delivery_id),
        "alert" if alerts else "test",
        datetime.now(UTC),
        title,
        text,
        url,
        tuple(alerts),
    )
    if template is None:
        return message
    try:
        text = templates.fill_in(template, message)
    except templates.TemplateInvalid:
        # Better a message in other words than none.
        if strict:
            raise
        return message
    length = wording.MAX_SHORT if kind in kinds.PHONES else templates.MAX_OUTPUT
    return replace(message, text=wording.shortened(text, length))


def write_disabled(channel: Channel) -> None:
    """Tell the owner of a channel by mail that it was disabled."""
    _write_to_owner(channel, "PyDash disabled your notification channel", "channel_disabled")


def write_dropping(channel: Channel) -> None:
    """Tell the owner of a channel by mail that messages are dropped because too many wait."""
    _write_to_owner(channel, "PyDash drops messages of your notification channel", "channel_full")


def _write_to_owner(channel: Channel, subject: str, template: str) -> None:
    owner = find(channel.owner_id)
    if owner is None:
        return
    values = {
        "username": owner.name,
        "channel": channel.name,
        "error": channel.last_error or "",
        "failures": str(channel.failures),
        "url": f"{configuration.current().public_url}/alerts/channels",
    }
    outbox.write(
        owner.mail,
        f"{subject} {wording.one_line(channel.name)}",
        format_plain(template, **values),
        format_html(template, **values),
    )


def _bounded(send: Send) -> Send:
    """Return a function that does not raise, because a bug in one kind must not stop the others."""

    def send_or_fail() -> Result:
        try:
            return send()
        except Exception as error:  # noqa: BLE001
            failure = error
        # Only the type, because the text may contain secrets.
        logger.error("Unexpected error while notifying", kind=type(failure).__name__)
        return Result("PyDash could not send this message. The error has been logged.")

    return send_or_fail
