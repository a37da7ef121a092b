"""Connects to the monitored apps. Only this module decides which addresses are allowed."""

from collections.abc import Mapping

from flask_monitoring_dashboard_client import RemoteDashboard
from pydash_app import configuration
from pydash_http import Pong, ping

READ_SECONDS = 60.0
TOTAL_SECONDS = 120.0


def connect(
    url: str,
    token: str,
    headers: Mapping[str, str],
    dialect: str | None = None,
    read_timeout: float = READ_SECONDS,
    total_timeout: float = TOTAL_SECONDS,
) -> RemoteDashboard:
    """Return the remote side of a dashboard without sending a request.

    :param headers: the dashboard's extra request headers.
    :param dialect: the dialect of the remote side, if known.
    :param read_timeout: maximum seconds between two received bytes.
    :param total_timeout: maximum seconds of each request, or of a whole probe.
    """
    allowed = configuration.current().fetch_allow
    return RemoteDashboard(
        url,
        token,
        allow=allowed,
        dialect=dialect,
        headers=headers,
        read_timeout=read_timeout,
        total_timeout=total_timeout,
    )


def measure(url: str, headers: Mapping[str, str]) -> Pong:
    """Return the status and the latency of an app's response.

    :param headers: the dashboard's extra request headers.
    :raises RemoteError: there is no response.
    """
    return ping(url, configuration.current().fetch_allow, headers=headers)
