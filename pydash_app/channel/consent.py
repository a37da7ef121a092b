"""Asks the recipients of mail channels whether they want messages.

The address of the account itself needs no consent. Anybody else gets a mail with a link, and
nothing else until they agree. The same link is then in each message, and stops them. Nothing here
commits.
"""

from datetime import datetime

from pydash_app import configuration, links, outbox
from pydash_app.channel import repository
from pydash_app.channel.entity import Channel, Consent
from pydash_app.errors import NotFound
from pydash_app.user import User
from pydash_app.user.entity import comparable
from pydash_mail.templates import format_html, format_plain

_PURPOSE = "channel"
# All these mails have the same subject, of which a mailbox gets few per hour.
_SUBJECT = "Do you want to receive alerts from PyDash?"


def is_own(address: str, owner: User) -> bool:
    """Return whether an address is the verified one of the account."""
    return owner.is_verified() and comparable(address) == owner.mail_key


def obstacle(channel: Channel, owner: User | None) -> str | None:
    """Return why a mail channel sends nothing to its recipient; None if it does.

    :raises UnreadableSecret: the secret key has changed.
    """
    if channel.consent is Consent.AWAITED:
        return "The recipient has not agreed yet to receive messages."
    if channel.consent is Consent.REFUSED:
        return "The recipient does not want messages."
    is_allowed = channel.consent is Consent.GIVEN
    if owner is None or not (is_allowed or is_own(channel.settings["address"], owner)):
        return "The address is not verified any more."
    return None


def request(channel: Channel, owner: User, now: datetime) -> None:
    """Ask the recipient of a mail channel, unless it is its owner.

    :param now: the current time (UTC).
    :raises Forbidden: the recipient does not want messages of the account.
    :raises TooManyRequests: the account has asked too often.
    """
    address: str = channel.settings["address"]
    links.revoke(channel.id)
    channel.code = None
    if is_own(address, owner):
        channel.consent = Consent.NOT_REQUIRED
        return
    channel.consent, channel.asked = Consent.AWAITED, now
    if links.count_request(owner.id, address, now):
        code = links.issue(_PURPOSE, channel.id, now)
        values = {"username": owner.name, "url": url_of(code)}
        bodies = [
            form("channel_consent", **values, expiration_date=now + links.LIFETIME)
            for form in (format_plain, format_html)
        ]
        outbox.write(address, _SUBJECT, *bodies)


def record_response(code: str, *, agrees: bool, now: datetime) -> None:
    """Record whether a recipient wants messages.

    :param code: that of a mail to the recipient.
    :param now: the current time (UTC).
    :raises NotFound: it is unknown or has expired.
    """
    channel = repository.find(links.find(_PURPOSE, code, now))
    if channel is None:
        raise NotFound("This link is invalid or has expired.")
    links.record_refusal(channel.owner_id, channel.settings["address"], is_refused=not agrees)
    channel.consent = Consent.GIVEN if agrees else Consent.REFUSED
    # From now on, it stops and resumes the messages.
    links.keep(code)
    channel.code = code


def url_of(code: str) -> str:
    """Return the page on which a recipient agrees or refuses."""
    return f"{configuration.current().public_url}/consent/{code}"
