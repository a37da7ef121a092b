"""The types of events that PyDash records itself, and what they belong to."""

from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple, Protocol
from uuid import UUID


class EventType(StrEnum):
    """What happened. Types of other events, which scripts report, must not begin like these."""

    APP_ADDED = "app.added"
    APP_CHANGED = "app.changed"
    APP_DELETED = "app.deleted"
    APP_VERSION = "app.version"
    APP_VERSION_VERDICT = "app.version.verdict"
    APP_DEPLOY = "app.deploy"
    APP_OUTAGE_BEGAN = "app.outage.began"
    APP_OUTAGE_ENDED = "app.outage.ended"
    APP_FETCH_FAILED = "app.fetch.failed"
    APP_FETCH_RECOVERED = "app.fetch.recovered"
    APP_RESET = "app.reset"
    ENDPOINT_ADDED = "endpoint.added"
    EXCEPTION_NEW = "exception.new"
    EXCEPTION_REGRESSED = "exception.regressed"
    EXCEPTION_RESOLVED = "exception.resolved"
    EXCEPTION_IGNORED = "exception.ignored"
    EXCEPTION_REOPENED = "exception.reopened"
    ALERT_PENDING = "alert.pending"
    ALERT_FIRED = "alert.fired"
    ALERT_RESOLVED = "alert.resolved"
    ALERT_ACKNOWLEDGED = "alert.acknowledged"
    ALERT_NOTIFIED = "alert.notified"
    ALERT_FAILED = "alert.failed"
    MAINTENANCE_BEGAN = "maintenance.began"
    MAINTENANCE_ENDED = "maintenance.ended"
    INCIDENT_OPENED = "incident.opened"
    INCIDENT_UPDATED = "incident.updated"
    INCIDENT_RESOLVED = "incident.resolved"
    USER_REGISTERED = "user.registered"
    USER_VERIFIED = "user.verified"
    USER_LOGIN = "user.login"
    USER_LOGIN_FAILED = "user.login.failed"
    USER_LOGOUT = "user.logout"
    USER_PASSWORD_CHANGED = "user.password.changed"  # noqa: S105 (not a password)
    USER_MAIL_CHANGED = "user.mail.changed"
    USER_DELETED = "user.deleted"
    TOKEN_CREATED = "token.created"  # noqa: S105 (not a token)
    TOKEN_REVOKED = "token.revoked"  # noqa: S105 (not a token)
    SESSION_ENDED = "session.ended"
    SHARE_CREATED = "share.created"
    SHARE_REVOKED = "share.revoked"
    USAGE_EXTRACTED = "usage.extracted"
    BACKUP_CREATED = "backup.created"
    BACKUP_FAILED = "backup.failed"
    SYSTEM_STARTED = "system.started"
    SYSTEM_UPGRADED = "system.upgraded"
    SYSTEM_UPGRADE_REQUESTED = "system.upgrade_requested"


RESERVED_PREFIXES = (
    *("app.", "endpoint.", "exception.", "alert.", "maintenance.", "incident.", "user."),
    *("token.", "session.", "share.", "usage.", "report.", "backup.", "system."),
)
"""How the types begin that PyDash alone records."""

REPORTED = frozenset({EventType.APP_DEPLOY})
"""Types that scripts report, although their prefix is reserved."""


class Subject(NamedTuple):
    """What an event happened to, which decides who sees it.

    :ivar project: the part of the event store that has its events.
    :ivar traits: what names it in its events.
    """

    project: str
    traits: Mapping[str, str]


class Named(Protocol):
    """A user or a dashboard."""

    @property
    def id(self) -> UUID | str:
        """Its ID."""

    @property
    def name(self) -> str:
        """Its name, as people know it."""


INSTALLATION = Subject("installation", {})
"""The subject of events that administrators see."""


def of_user(user: Named) -> Subject:
    """Return an account as a subject of events."""
    return Subject(f"user:{user.id}", {"user_id": str(user.id), "user": user.name})


def of_dashboard(dashboard: Named) -> Subject:
    """Return a monitored app as a subject of events."""
    traits = {"dashboard_id": str(dashboard.id), "dashboard": dashboard.name}
    return Subject(f"dashboard:{dashboard.id}", traits)


def is_reported(event_type: str) -> bool:
    """Return whether scripts may report events of this type.

    >>> is_reported("app.deploy"), is_reported("ci.failed"), is_reported("user.login")
    (True, True, False)
    """
    return event_type in REPORTED or not event_type.startswith(RESERVED_PREFIXES)
