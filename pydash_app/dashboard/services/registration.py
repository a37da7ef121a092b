"""Adds, changes and deletes dashboards. Connections are probed before they are stored."""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any
from uuid import UUID

from flask_monitoring_dashboard_client import (
    RemoteDetails,
    RemoteError,
    WrongToken,
    check_headers,
)
from pydash_app import configuration
from pydash_app.dashboard import repository
from pydash_app.dashboard.entity import Dashboard
from pydash_app.dashboard.services import remote
from pydash_app.errors import InvalidInput, NotFound
from pydash_app.event import EventType, of_dashboard, of_user, record
from pydash_app.maintenance import repository as maintenance
from pydash_app.secrets import UnreadableSecret
from pydash_app.text import is_printable
from pydash_app.user import repository as users
from pydash_database import transact

MAX_NAME = 64
MAX_URL = 2000
MAX_TOKEN = 500
# The total time, because a user is waiting for the result.
PROBE_SECONDS = 20.0


def probe(url: str, token: str, headers: Mapping[str, str] = MappingProxyType({})) -> RemoteDetails:
    """Check whether a dashboard can be fetched.

    :param url: address of the monitored app or of its dashboard.
    :param token: its security token.
    :param headers: extra request headers, such as for a proxy in front of the app.
    :returns: the details that the remote side reports.
    :raises InvalidInput: the probe failed. The error names the field (`url`, `token` or `headers`),
        the problem and the solution.
    """
    _check_text("url", url, MAX_URL)
    _check_text("token", token, MAX_TOKEN)
    try:
        check_headers(headers)
    except ValueError as error:
        raise InvalidInput(errors={"headers": [str(error)]}) from error
    try:
        with remote.connect(
            url, token, headers, read_timeout=PROBE_SECONDS, total_timeout=PROBE_SECONDS
        ) as dashboard:
            return dashboard.probe()
    except WrongToken as error:
        raise InvalidInput(errors={"token": [str(error)]}) from error
    except RemoteError as error:
        raise InvalidInput(errors={"url": [str(error)]}) from error


def register(
    user_id: UUID | str,
    name: str,
    url: str,
    token: str,
    monitor_downtime: bool = False,
    headers: Mapping[str, str] = MappingProxyType({}),
) -> Dashboard:
    """Add a dashboard for a user if it can be fetched. The fetcher then imports its history.

    :raises InvalidInput: a field is invalid, the probe failed, or the user has reached the limit of
        dashboards. Nothing is stored.
    :raises NotFound: the user was deleted, possibly during the probe.
    """
    _check_text("name", name, MAX_NAME)
    transact(lambda: _check_limit(user_id))
    details = probe(url, token, headers)

    def store() -> Dashboard:
        if users.lock_for_update(user_id) is None:
            raise NotFound("User not found.")
        _check_limit(user_id)
        dashboard = Dashboard(details.url, token, user_id, name.strip())
        dashboard.headers = headers
        dashboard.monitor_downtime = monitor_downtime
        repository.add(dashboard)
        record(EventType.APP_ADDED, of_dashboard(dashboard), url=dashboard.url)
        return dashboard

    return transact(store)


def change_settings(
    dashboard_id: UUID | str,
    *,
    name: str | None = None,
    url: str | None = None,
    token: str | None = None,
    headers: Mapping[str, str | None] | None = None,
    monitor_downtime: bool | None = None,
    retention: Any | None = None,
    **own: Any,
) -> Dashboard:
    """Change the settings of a dashboard. None leaves a setting unchanged.

    A new URL or token, and new headers, are probed first.

    :param headers: the values of changed request headers by name; None removes a header.
    :param own: attributes of the entity, for which None is a value as well, such as
        `ping_interval`.
    :raises InvalidInput: a field is invalid, or the probe failed. Nothing is changed.
    :raises NotFound: no dashboard has this ID.
    """
    if name is not None:
        _check_text("name", name, MAX_NAME)
    if url is not None:
        _check_text("url", url, MAX_URL)
    changes = {
        "name": name and name.strip(),
        "monitor_downtime": monitor_downtime,
        "retention": retention,
    }
    is_moved = (url, token, headers) != (None, None, None)
    if is_moved:
        connection = transact(lambda: _connection(dashboard_id, url, token, headers or {}))
        details = probe(*connection)
        # All of them, because they were probed together and others may have been stored since.
        changes |= {"url": details.url, "token": connection[1], "headers": connection[2]}

    def change() -> Dashboard:
        dashboard = _find(dashboard_id)
        given = {"url": url, "token": token, "headers": headers}
        changed = [name for name, value in given.items() if value is not None]
        for attribute, value in {**changes, **own}.items():
            if value is not None or attribute in own:
                is_new = attribute not in given and value != getattr(dashboard, attribute)
                if is_new and attribute != "is_favorite":
                    changed.append(attribute)
                setattr(dashboard, attribute, value)
        repository.update(dashboard)
        if changed:
            record(EventType.APP_CHANGED, of_dashboard(dashboard), settings=", ".join(changed))
        if is_moved:
            repository.request_fetch(dashboard.id)
        return dashboard

    return transact(change)


def delete(dashboard_id: UUID | str) -> None:
    """Delete a dashboard with all its data.

    :raises NotFound: no dashboard has this ID.
    """

    def remove() -> None:
        dashboard = _find(dashboard_id)
        repository.delete(dashboard)
        maintenance.delete_of(dashboard.user_id, dashboard.id)
        # The events of the dashboard itself are deleted as well.
        owner = users.find(dashboard.user_id)
        if owner is not None:
            record(
                EventType.APP_DELETED, of_user(owner), dashboard=dashboard.name, url=dashboard.url
            )

    transact(remove)


def _connection(
    dashboard_id: UUID | str,
    url: str | None,
    token: str | None,
    headers: Mapping[str, str | None],
) -> tuple[str, str, dict[str, str]]:
    """Return the URL, token and headers after a change.

    A stored token and stored headers are sent only to the server for which they were entered.
    """
    dashboard = _find(dashboard_id)
    changed = {name.lower() for name in headers}
    kept = [name for name in dashboard.header_names if name.lower() not in changed]
    if url is not None and _origin(url) != _origin(dashboard.url):
        reason = "Enter the {} as well, because the new address is on another server."
        if token is None:
            raise InvalidInput(errors={"token": [reason.format("token")]})
        if kept:
            raise InvalidInput(errors={"headers": [reason.format(f"header {kept[0]}")]})
    try:
        token = dashboard.token if token is None else token
        stored = dashboard.headers if kept else {}
    except UnreadableSecret as error:
        raise InvalidInput(error.message) from error
    merged = {name: stored[name] for name in kept}
    merged |= {name: value for name, value in headers.items() if value is not None}
    return dashboard.url if url is None else url, token, merged


def _origin(url: str) -> tuple[str, str]:
    """Return the scheme, and the host with its port.

    >>> _origin("HTTP://Shop.example.com/dashboard") == _origin("http://shop.example.com/other")
    True
    """
    scheme, _, rest = url.strip().lower().partition("://")
    return scheme, re.split(r"[/?#\\]", rest, maxsplit=1)[0]


def _check_limit(user_id: UUID | str) -> None:
    limit = configuration.current().max_dashboards
    if len(repository.of_user(user_id)) >= limit:
        noun = "dashboard" if limit == 1 else "dashboards"
        raise InvalidInput(f"You have reached the limit of {limit} {noun}.")


def _find(dashboard_id: UUID | str) -> Dashboard:
    try:
        return repository.find(dashboard_id)
    except KeyError:
        raise NotFound("Dashboard not found.") from None


def _check_text(field: str, value: object, max_length: int) -> None:
    """Raise `InvalidInput` unless a value is a non-empty line of text.

    >>> _check_text("name", "  ", 64)
    Traceback (most recent call last):
    ...
    pydash_app.errors.InvalidInput: The name must not be empty.
    """
    if not isinstance(value, str):
        reason = f"The {field} must be a string."
    elif not value.strip():
        reason = f"The {field} must not be empty."
    elif len(value) > max_length:
        reason = f"The {field} must have at most {max_length} characters."
    elif not is_printable(value):
        reason = f"The {field} must not contain control characters."
    else:
        return
    raise InvalidInput(errors={field: [reason]})
