"""Reads the errors that were logged last."""

import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

# Of each file, at most this much of its end is read (bytes).
MAX_TAIL = 256 * 1024
MAX_FILES = 7
_LINE = re.compile(r"(?P<time>\d{4}-\S+Z) (?:ERROR|CRITICAL) (?P<source>\S+): (?P<message>.*)")


class LoggedError(NamedTuple):
    """An error in the log.

    :ivar time: when it was logged (UTC).
    :ivar source: the name of the logger.
    :ivar message: the message with its fields, without the traceback.
    """

    time: datetime
    source: str
    message: str


def recent_errors(directory: Path, limit: int) -> list[LoggedError]:
    """Return the errors that all processes logged to a directory last, the latest first.

    :param directory: the directory of the dated files.
    :param limit: the maximum number.
    """
    found: list[LoggedError] = []
    for path in sorted(directory.glob("????-??-??.log"), reverse=True)[:MAX_FILES]:
        found += reversed(list(_errors(path)))
        if len(found) >= limit:
            break
    return found[:limit]


def _errors(path: Path) -> Iterator[LoggedError]:
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - MAX_TAIL))
        # The first line may be the rest of one.
        lines = file.read(MAX_TAIL).decode(errors="replace").splitlines()
    for line in lines:
        if match := _LINE.fullmatch(line):
            yield LoggedError(datetime.fromisoformat(match["time"]), match["source"], match[3])
