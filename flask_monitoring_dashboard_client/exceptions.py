"""The exceptions of a monitored app, as the exporter returns them, cleaned like calls.

An exception with an invalid value is set aside: a time as in `cleaning`, a group that is not one,
or a field of another type. Texts are shortened and made printable.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from flask_monitoring_dashboard_client.cleaning import (
    EARLIEST,
    MAX_MS,
    clean_text,
    numbers,
    times_from_microseconds,
)
from pydash_http import InvalidResponse

MAX_MESSAGE = 2_048
MAX_FRAMES = 1_000
MAX_STACK = 64 * 1024
"""Maximum length of all texts of a stack, in characters."""

MAX_LINE = 10_000_000
_GROUP = re.compile(r"\d{1,3}-[0-9a-f]{32}", re.ASCII)
_UNPRINTABLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)


@dataclass(frozen=True, slots=True)
class Frame:
    """A function on a stack.

    :param file: its path, relative to the app.
    :param module: the name of its module.
    :param line: the number of the line.
    :param own: whether it belongs to the app, and not to a package.
    :param source: the text of the line, empty unless the app sends it.
    """

    file: str
    module: str
    line: int
    function: str
    own: bool
    source: str


@dataclass(frozen=True, slots=True)
class RemoteException:
    """An exception that was raised while a request was served.

    :param time: when the request came (UTC).
    :param user: the group of the request, empty if it has none.
    :param duration: of the request (ms).
    :param status_code: 0 if unknown.
    :param captured: whether the app caught it.
    :param group: the fault that it belongs to.
    :param stack: outermost frame first.
    """

    time: datetime
    endpoint: str
    version: str
    user: str
    ip: str
    duration: float
    status_code: int
    captured: bool
    type: str
    message: str
    group: str
    stack: tuple[Frame, ...]


@dataclass(frozen=True)
class ExceptionPage:
    """A page of new exceptions, and the cursor to continue from.

    :param exceptions: the valid ones.
    :param cursor: argument of the next `fetch_exceptions`; JSON-compatible.
    :param has_more: whether another page is available now.
    :param set_aside: number of exceptions omitted because a value is invalid.
    """

    exceptions: list[RemoteException]
    cursor: dict[str, Any]
    has_more: bool
    set_aside: int = 0


def parse_times(data: dict[str, Any]) -> NDArray[np.int64]:
    """Return the times of a page (µs since 1970)."""
    return times_from_microseconds(data["time"]).view(np.int64)


def parse_exceptions(data: dict[str, Any], now: datetime) -> list[RemoteException | None]:
    """Parse the columns of a page; None for each exception that is invalid.

    :param now: the current time (UTC); exceptions more than a day later are invalid.
    :raises InvalidResponse: if the columns differ in length.
    """
    times = times_from_microseconds(data["time"])
    latest = np.datetime64((now + timedelta(days=1)).replace(tzinfo=None), "us")
    is_valid = (times >= EARLIEST) & (times <= latest)
    stacks = [parse_stack(stack) for stack in data["stack"]["values"]]
    columns: list[Sequence[Any]] = [
        times.tolist(),
        *(_texts(data[name]) for name in ("endpoint", "version", "user", "ip")),
        numbers(data["duration"]).tolist(),
        numbers(data["status_code"]).tolist(),
        data["captured"],
        _texts(data["type"]),
        [_message(data["message"]["values"][code]) for code in data["message"]["codes"]],
        _texts(data["group"]),
        [stacks[code] for code in data["stack"]["codes"]],
    ]
    if {len(column) for column in columns} != {len(data["id"])}:
        raise InvalidResponse("The columns of the response differ in length.")
    return [
        _exception(*values) if valid else None
        for valid, values in zip(is_valid.tolist(), zip(*columns, strict=True), strict=True)
    ]


def parse_stack(frames: Any) -> tuple[Frame, ...] | None:
    """Return the innermost frames of a stack that fit; None if it is invalid."""
    kept: list[Frame] = []
    size = 0
    for frame in reversed(frames[-MAX_FRAMES:] if isinstance(frames, list) else []):
        if not isinstance(frame, dict):
            return None
        texts = [clean_text(frame.get(name)) for name in ("file", "module", "function", "source")]
        line, own = frame.get("line"), frame.get("own")
        if None in texts or type(line) is not int or type(own) is not bool:
            return None
        file, module, function, source = (text or "" for text in texts)
        size += len(file) + len(module) + len(function) + len(source)
        if kept and size > MAX_STACK:
            break
        kept.append(Frame(file, module, min(max(line, 0), MAX_LINE), function, own, source))
    return tuple(reversed(kept)) if isinstance(frames, list) else None


def _exception(
    time: datetime,
    endpoint: str | None,
    version: str | None,
    user: str | None,
    ip: str | None,
    duration: float,
    status_code: float,
    captured: Any,
    type_name: str | None,
    message: str | None,
    group: str | None,
    stack: tuple[Frame, ...] | None,
) -> RemoteException | None:
    if None in (endpoint, version, user, ip, type_name, message, group, stack):
        return None
    if type(captured) is not bool or not _GROUP.fullmatch(group or ""):
        return None
    return RemoteException(
        time=time.replace(tzinfo=UTC),
        endpoint=endpoint or "",
        version=version or "",
        user=user or "",
        ip=ip or "",
        duration=duration if 0 <= duration <= MAX_MS else 0.0,
        status_code=int(status_code) if 100 <= status_code < 600 else 0,
        captured=captured,
        type=type_name or "",
        message=message or "",
        group=group or "",
        stack=stack or (),
    )


def _texts(column: dict[str, list[Any]]) -> list[str | None]:
    values = [clean_text(value) for value in column["values"]]
    return [values[code] for code in column["codes"]]


def _message(value: Any) -> str | None:
    return _UNPRINTABLE.sub("\ufffd", value[:MAX_MESSAGE]) if isinstance(value, str) else None
