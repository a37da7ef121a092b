"""Exceptions as the client returns them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from flask_monitoring_dashboard_client import Frame, RemoteException

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
STACK = (
    Frame("shop.py", "shop", 7, "pay", own=True, source=""),
    Frame("lib.py", "lib", 3, "check", own=False, source=""),
)
FIRST = RemoteException(
    time=NOW,
    endpoint="pay",
    version="1.0",
    user="ada",
    ip="10.0.0.1",
    duration=12.5,
    status_code=500,
    captured=False,
    type="KeyError",
    message="order 1",
    group="1-" + "0" * 32,
    stack=STACK,
)


def group(number: int) -> str:
    """Return the ID of a fault."""
    return f"1-{number:032x}"


def later(minutes: float, **changes: object) -> RemoteException:
    """Return the first exception as it would be some minutes later."""
    return replace(FIRST, time=NOW + timedelta(minutes=minutes), **changes)  # type: ignore[arg-type]
