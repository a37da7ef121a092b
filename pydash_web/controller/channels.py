"""Lists, adds, changes, deletes and tests notification channels."""

from datetime import UTC, datetime, timedelta
from functools import partial

from pydash_app import deletion
from pydash_app.channel import consent, managing, repository
from pydash_app.channel.entity import Channel, Delivery
from pydash_app.permissions import Action
from pydash_app.secrets import UnreadableSecret
from pydash_database import transact
from pydash_notify.settings import OF_KIND, Webhook, shown
from pydash_web.api import validation
from pydash_web.http import session
from pydash_web.models.channel import (
    ChannelInfo,
    ChannelMessage,
    Channels,
    ChannelSettings,
    ChannelTest,
    CreatedChannel,
    Deliveries,
    DeliveryInfo,
    DeliveryQuery,
    NewChannel,
    Preview,
    RecipientResponse,
    TemplateToPreview,
)
from pydash_web.models.common import Message


def channels() -> Channels:
    """List the channels of the account."""
    mine = repository.of_owner(session.current_user().id)
    return Channels(channels=[_channel_info(channel) for channel in mine])


def create(body: NewChannel) -> CreatedChannel:
    """Add a channel.

    The recipient of mails is asked for consent, unless it is the verified address of the account.

    :raises Forbidden: the recipient does not want messages of the account.
    :raises InvalidInput: a setting is invalid, or the account has too many channels.
    """
    settings = validation.validate(OF_KIND[body.kind], body.settings, "settings.")
    managing.check(body.kind, settings, body.template)
    owner = session.current_user().id

    def add() -> CreatedChannel:
        channel = managing.create(owner, body.kind, settings, _changes(body))
        return CreatedChannel(
            message="Channel added.",
            channel=_channel_info(channel),
            secret=settings.secret if isinstance(settings, Webhook) else None,
        )

    return transact(add)


def change(channel_id: str, body: ChannelSettings) -> ChannelMessage:
    """Change the settings of a channel.

    :raises Forbidden: the new recipient does not want messages of the account.
    :raises InvalidInput: a setting is invalid.
    :raises NotFound: the user has no such channel.
    """
    find = partial(managing.find, channel_id, session.current_user(), Action.WRITE)
    channel = transact(find)
    settings = None
    if body.settings is not None:
        given = body.settings
        merged = transact(lambda: managing.merged(channel, given))
        settings = validation.validate(OF_KIND[channel.kind], merged, "settings.")
    managing.check(channel.kind, settings, body.template)

    def save() -> ChannelMessage:
        found = find()
        managing.change(found, settings, _changes(body))
        return ChannelMessage(message="Settings saved.", channel=_channel_info(found))

    return transact(save)


def ask_again(channel_id: str) -> ChannelMessage:
    """Ask the recipient of a mail channel again whether they want messages.

    :raises Conflict: no response of a recipient is awaited.
    :raises Forbidden: the recipient does not want messages of the account.
    :raises NotFound: the user has no such channel.
    :raises TooManyRequests: the account has asked too often.
    """
    channel = managing.find(channel_id, session.current_user(), Action.WRITE)
    managing.ask_again(channel)
    return ChannelMessage(message="Mail sent.", channel=_channel_info(channel))


def record_consent(body: RecipientResponse) -> Message:
    """Record whether the recipient of mails wants further ones, by the code in one of them.

    :raises NotFound: the code is unknown or has expired.
    """
    consent.record_response(body.code, agrees=body.agrees, now=datetime.now(UTC))
    wants = "You will receive alerts." if body.agrees else "You will receive no more alerts."
    return Message(message=wants)


def delete(channel_id: str) -> Message:
    """Delete a channel. Rules that used it remain, without it.

    :raises NotFound: the user has no such channel.
    """
    deletion.delete_channel(managing.find(channel_id, session.current_user(), Action.WRITE))
    return Message(message="Channel deleted.")


def test(channel_id: str) -> ChannelTest:
    """Send a test through a channel, and return the result.

    It is sent at once and only once. The status of the response is 200 even if it fails.

    :raises NotFound: the user has no such channel.
    """
    result, seconds = managing.test(channel_id, session.current_user())
    return ChannelTest(
        ok=result.error is None,
        status=result.status,
        error=result.error,
        seconds=round(seconds, 3),
    )


def deliveries(channel_id: str, query: DeliveryQuery) -> Deliveries:
    """List the last messages through a channel.

    :raises InvalidInput: the marker is unknown.
    :raises NotFound: the user has no such channel.
    """
    channel = managing.find(channel_id, session.current_user(), Action.READ)
    marker = None if query.marker is None else str(query.marker)
    found = managing.deliveries(channel, query.limit, marker)
    return Deliveries(deliveries=[_delivery_info(each) for each in found])


def preview(body: TemplateToPreview) -> Preview:
    """Return what a message looks like, with example values.

    :raises InvalidInput: the template is invalid.
    """
    message = managing.preview(body.kind, body.template)
    return Preview(title=message.title, text=message.text)


def _changes(body: NewChannel | ChannelSettings) -> managing.Changes:
    wait, interval = body.group_wait, body.group_interval
    return managing.Changes(
        name=body.name,
        group_wait=None if wait is None else timedelta(seconds=wait),
        group_interval=None if interval is None else timedelta(seconds=interval),
        template=(body.template or "") if "template" in body.model_fields_set else None,
        enabled=body.enabled,
    )


def _channel_info(channel: Channel) -> ChannelInfo:
    error = channel.last_error
    try:
        settings = shown(channel.kind, channel.settings)
    except UnreadableSecret as unreadable:
        settings, error = {}, unreadable.message
    return ChannelInfo(
        id=channel.id,
        name=channel.name,
        kind=channel.kind,
        settings=settings,
        group_wait=int(channel.group_wait.total_seconds()),
        group_interval=int(channel.group_interval.total_seconds()),
        template=channel.template,
        enabled=channel.enabled,
        failures=channel.failures,
        dropped=channel.dropped,
        last_success=channel.last_success,
        last_error=error,
        created=channel.created,
        consent=channel.consent,
        asked=channel.asked,
    )


def _delivery_info(delivery: Delivery) -> DeliveryInfo:
    return DeliveryInfo(
        id=delivery.id,
        kind=delivery.kind,
        state=delivery.state.value,
        created=delivery.created,
        sent=delivery.sent,
        attempts=delivery.attempts,
        status=delivery.status,
        error=delivery.error,
        next_attempt=delivery.due,
    )
