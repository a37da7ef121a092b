"""Manages the read-only links to dashboards, and shows visitors what they open."""

from datetime import UTC, datetime, timedelta

from pydash_app import share
from pydash_cube.vocabulary import CallField, StatisticName
from pydash_web.controller.lookup import as_id, find_dashboard
from pydash_web.http import visitor
from pydash_web.models.common import Message
from pydash_web.models.share import (
    CreatedShareLink,
    NewShareLink,
    SharedDashboard,
    ShareLinkInfo,
    ShareLinks,
)


def get_links(dashboard_id: str) -> ShareLinks:
    """List the read-only links to a dashboard without their tokens."""
    found = share.listed(find_dashboard(dashboard_id))
    return ShareLinks(links=[_info(link) for link in found])


def create_link(dashboard_id: str, body: NewShareLink) -> CreatedShareLink:
    """Create a read-only link and return its token, which is shown only once.

    :raises InvalidInput: the dashboard has the maximum number of links.
    """
    days = body.expires_in_days
    link, token = share.create(
        find_dashboard(dashboard_id),
        body.name,
        body.panels,
        None if days is None else timedelta(days=days),
        datetime.now(UTC),
    )
    return CreatedShareLink(
        message="Link created. Copy it now. It will not be shown again.",
        link=_info(link),
        token=token,
        path=f"/shared#{token}",
    )


def revoke_link(dashboard_id: str, link_id: str) -> Message:
    """Revoke a read-only link.

    :raises NotFound: the dashboard has no such link.
    """
    share.revoke(find_dashboard(dashboard_id), as_id("link_id", link_id))
    return Message(message="Link revoked.")


def get_shared() -> SharedDashboard:
    """Return what the read-only link whose token is sent shows of its dashboard."""
    link, dashboard = visitor.find()
    grant = link.grant
    return SharedDashboard(
        name=dashboard.name,
        panels=list(link.panels),
        statistics=[name for name in StatisticName if name in grant.statistics],
        fields=[name for name in CallField if name in grant.fields],
    )


def _info(link: share.ShareLink) -> ShareLinkInfo:
    return ShareLinkInfo(
        id=link.id,
        name=link.name,
        panels=list(link.panels),
        prefix=link.prefix,
        created=link.created,
        expires=link.expires,
        last_used=link.last_used,
    )
