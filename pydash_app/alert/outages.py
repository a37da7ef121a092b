"""Tells an outage of one app from one of many, for which PyDash's own network may be the reason.

If many apps of an account become unreachable at once, one message lists them, and the messages
about each are held back for a while. Accounts do not influence each other.
"""

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID, uuid4

MIN_APPS = 3
MIN_HOSTS = 2
TOGETHER = timedelta(minutes=2)
MAX_HOLD = timedelta(minutes=10)
SETTLE = timedelta(minutes=1)
"""How long to wait for the pings of the others after the first failure; see `judge`."""


class App(NamedTuple):
    """A pinged app of an account.

    :ivar host: the host of its URL.
    :ivar failing_since: the first of the pings that failed; None if the last one succeeded.
    :ivar is_down: whether enough of them have failed.
    :ivar last_ping: None if it was never pinged.
    """

    id: UUID
    host: str
    failing_since: datetime | None
    is_down: bool
    last_ping: datetime | None


@dataclass(frozen=True)
class AccountOutage:
    """Many apps of an account that became unreachable at once.

    :ivar since: the first failure.
    :ivar detected: when it was announced.
    :ivar apps: those that are part of it, also those that have recovered.
    :ivar total: the number of apps of the account at that time.
    """

    since: datetime
    detected: datetime
    apps: frozenset[UUID]
    total: int
    id: UUID = field(default_factory=uuid4)


class Verdict(NamedTuple):
    """What is known about the outages of an account.

    :ivar outage: the outage of many apps; None if there is none, or it has ended.
    :ivar held: the apps about which no message is sent yet.
    """

    outage: AccountOutage | None
    held: frozenset[UUID]


def judge(apps: Collection[App], outage: AccountOutage | None, now: datetime) -> Verdict:
    """Decide whether many apps of an account have become unreachable at once.

    These are at least `MIN_APPS` and half of all apps, on at least `MIN_HOSTS` hosts, that began to
    fail within `TOGETHER` of each other, and one of which is down. While there may be so many when
    all others have been pinged once, messages about a single app wait, for `SETTLE` at most.

    :param apps: all apps of the account that are pinged.
    :param outage: the current outage, if there is one.
    """
    failing = {app.id: app.failing_since for app in apps if app.failing_since is not None}
    if outage is not None and not outage.apps.isdisjoint(failing):
        late = outage.since + TOGETHER
        outage = replace(outage, apps=outage.apps | {i for i in failing if failing[i] <= late})
        is_held = timedelta() <= now - outage.detected < MAX_HOLD
        return Verdict(outage, outage.apps if is_held else frozenset())
    # The most apps that began to fail within a short time; the latest of them if there are several.
    periods = ((since, since + TOGETHER) for since in sorted(failing.values()))
    groups = [{i for i in failing if first <= failing[i] <= last} for first, last in periods]
    ids = frozenset(max(reversed(groups), key=len, default=()))
    together = [app for app in apps if app.id in ids]
    if len(apps) < MIN_APPS or not any(app.is_down for app in together):
        return Verdict(None, frozenset())
    since = min(failing[i] for i in ids)
    others = [app for app in apps if app.id not in ids]
    unknown = [app for app in others if app.last_ping is None or app.last_ping < since]
    if unknown and timedelta() <= now - since < SETTLE:
        is_possible = _are_many([*together, *unknown], len(apps))
        return Verdict(None, ids if is_possible else frozenset())
    if not _are_many(together, len(apps)):
        return Verdict(None, frozenset())
    return Verdict(AccountOutage(since, now, ids, len(apps)), ids)


def _are_many(apps: Collection[App], total: int) -> bool:
    hosts = {app.host for app in apps}
    return len(apps) >= max(MIN_APPS, total / 2) and len(hosts) >= MIN_HOSTS
