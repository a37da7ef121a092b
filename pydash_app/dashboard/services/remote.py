"""The way from the domain to the monitored apps: the one place that knows whom to talk to."""

from flask_monitoring_dashboard_client import RemoteDashboard
from pydash_app import configuration
from pydash_http import ping

READ_SECONDS = 60.0
TOTAL_SECONDS = 120.0


def connect(
    url: str,
    token: str,
    dialect: str | None = None,
    read_timeout: float = READ_SECONDS,
    total_timeout: float = TOTAL_SECONDS,
) -> RemoteDashboard:
    """Return the remote side of a dashboard; nothing is sent yet.

    :param dialect: how it talks, if that is known already.
    :param read_timeout: seconds without a single byte.
    :param total_timeout: seconds for each request, or for a whole probe.
    """
    allowed = configuration.current().fetch_allow
    return RemoteDashboard(
        url,
        token,
        allow=allowed,
        dialect=dialect,
        read_timeout=read_timeout,
        total_timeout=total_timeout,
    )


def measure(url: str) -> tuple[int, float]:
    """Return with which HTTP status an app answers, and after how many milliseconds.

    :raises RemoteError: it does not.
    """
    return ping(url, configuration.current().fetch_allow)
