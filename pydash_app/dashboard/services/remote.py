"""The way from the domain to the monitored apps: one place that knows whom PyDash may talk to."""

from flask_monitoring_dashboard_client import RemoteDashboard
from pydash_app.errors import NotConfigured

_allowed: str | None = None


def configure(fetch_allow: str) -> None:
    """Set which addresses this process may fetch from.

    :param fetch_allow: as in `Configuration.fetch_allow`.
    """
    global _allowed
    _allowed = fetch_allow


def allowed_addresses() -> str:
    """Return which addresses this process may fetch from.

    :raises NotConfigured: if `configure` was not called.
    """
    if _allowed is None:
        raise NotConfigured
    return _allowed


def connect(url: str, token: str, dialect: str | None = None) -> RemoteDashboard:
    """Return the remote side of a dashboard; nothing is sent yet.

    :param dialect: how it talks, if that is known already.
    """
    return RemoteDashboard(url, token, allow=allowed_addresses(), dialect=dialect)
