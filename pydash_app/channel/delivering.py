"""Composes a message and delivers it, once."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial

from pydash_app import configuration, outbox
from pydash_app.channel.entity import Channel, Delivery
from pydash_app.user import find
from pydash_app.user.entity import comparable
from pydash_logger.logger import Logger
from pydash_mail import sending, templates
from pydash_notify import kinds, wording
from pydash_notify.message import Notification
from pydash_notify.sending import Result

logger = Logger(__name__)

Send = Callable[[], Result]


def prepare(channel: Channel, delivery: Delivery) -> Send:
    """Return what delivers a message. Only this function reads the database, not what it returns.

    :raises UnreadableSecret: the secret key has changed.
    """
    current, settings = configuration.current(), channel.settings
    notification = compose(delivery)
    if channel.kind != "mail":
        return _bounded(
            partial(kinds.send, channel.kind, settings, notification, allow=current.fetch_allow)
        )
    owner = find(channel.owner_id)
    address = settings["address"]
    if owner is None or not owner.is_verified() or comparable(address) != owner.mail_key:
        return lambda: Result("The address is not verified any more.", is_permanent=True)
    values = {"username": owner.name, "url": notification.url, "text": notification.text}
    mail = sending.Message(
        address,
        notification.title,
        templates.format_plain("alert", **values),
        templates.format_html("alert", **values),
        notification.id,
    )

    def send_mail() -> Result:
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

    return _bounded(send_mail)


def compose(delivery: Delivery) -> Notification:
    """Return the message of a delivery."""
    alerts = delivery.alerts
    url = configuration.current().public_url
    if alerts:
        title, text = wording.title_of(alerts), wording.text_of(alerts)
        first = alerts[0]
        url = first.url if len(alerts) == 1 or not first.dashboard else first.dashboard.url
    else:
        title, text = wording.TEST_TITLE, wording.TEST_TEXT
    return Notification(
        str(delivery.id), delivery.kind, datetime.now(UTC), title, text, url, alerts
    )


def write_disabled(channel: Channel) -> None:
    """Tell the owner of a channel by mail that it was disabled."""
    owner = find(channel.owner_id)
    if owner is None:
        return
    values = {
        "username": owner.name,
        "channel": channel.name,
        "error": channel.last_error or "",
        "failures": str(channel.failures),
        "url": f"{configuration.current().public_url}/settings",
    }
    outbox.write(
        owner.mail,
        f"PyDash disabled your notification channel {wording.one_line(channel.name)}",
        templates.format_plain("channel_disabled", **values),
        templates.format_html("channel_disabled", **values),
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
