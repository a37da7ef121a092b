"""Deletes dashboards, channels and accounts with all that belongs to them. Nothing here commits."""

from contextlib import suppress
from uuid import UUID

from pydash_app import alert, links, share, status_page
from pydash_app.channel import repository as channels
from pydash_app.channel.entity import Channel
from pydash_app.dashboard import repository
from pydash_app.dashboard.services import registration
from pydash_app.errors import NotFound
from pydash_app.maintenance import repository as maintenance
from pydash_app.time_slice import repository as time_slices
from pydash_app.user import repository as users
from pydash_app.user.entity import User
from pydash_app.user.services import deletion


def delete_dashboard(dashboard_id: UUID) -> None:
    """Delete a dashboard with its data, rules, alerts, read-only links and so on, also from pages.

    :raises NotFound: no dashboard has this ID.
    """
    try:
        dashboard = repository.find(dashboard_id)
    except KeyError:
        raise NotFound("Dashboard not found.") from None
    # Nothing is added to it at the same time.
    users.lock_for_update(dashboard.user_id)
    alert.forget_dashboard(dashboard_id)
    time_slices.delete_of(dashboard_id)
    share.delete_of(dashboard)
    with suppress(KeyError):
        status_page.forget_dashboard(dashboard_id, dashboard.user_id)
    registration.delete(dashboard_id)


def delete_channel(channel: Channel) -> None:
    """Delete a channel with everything that waits for it. Rules that used it remain, without it.

    :raises KeyError: the channel is not in the repository.
    """
    # No rule is given it at the same time.
    users.lock_for_update(channel.owner_id)
    alert.forget_channel(channel.owner_id, channel.id)
    links.revoke(channel.id)
    channels.delete(channel)


def delete_account(user: User) -> None:
    """Delete a user with all dashboards, rules, channels and so on.

    :raises KeyError: the user is not in the repository.
    """
    status_page.forget_account(user.id)
    for dashboard in repository.of_user(user.id):
        alert.forget_dashboard(dashboard.id)
        time_slices.delete_of(dashboard.id)
        share.delete_of(dashboard)
        repository.delete(dashboard)
    alert.forget_account(user)
    for channel in channels.of_owner(user.id):
        links.revoke(channel.id)
        channels.delete(channel)
    maintenance.delete_of(user.id)
    deletion.delete(user)
