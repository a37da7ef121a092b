"""Links for people who need no account: to agree to messages or refuse them, or to a dashboard.

A code has 256 bits, and only its hash is stored, so a copy of the database opens no link. An
unknown code and an expired one are the same error.

Nobody is bombarded with mails that ask for consent: they are counted by account, and by mailbox
whatever account asks (`count_request`), and who refuses is not asked again. Nothing here commits.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from BTrees.OOBTree import OOBTree, OOTreeSet

from pydash_app.errors import Forbidden, NotFound, TooManyRequests
from pydash_app.outbox.entity import inbox, mailbox
from pydash_app.secrets import hash_code, new_code
from pydash_database import database_root
from pydash_database.schema import Root

INVALID = "This link is invalid or has expired."
"""The same for every reason, so that none is revealed."""

LIFETIME = timedelta(days=3)
"""How long a link is valid that asks for consent."""

# The mails that ask for consent within `PERIOD`: of an account, and to a mailbox, of one account
# and of all together.
MAX_PER_ACCOUNT = 10
MAX_PER_RECIPIENT = 3
MAX_PER_MAILBOX = 5
PERIOD = timedelta(days=1)

_LINKS = "links"
# (target, hash of the code) of each link.
_OF_TARGET = "links_of_target"
# (who, time, ID) of each mail that asked for consent.
_REQUESTS = "consent_requests"
# What identifies an account and a mailbox that refuses its messages.
_REFUSED = "consent_refused"


@dataclass(frozen=True)
class Link:
    """What a code stands for.

    :param purpose: what it is for; codes of one purpose are unknown to all others.
    :param target: the ID of what it is about.
    :param expires: when it becomes invalid (UTC); None for never.
    """

    purpose: str
    target: UUID
    expires: datetime | None


def create(root: Root) -> None:
    """Create the collections in an empty database."""
    root[_LINKS] = OOBTree()
    for name in (_OF_TARGET, _REQUESTS, _REFUSED):
        root[name] = OOTreeSet()


# -- Codes ------------------------------------------------------------------------------------


def issue(
    purpose: str,
    target: UUID,
    now: datetime,
    lifetime: timedelta | None = LIFETIME,
    code: str | None = None,
) -> str:
    """Store a code, and return it.

    :param now: the current time (UTC).
    :param lifetime: None if it does not expire.
    :param code: a random one by default; see also `secrets.derived_code`.
    """
    code = code or new_code()
    link = Link(purpose, target, None if lifetime is None else now + lifetime)
    database_root()[_LINKS][hash_code(code)] = link
    database_root()[_OF_TARGET].insert((target, hash_code(code)))
    return code


def find(purpose: str, code: str, now: datetime) -> UUID:
    """Return the ID of what a code is about.

    :param now: the current time (UTC).
    :raises NotFound: it is unknown or has expired.
    """
    link = database_root()[_LINKS].get(hash_code(code))
    if link is None or link.purpose != purpose or (link.expires and link.expires <= now):
        raise NotFound(INVALID)
    target: UUID = link.target
    return target


def keep(code: str) -> None:
    """Let a code that was found never expire."""
    links = database_root()[_LINKS]
    links[hash_code(code)] = replace(links[hash_code(code)], expires=None)


def revoke(target: UUID) -> None:
    """Delete all links about something."""
    of_target = database_root()[_OF_TARGET]
    for key in list(of_target.keys((target,), (target, "~"))):
        del database_root()[_LINKS][key[1]]
        of_target.remove(key)


# -- Consent ----------------------------------------------------------------------------------


def count_request(account: UUID, address: str, now: datetime) -> bool:
    """Count a mail that asks for consent. Return whether it may be sent.

    If not, other accounts have asked the same mailbox. That must not be revealed.

    :param account: the account that asks.
    :param address: the email address that is asked.
    :param now: the current time (UTC).
    :raises Forbidden: the mailbox refuses messages of the account.
    :raises TooManyRequests: the account has asked too often.
    """
    if _pair(account, address) in database_root()[_REFUSED]:
        raise Forbidden("The recipient does not want messages of your account.")
    limits = {
        f"account {account}": MAX_PER_ACCOUNT,
        _pair(account, address): MAX_PER_RECIPIENT,
        f"mailbox {hash_code(inbox(address))}": MAX_PER_MAILBOX,
    }
    *own, has_room = [_count(who, now) < limit for who, limit in limits.items()]
    if not all(own):
        raise TooManyRequests(
            f"An account can ask a recipient {MAX_PER_RECIPIENT} times a day for consent, and all"
            f" of them {MAX_PER_ACCOUNT} times. Try again tomorrow."
        )
    for who in limits:
        database_root()[_REQUESTS].insert((who, now, uuid4()))
    return has_room


def count_visit(address: str, now: datetime) -> bool:
    """Count a mail that asks for consent because a visitor entered an address.

    Return whether it may be sent: the mailbox has not been asked too often, by whomever.

    :param now: the current time (UTC).
    """
    who = f"mailbox {hash_code(inbox(address))}"
    has_room = _count(who, now) < MAX_PER_MAILBOX
    if has_room:
        database_root()[_REQUESTS].insert((who, now, uuid4()))
    return has_room


def record_refusal(account: UUID, address: str, *, is_refused: bool) -> None:
    """Record that a mailbox refuses the messages of an account, or not any more."""
    refused, pair = database_root()[_REFUSED], _pair(account, address)
    if is_refused:
        refused.insert(pair)
    elif pair in refused:
        refused.remove(pair)


def drop_expired(now: datetime) -> None:
    """Delete what has expired.

    :param now: a confirmed reading of the clock (`pydash_app.clock`).
    """
    links: Any = database_root()[_LINKS]
    for code_hash, link in list(links.items()):
        if link.expires is not None and link.expires <= now:
            database_root()[_OF_TARGET].remove((link.target, code_hash))
            del links[code_hash]
    requests = database_root()[_REQUESTS]
    for key in [key for key in requests if key[1] <= now - PERIOD]:
        requests.remove(key)


def _count(who: str, now: datetime) -> int:
    # After the clock was set back a little, those that seem to be in the future count, too.
    return len(database_root()[_REQUESTS].keys((who, now - PERIOD), (who, now + PERIOD)))


def _pair(account: UUID, address: str) -> str:
    return f"recipient {account} {hash_code(mailbox(address))}"
