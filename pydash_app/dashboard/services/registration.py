"""Adds, changes and deletes dashboards; what the user typed is tried out before it is stored."""

import re
from typing import Any
from uuid import UUID

from flask_monitoring_dashboard_client import RemoteDetails, RemoteError, WrongToken
from pydash_app import configuration
from pydash_app.dashboard import repository
from pydash_app.dashboard.entity import Dashboard
from pydash_app.dashboard.services import remote
from pydash_app.errors import InvalidInput, NotFound
from pydash_app.user import repository as users
from pydash_database import transact

MAX_NAME = 64
MAX_URL = 2000
MAX_TOKEN = 500
# For all of it: somebody sits and waits for the outcome.
PROBE_SECONDS = 20.0


def probe(url: str, token: str) -> RemoteDetails:
    """Try out whether a dashboard can be fetched.

    :param url: address of the monitored app or of its dashboard.
    :param token: its security token.
    :returns: what the remote side tells of itself.
    :raises InvalidInput: the field `url` or `token`, with what is wrong and how to put it right.
    """
    _check_text("url", url, MAX_URL)
    _check_text("token", token, MAX_TOKEN)
    try:
        with remote.connect(
            url, token, read_timeout=PROBE_SECONDS, total_timeout=PROBE_SECONDS
        ) as dashboard:
            return dashboard.probe()
    except WrongToken as error:
        raise InvalidInput(errors={"token": [str(error)]}) from error
    except RemoteError as error:
        raise InvalidInput(errors={"url": [str(error)]}) from error


def register(
    user_id: UUID | str, name: str, url: str, token: str, monitor_downtime: bool = False
) -> Dashboard:
    """Add a dashboard for a user, if it can be fetched; the fetcher takes it from there.

    :raises InvalidInput: a field is wrong, or see `probe`, or the user has as many dashboards as
        one may have; nothing is stored.
    :raises NotFound: the user is gone, perhaps while the probe went on.
    """
    _check_text("name", name, MAX_NAME)
    transact(lambda: _require_room(user_id))
    details = probe(url, token)

    def store() -> Dashboard:
        if users.lock_for_update(user_id) is None:
            raise NotFound("This user does not exist.")
        _require_room(user_id)
        dashboard = Dashboard(details.url, token, user_id, name.strip())
        dashboard.monitor_downtime = monitor_downtime
        repository.add(dashboard)
        return dashboard

    return transact(store)


def change_settings(
    dashboard_id: UUID | str,
    *,
    name: str | None = None,
    url: str | None = None,
    token: str | None = None,
    monitor_downtime: bool | None = None,
    retention: Any | None = None,
) -> Dashboard:
    """Change what is given of a dashboard; None leaves it as it is.

    A new URL or token is tried out first.

    :raises InvalidInput: a field is wrong, or see `probe`; nothing is changed.
    :raises NotFound: there is no such dashboard.
    """
    if name is not None:
        _check_text("name", name, MAX_NAME)
    if url is not None:
        _check_text("url", url, MAX_URL)
    is_moved = url is not None or token is not None
    if is_moved:
        url = probe(*transact(lambda: _address(dashboard_id, url, token))).url
    changes = {
        "name": name and name.strip(),
        "url": url,
        "token": token,
        "monitor_downtime": monitor_downtime,
        "retention": retention,
    }
    return transact(lambda: _change(dashboard_id, changes, fetch=is_moved))


def delete(dashboard_id: UUID | str) -> None:
    """Delete a dashboard with all its data.

    :raises NotFound: there is no such dashboard.
    """
    transact(lambda: repository.delete(_find(dashboard_id)))


def _change(dashboard_id: UUID | str, changes: dict[str, Any], *, fetch: bool) -> Dashboard:
    dashboard = _find(dashboard_id)
    for attribute, value in changes.items():
        if value is not None:
            setattr(dashboard, attribute, value)
    repository.update(dashboard)
    if fetch:
        repository.request_fetch(dashboard.id)
    return dashboard


def _address(dashboard_id: UUID | str, url: str | None, token: str | None) -> tuple[str, str]:
    """Return the given URL and token, in place of what is missing those of the dashboard.

    A stored token goes to the server that it was given for, and to no other.
    """
    dashboard = _find(dashboard_id)
    if token is None and url is not None and _origin(url) != _origin(dashboard.url):
        reason = "Enter the token too: the new address leads to another server."
        raise InvalidInput(errors={"token": [reason]})
    return (
        dashboard.url if url is None else url,
        dashboard.token if token is None else token,
    )


def _origin(url: str) -> tuple[str, str]:
    """Return scheme, and host with port.

    >>> _origin("HTTP://Shop.example.com/dashboard") == _origin("http://shop.example.com/other")
    True
    """
    scheme, _, rest = url.strip().lower().partition("://")
    return scheme, re.split(r"[/?#\\]", rest, maxsplit=1)[0]


def _require_room(user_id: UUID | str) -> None:
    most = configuration.current().max_dashboards
    if len(repository.of_user(user_id)) >= most:
        raise InvalidInput(f"You have {most} dashboards, which is as many as one may have here.")


def _find(dashboard_id: UUID | str) -> Dashboard:
    try:
        return repository.find(dashboard_id)
    except KeyError:
        raise NotFound("This dashboard does not exist.") from None


def _check_text(field: str, value: object, longest: int) -> None:
    """Refuse what is not a line of text.

    >>> _check_text("name", "  ", 64)
    Traceback (most recent call last):
    ...
    pydash_app.errors.InvalidInput: The name must not be empty.
    """
    if not isinstance(value, str):
        reason = f"The {field} must be text."
    elif not value.strip():
        reason = f"The {field} must not be empty."
    elif len(value) > longest:
        reason = f"The {field} must have at most {longest} characters."
    elif not value.isprintable():
        reason = f"The {field} must not contain control characters."
    else:
        return
    raise InvalidInput(errors={field: [reason]})
