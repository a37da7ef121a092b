"""The exceptions of a monitored app, as the exporter returns them.

One with a group that is none, or with an invalid value as in `kinds`, is set aside.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_monitoring_dashboard_client.kinds import (
    Frame,
    RemoteRequest,
    check_lengths,
    long_text,
    parse_requests,
    parse_stack,
    parse_texts,
)

MAX_MESSAGE = 2_048
_GROUP = re.compile(r"\d{1,3}-[0-9a-f]{32}", re.ASCII)


@dataclass(frozen=True, slots=True)
class RemoteException(RemoteRequest):
    """An exception that was raised while a request was served.

    :param captured: whether the app caught it.
    :param group: the fault that it belongs to.
    :param stack: outermost frame first.
    """

    captured: bool
    type: str
    message: str
    group: str
    stack: tuple[Frame, ...]


def parse_exceptions(data: dict[str, Any], now: datetime) -> list[RemoteException | None]:
    """Parse the columns of a page; None for each exception that is invalid.

    :param now: the current time (UTC); exceptions more than a day later are invalid.
    :raises InvalidResponse: if the columns differ in length.
    """
    stacks = [parse_stack(stack) for stack in data["stack"]["values"]]
    messages = data["message"]
    columns: list[Sequence[Any]] = [
        data["captured"],
        parse_texts(data["type"]),
        [long_text(messages["values"][code], MAX_MESSAGE) for code in messages["codes"]],
        parse_texts(data["group"]),
        [stacks[code] for code in data["stack"]["codes"]],
    ]
    check_lengths(data, columns)
    names = ("captured", "type", "message", "group", "stack")
    return [
        None
        if request is None
        or None in values
        or type(values[0]) is not bool
        or not _GROUP.fullmatch(values[3])
        else RemoteException(**request, **dict(zip(names, values, strict=True)))
        for request, values in zip(
            parse_requests(data, now), zip(*columns, strict=True), strict=True
        )
    ]
