"""Read-only links to dashboards, for people without an account. Nothing here commits.

A token is all that a visitor needs. It opens one dashboard, and of that only what the panels of the
link show (`panels`).
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from pydash_app import links
from pydash_app.dashboard import repository as dashboards
from pydash_app.dashboard.entity import Dashboard
from pydash_app.errors import Forbidden, InvalidInput, NotFound
from pydash_app.event import EventType, of_user, record
from pydash_app.secrets import new_code
from pydash_app.share import repository
from pydash_app.share.entity import ShareLink
from pydash_app.share.panels import Panel
from pydash_app.user import repository as users
from pydash_app.user.entity import User
from pydash_cube.vocabulary import CallField, StatisticName

__all__ = [
    "MAX_LINKS", "Panel", "ShareLink", "check", "create", "delete_of", "find", "listed", "revoke",
    "use",
]  # fmt: skip

MAX_LINKS = 20
"""The maximum number of links to a dashboard, with those that have expired."""

_PURPOSE = "share"
# Secret scanners can recognize a leaked token by this prefix.
_PREFIX = "pydash_link_"
# How much of the random part the owner sees: 24 of 256 bits.
_SHOWN = 4


def create(
    dashboard: Dashboard,
    name: str,
    panels: Iterable[Panel],
    lifetime: timedelta | None,
    now: datetime,
) -> tuple[ShareLink, str]:
    """Create a link, and return it with its token, which is not stored.

    :param name: for the owner.
    :param panels: what it shows.
    :param lifetime: None if it does not expire.
    :param now: the current time (UTC).
    :raises InvalidInput: the dashboard has the maximum number of links.
    :raises NotFound: the account was deleted.
    """
    owner = _locked_owner(dashboard)
    if len(repository.of_dashboard(dashboard.id)) >= MAX_LINKS:
        raise InvalidInput(f"The dashboard has {MAX_LINKS} links. Revoke some of them first.")
    token = _PREFIX + new_code()
    prefix = token[: len(_PREFIX) + _SHOWN]
    link = ShareLink(owner.id, dashboard.id, name, panels, prefix, now, lifetime)
    repository.add(link)
    links.issue(_PURPOSE, link.id, now, lifetime, code=token)
    record(EventType.SHARE_CREATED, of_user(owner), dashboard=dashboard.name, link=name)
    return link, token


def find(token: str, now: datetime) -> tuple[ShareLink, Dashboard]:
    """Return the link of a token, and its dashboard.

    :param now: the current time (UTC).
    :raises NotFound: the token is unknown, or has expired or been revoked; which is not revealed.
    """
    link = repository.find(links.find(_PURPOSE, token, now))
    if link is None:
        raise NotFound(links.INVALID)
    return link, dashboards.find(link.dashboard_id)


def check(
    link: ShareLink, statistics: Iterable[StatisticName], fields: Iterable[CallField]
) -> None:
    """Check that a link shows what a visitor queries.

    :param fields: those to group and to filter by.
    :raises Forbidden: it does not.
    """
    grant = link.grant
    hidden: list[str] = [name for name in statistics if name not in grant.statistics]
    hidden += [name for name in fields if name not in grant.fields]
    if hidden:
        raise Forbidden(f"This link does not show {', '.join(hidden)}.")


def listed(dashboard: Dashboard) -> list[ShareLink]:
    """Return the links to a dashboard, the latest first."""
    found = repository.of_dashboard(dashboard.id)
    return sorted(found, key=lambda link: (link.created, link.id), reverse=True)


def revoke(dashboard: Dashboard, link_id: UUID) -> None:
    """Delete a link to a dashboard; its token is invalid from then on.

    :raises NotFound: the dashboard has no such link.
    """
    link = repository.find(link_id)
    if link is None or link.dashboard_id != dashboard.id:
        raise NotFound("Link not found.")
    owner = _locked_owner(dashboard)
    repository.delete(link)
    links.revoke(link.id)
    record(EventType.SHARE_REVOKED, of_user(owner), dashboard=dashboard.name, link=link.name)


def delete_of(dashboard: Dashboard) -> None:
    """Delete all links to a dashboard."""
    for link in repository.of_dashboard(dashboard.id):
        revoke(dashboard, link.id)


def use(link_id: UUID, now: datetime) -> None:
    """Record that a link was used, unless it has been revoked since.

    :param now: the current time (UTC).
    """
    if link := repository.find(link_id):
        link.record_use(now)


def _locked_owner(dashboard: Dashboard) -> User:
    owner = users.lock_for_update(dashboard.user_id)
    if owner is None:
        raise NotFound("User not found.")
    return owner
