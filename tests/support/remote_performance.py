"""Slow requests, profiles and values of graphs as the client returns them."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from flask_monitoring_dashboard_client import (
    Frame,
    ProfiledLine,
    RemoteOutlier,
    RemoteProfile,
    RemoteValue,
)
from tests.support.remote_exceptions import NOW, STACK

PAY, CHECK = STACK
SLOW = RemoteOutlier(
    time=NOW,
    endpoint="pay",
    version="1.0",
    user="ada",
    ip="10.0.0.1",
    duration=100.0,
    status_code=200,
    url="http://shop/pay",
    headers={"Host": "shop"},
    environment={"REQUEST_METHOD": "GET"},
    cpu=50.0,
    memory=40.0,
    stack=STACK,
)


def slow(minutes: float, duration: float = 100.0, **changes: Any) -> RemoteOutlier:
    """Return a slow request some minutes after the first."""
    return replace(SLOW, time=NOW + timedelta(minutes=minutes), duration=duration, **changes)


def profile(*lines: tuple[int, float, Frame], **changes: Any) -> RemoteProfile:
    """Return a profile of lines, each an indent, a duration and a frame."""
    fields = {
        "time": NOW,
        "endpoint": "pay",
        "version": "1.0",
        "user": "",
        "ip": "",
        "duration": 100.0,
        "status_code": 200,
        "lines": tuple(ProfiledLine(*line) for line in lines),
        **changes,
    }
    return RemoteProfile(**fields)


def values(title: str, *minutes: float) -> list[RemoteValue]:
    """Return values of a graph, each that of its minute."""
    return [RemoteValue(title, NOW + timedelta(minutes=minute), minute) for minute in minutes]
