"""Plans maintenance, and mutes apps."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from pydash_app import alert, maintenance
from pydash_app.errors import Forbidden, NotFound
from pydash_app.identifiers import as_uuid
from pydash_app.maintenance import repository
from pydash_app.maintenance.entity import Window
from pydash_app.maintenance.schedule import FOREVER
from pydash_app.permissions import Action, may
from pydash_app.user import repository as users
from pydash_web.api import validation
from pydash_web.controller.dashboard_info import dashboard_info
from pydash_web.controller.lookup import find_dashboard
from pydash_web.http import session
from pydash_web.models.common import Message
from pydash_web.models.dashboard import DashboardMessage
from pydash_web.models.maintenance import (
    Muting,
    NewWindow,
    WindowInfo,
    WindowMessage,
    Windows,
    WindowSettings,
    schedule_of,
)


def get_windows() -> Windows:
    """List the maintenance windows of the account."""
    mine = repository.of_owner(session.current_user().id)
    return Windows(maintenance=[_info(window) for window in mine])


def create_window(body: NewWindow) -> WindowMessage:
    """Plan maintenance: now, once, weekly or monthly.

    While it lasts, no messages are sent, and the uptime does not count.

    :raises InvalidInput: the account has too many windows.
    :raises NotFound: the user has no such dashboard.
    """
    owner = session.current_user()
    dashboard_id = None
    if body.dashboard_id is not None:
        try:
            dashboard_id = find_dashboard(body.dashboard_id).id
        except Forbidden:
            # Whether somebody else has such a dashboard is not revealed here.
            raise NotFound("Dashboard not found.") from None
    users.lock_for_update(owner.id)
    now = datetime.now(UTC)
    window = Window(owner.id, body.name, body.schedule.to_schedule(), now, dashboard_id)
    maintenance.add(window)
    return WindowMessage(message="Maintenance planned.", window=_info(window))


def change_window(window_id: str, body: WindowSettings) -> WindowMessage:
    """Change a maintenance window. The past remains what it was.

    :raises InvalidInput: it was changed too often.
    :raises NotFound: the user has no such window.
    """
    window, now = _find(window_id), datetime.now(UTC)
    if body.name is not None:
        window.name = body.name
    if body.schedule is not None:
        window.change_schedule(body.schedule.to_schedule(), now)
        repository.reschedule(window, now)
    return WindowMessage(message="Maintenance changed.", window=_info(window))


def stop_window(window_id: str) -> WindowMessage:
    """End a maintenance window now. It does not recur.

    :raises NotFound: the user has no such window.
    """
    window, now = _find(window_id), datetime.now(UTC)
    window.stop(now)
    repository.reschedule(window, now)
    return WindowMessage(message="Maintenance stopped.", window=_info(window))


def delete_window(window_id: str) -> Message:
    """Delete a maintenance window. Its past counts as uptime or downtime again.

    :raises NotFound: the user has no such window.
    """
    repository.delete(_find(window_id))
    return Message(message="Maintenance deleted.")


def mute_dashboard(dashboard_id: str, body: Muting) -> DashboardMessage:
    """Send no messages about an app for some time, or until nothing is wrong with it.

    :raises InvalidInput: not exactly one field is given.
    """
    dashboard = find_dashboard(dashboard_id)
    given = [body.seconds, body.until, body.until_resolved]
    if given.count(None) != len(given) - 1:
        reason = "Exactly one of seconds, until and until_resolved is required."
        raise validation.invalid({"seconds": [reason]})
    until = body.until
    if body.seconds:
        until = datetime.now(UTC) + timedelta(seconds=body.seconds)
    dashboard.muted_until = until
    dashboard.is_muted_until_resolved = False
    if body.until_resolved:
        alert.mute_until_resolved(dashboard)
    message = "No longer muted." if body.seconds == 0 else "Muted."
    return DashboardMessage(message=message, dashboard=dashboard_info(dashboard))


def _find(window_id: str) -> Window:
    """Return a window of the current user.

    :raises InvalidInput: the ID is not a UUID.
    :raises NotFound: the user has no such window.
    """
    try:
        key: UUID = as_uuid(window_id)
    except ValueError:
        raise validation.invalid({"window_id": ["Must be a UUID."]}) from None
    window = repository.find(key)
    if window is None or not may(session.current_user(), Action.WRITE, window):
        raise NotFound("Maintenance not found.")
    return window


def _info(window: Window) -> WindowInfo:
    now = datetime.now(UTC)
    since, until = window.period_at(now) or (None, None)
    return WindowInfo(
        id=window.id,
        name=window.name,
        dashboard_id=window.dashboard_id,
        schedule=schedule_of(window.schedule),
        created=window.created,
        active=since is not None,
        since=since,
        until=None if until == FOREVER else until,
        next_start=window.next_start(now),
        ended=window.ended(now),
    )
