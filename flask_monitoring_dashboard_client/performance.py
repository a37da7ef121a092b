"""What explains why a monitored app is slow, as the exporter returns it, and its own graphs.

A row with an invalid value as in `kinds` is set aside.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np

from flask_monitoring_dashboard_client.cleaning import MAX_MS, clean_text, numbers
from flask_monitoring_dashboard_client.kinds import (
    Frame,
    RemoteRequest,
    check_lengths,
    long_text,
    parse_frame,
    parse_requests,
    parse_stack,
    parse_texts,
    parse_times,
)

MAX_URL = 4_200
MAX_FIELDS = 200
MAX_FIELD = 4_096
MAX_DETAILS = 64 * 1024
"""Maximum length of all headers, or of the whole environment, in characters."""

MAX_DEPTH = 100
MAX_LINES = 5_000
_NUMBER = re.compile(r"\d{1,12}(?:\.\d{1,12})?", re.ASCII)
_USED = re.compile(r"\bpercent=(\d{1,3}(?:\.\d{1,12})?)", re.ASCII)


@dataclass(frozen=True, slots=True)
class RemoteOutlier(RemoteRequest):
    """A request that took much longer than the endpoint usually does.

    :param headers: of the request; the app has masked what is secret, like in the following.
    :param environment: that of WSGI.
    :param cpu: the mean load of the processors (%) meanwhile, None if unknown.
    :param memory: how much of the memory (%) was in use, None if unknown.
    :param stack: what was running, outermost frame first.
    """

    url: str
    headers: dict[str, str]
    environment: dict[str, str]
    cpu: float | None
    memory: float | None
    stack: tuple[Frame, ...]


@dataclass(frozen=True, slots=True)
class ProfiledLine:
    """A line that was seen running.

    :param indent: how many lines called each other to reach it; 0 for the head of the function.
    :param duration: for how long it was running, with what it called (ms).
    """

    indent: int
    duration: float
    frame: Frame


@dataclass(frozen=True, slots=True)
class RemoteProfile(RemoteRequest):
    """The lines that were seen running while a request was served.

    :param lines: each after the line that called it.
    """

    lines: tuple[ProfiledLine, ...]


@dataclass(frozen=True, slots=True)
class RemoteValue:
    """A value of a graph of the app.

    :param title: that of the graph.
    :param time: UTC.
    """

    title: str
    time: datetime
    value: float


def parse_outliers(data: dict[str, Any], now: datetime) -> list[RemoteOutlier | None]:
    """Parse the columns of a page; None for each slow request that is invalid.

    :param now: the current time (UTC); rows more than a day later are invalid.
    :raises InvalidResponse: if the columns differ in length.
    """
    stacks = [parse_stack(stack) for stack in data["stack"]["values"]]
    columns: list[Sequence[Any]] = [
        [long_text(url, MAX_URL) for url in data["url"]],
        [_fields(fields) for fields in data["headers"]],
        [_fields(fields) for fields in data["environment"]],
        [stacks[code] for code in data["stack"]["codes"]],
    ]
    loads = [_decoded(data[name]) for name in ("cpu", "memory")]
    check_lengths(data, [*columns, *loads])
    names = ("url", "headers", "environment", "stack")
    return [
        None
        if request is None or None in values
        else RemoteOutlier(
            **request, **dict(zip(names, values, strict=True)), cpu=_mean(cpu), memory=_used(memory)
        )
        for request, values, cpu, memory in zip(
            parse_requests(data, now), zip(*columns, strict=True), *loads, strict=True
        )
    ]


def parse_profiles(data: dict[str, Any], now: datetime) -> list[RemoteProfile | None]:
    """Parse the columns of a page; None for each profile that is invalid.

    :param now: the current time (UTC); rows more than a day later are invalid.
    :raises InvalidResponse: if the columns differ in length.
    """
    columns = [_lines(lines) for lines in data["lines"]]
    check_lengths(data, [columns])
    return [
        None if request is None or lines is None else RemoteProfile(**request, lines=lines)
        for request, lines in zip(parse_requests(data, now), columns, strict=True)
    ]


def parse_graphs(data: dict[str, Any], now: datetime) -> list[RemoteValue | None]:
    """Parse the columns of a page; None for each value that is invalid.

    :param now: the current time (UTC); rows more than a day later are invalid.
    :raises InvalidResponse: if the columns differ in length.
    """
    titles, values = parse_texts(data["title"]), numbers(data["value"])
    check_lengths(data, [titles, values])
    return [
        RemoteValue(title, time, value) if title and time and finite else None
        for title, time, value, finite in zip(
            titles, parse_times(data, now), values.tolist(), np.isfinite(values), strict=True
        )
    ]


def _fields(fields: Any) -> dict[str, str] | None:
    """Return the first fields that fit; None if they are invalid."""
    if not isinstance(fields, dict):
        return None
    kept: dict[str, str] = {}
    size = 0
    for name, value in list(fields.items())[:MAX_FIELDS]:
        text = long_text(value, MAX_FIELD)
        if text is None:
            return None
        size += len(name) + len(text)
        if size > MAX_DETAILS:
            break
        kept[clean_text(name) or ""] = text
    return kept


def _lines(lines: Any) -> tuple[ProfiledLine, ...] | None:
    """Return the lines of a profile, without those that are too deep; None if it is invalid."""
    kept = []
    for line in lines[:MAX_LINES] if isinstance(lines, list) else []:
        frame = parse_frame(line)
        if frame is None:
            return None
        indent, duration = line.get("indent"), line.get("duration")
        if type(indent) is not int or type(duration) not in (int, float):
            return None
        if indent < 0 or not 0 <= duration <= MAX_MS:
            return None
        if indent <= MAX_DEPTH:
            kept.append(ProfiledLine(indent, float(duration), frame))
    return tuple(kept) if isinstance(lines, list) else None


def _decoded(column: dict[str, list[Any]]) -> list[Any]:
    return [column["values"][code] for code in column["codes"]]


def _mean(text: Any) -> float | None:
    """Return the mean of the load of each processor, such as "[7.5, 0.0]"."""
    loads = [float(each) for each in _NUMBER.findall(text)] if isinstance(text, str) else []
    return min(sum(loads) / len(loads), 100.0) if loads else None


def _used(text: Any) -> float | None:
    """Return the share of memory in use, of a text such as "svmem(total=8, percent=41.0)"."""
    found = _USED.search(text) if isinstance(text, str) else None
    return min(float(found[1]), 100.0) if found else None
