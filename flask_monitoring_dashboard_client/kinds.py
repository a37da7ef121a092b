"""What the kinds that explain measurements have in common, as the exporter returns them.

A row with an invalid value is set aside: a time as in `cleaning`, or a field of another type. Texts
are shortened and made printable.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np

from flask_monitoring_dashboard_client.cleaning import (
    EARLIEST,
    MAX_MS,
    clean_text,
    numbers,
    times_from_microseconds,
)
from pydash_http import InvalidResponse

MAX_FRAMES = 1_000
MAX_STACK = 64 * 1024
"""Maximum length of all texts of a stack, in characters."""

MAX_LINE = 10_000_000
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
class RemoteRequest:
    """The request that a row of a kind belongs to.

    :param time: when it came (UTC).
    :param user: its group, empty if it has none.
    :param duration: ms.
    :param status_code: 0 if unknown.
    """

    time: datetime
    endpoint: str
    version: str
    user: str
    ip: str
    duration: float
    status_code: int


@dataclass(frozen=True)
class KindPage:
    """A page of new rows of a kind, and the cursor to continue from.

    :param rows: the valid ones.
    :param cursor: argument of the next `fetch_kind`; JSON-compatible.
    :param has_more: whether another page is available now.
    :param set_aside: number of rows omitted because a value is invalid.
    """

    rows: list[Any]
    cursor: dict[str, Any]
    has_more: bool
    set_aside: int = 0


def parse_times(data: dict[str, Any], now: datetime) -> list[datetime | None]:
    """Return the times of the rows of a page (UTC); None where invalid.

    :param now: the current time (UTC); times more than a day later are invalid.
    :raises InvalidResponse: if there are more or fewer than rows.
    """
    times = times_from_microseconds(data["time"])
    check_lengths(data, [times])
    latest = np.datetime64((now + timedelta(days=1)).replace(tzinfo=None), "us")
    is_valid = (times >= EARLIEST) & (times <= latest)
    return [
        time.replace(tzinfo=UTC) if valid else None
        for valid, time in zip(is_valid.tolist(), times.tolist(), strict=True)
    ]


def parse_requests(data: dict[str, Any], now: datetime) -> list[dict[str, Any] | None]:
    """Return the fields of the `RemoteRequest` of each row of a page; None where invalid.

    :param now: as in `parse_times`.
    :raises InvalidResponse: if the columns differ in length.
    """
    columns: list[Sequence[Any]] = [
        parse_times(data, now),
        *(parse_texts(data[name]) for name in ("endpoint", "version", "user", "ip")),
        [value if 0 <= value <= MAX_MS else 0.0 for value in numbers(data["duration"]).tolist()],
        [int(code) if 100 <= code < 600 else 0 for code in numbers(data["status_code"]).tolist()],
    ]
    check_lengths(data, columns)
    names = [field.name for field in fields(RemoteRequest)]
    return [
        None if None in values else dict(zip(names, values, strict=True))
        for values in zip(*columns, strict=True)
    ]


def parse_stack(frames: Any) -> tuple[Frame, ...] | None:
    """Return the innermost frames of a stack that fit; None if it is invalid."""
    kept: list[Frame] = []
    size = 0
    for each in reversed(frames[-MAX_FRAMES:] if isinstance(frames, list) else []):
        frame = parse_frame(each)
        if frame is None:
            return None
        size += len(frame.file) + len(frame.module) + len(frame.function) + len(frame.source)
        if kept and size > MAX_STACK:
            break
        kept.append(frame)
    return tuple(reversed(kept)) if isinstance(frames, list) else None


def parse_frame(frame: Any) -> Frame | None:
    """Return a frame; None if it is invalid."""
    if not isinstance(frame, dict):
        return None
    texts = [clean_text(frame.get(name)) for name in ("file", "module", "function", "source")]
    line, own = frame.get("line"), frame.get("own")
    if None in texts or type(line) is not int or type(own) is not bool:
        return None
    file, module, function, source = (text or "" for text in texts)
    return Frame(file, module, min(max(line, 0), MAX_LINE), function, own, source)


def parse_texts(column: dict[str, list[Any]]) -> list[str | None]:
    """Return short texts; None for each that is not one."""
    values = [clean_text(value) for value in column["values"]]
    return [values[code] for code in column["codes"]]


def long_text(value: Any, most: int) -> str | None:
    """Return the beginning of a text of several lines; None if it is not one.

    :param most: maximum number of characters.
    """
    return _UNPRINTABLE.sub("\ufffd", value[:most]) if isinstance(value, str) else None


def check_lengths(data: dict[str, Any], columns: Sequence[Any]) -> None:
    """Check that columns have as many values as a page has rows.

    :raises InvalidResponse: they have not.
    """
    if {len(column) for column in columns} != {len(data["id"])}:
        raise InvalidResponse("The columns of the response differ in length.")
