"""Turns what a remote dashboard sent into columns that can be counted on.

A monitored app is not under PyDash's control: a clock may be wrong, a database edited by hand, a
server hostile. A call with an absurd value is set aside, so that one bad row costs one row:

- an execution time that is no number, negative, infinite or longer than a day;
- a time that is none, before 2000 or more than a day in the future;
- an endpoint that is no text or empty; a version, group or address that is neither text nor null.

Texts are cut to 250 characters, and control characters in them become U+FFFD. The text "None", as
FMD stores a missing value, becomes empty. A status code that is none becomes 0, "not known".
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from flask_monitoring_dashboard_client.calls import CallColumns
from pydash_http import InvalidResponse

MAX_TEXT = 250
LONGEST_MS = 86_400_000.0
EARLIEST = np.datetime64("2000-01-01", "us")
DAY = np.timedelta64(1, "D")
NAT = np.datetime64("NaT", "us")

# C0, C1, line separators, what turns the direction of writing, and halves of surrogate pairs.
_UNPRINTABLE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]"
)
_TIME = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d{6})?", re.ASCII)


@dataclass(frozen=True)
class RawCalls:
    """Calls as they came, one list per field, each value of any type that JSON has.

    :param time: already parsed, NaT where it could not be; UTC.
    """

    endpoint: Sequence[Any]
    duration: Sequence[Any]
    time: NDArray[np.datetime64]
    version: Sequence[Any]
    group_by: Sequence[Any]
    ip: Sequence[Any]
    status_code: Sequence[Any]


def clean(raw: RawCalls, now: datetime) -> tuple[CallColumns, NDArray[np.bool_]]:
    """Make columns of raw calls, and tell which of them are fit to be counted.

    :param now: the present (UTC), from which on times are in the future.
    :raises InvalidResponse: if the fields are not of the same length.
    """
    lengths = {len(getattr(raw, name)) for name in raw.__dataclass_fields__}
    if len(lengths) != 1:
        raise InvalidResponse("The columns in the answer of the dashboard differ in length.")
    texts = [clean_texts(column) for column in (raw.version, raw.group_by, raw.ip)]
    endpoint = clean_texts(raw.endpoint)
    duration = numbers(raw.duration)
    status_code = numbers(raw.status_code)
    latest = np.datetime64(now.replace(tzinfo=None), "us") + DAY
    fit = (duration >= 0) & (duration <= LONGEST_MS) & (raw.time >= EARLIEST) & (raw.time <= latest)
    fit &= np.array([bool(name) for name in endpoint], dtype=bool)
    for column in texts:
        if None in column:
            fit &= np.array([text is not None for text in column], dtype=bool)
    known = (status_code >= 100) & (status_code < 600)
    columns = CallColumns(
        endpoint=[name or "" for name in endpoint],
        execution_time=duration,
        time=raw.time,
        version=[text or "" for text in texts[0]],
        group_by=[text or "" for text in texts[1]],
        ip=[text or "" for text in texts[2]],
        status_code=np.where(known, status_code, 0).astype(np.int16),
    )
    return columns, fit


def clean_text(value: Any) -> str | None:
    r"""Make a text fit to be shown; None if it is neither a text nor null.

    >>> clean_text("so\x00 far"), clean_text("None"), clean_text(None), clean_text(7)
    ('so\ufffd far', '', '', None)
    """
    if value is None or value == "None":
        return ""
    if not isinstance(value, str):
        return None
    return _UNPRINTABLE.sub("\ufffd", value[:MAX_TEXT])


def clean_texts(values: Sequence[Any]) -> list[str | None]:
    """Clean a column of texts. Most of them repeat, so each is cleaned only once."""
    values = _only(values, {str, type(None)}, 0)
    cleaned = {value: clean_text(value) for value in set(values)}
    return [cleaned[value] for value in values]


def numbers(values: Sequence[Any]) -> NDArray[np.float64]:
    """Make an array of numbers, NaN where there is none.

    >>> numbers([1, 2.5, None, "7", True, 10**400])
    array([1. , 2.5, nan, nan, nan, nan])
    """
    values = _only(values, {int, float}, np.nan)
    try:
        return np.array(values, dtype=np.float64)
    except OverflowError:
        return np.array([_number(value) for value in values], dtype=np.float64)


def times_from_microseconds(values: Sequence[Any]) -> NDArray[np.datetime64]:
    """Make an array of times from counts of µs since 1970, NaT where there is none.

    >>> times_from_microseconds([1_500_000, None])
    array(['1970-01-01T00:00:01.500000',                        'NaT'],
          dtype='datetime64[us]')
    """
    nothing = np.iinfo(np.int64).min  # is NaT
    values = _only(values, {int}, nothing)
    try:
        return np.array(values, dtype=np.int64).view("datetime64[us]")
    except OverflowError:
        inside = [value if abs(value) < 2**63 else nothing for value in values]
        return np.array(inside, dtype=np.int64).view("datetime64[us]")


def times_from_texts(values: Sequence[Any]) -> NDArray[np.datetime64]:
    """Make an array of times from texts as Python's `str(datetime)` gives, NaT where there is none.

    Such a text has no fraction when that is zero.

    >>> times_from_texts(["2018-05-01 00:00:00", "2018-05-01 00:00:00.250000", "None"])
    array(['2018-05-01T00:00:00.000000', '2018-05-01T00:00:00.250000',
                                  'NaT'], dtype='datetime64[us]')
    """
    texts = [value if _is_time(value) else "NaT" for value in values]
    try:
        return np.array(texts, dtype="datetime64[us]")
    except ValueError:  # the 31st of February
        return np.array([_time(text) for text in texts], dtype="datetime64[us]")


def _only(values: Sequence[Any], types: set[type], instead: Any) -> Sequence[Any]:
    """Replace what is not of the given types; quick when all are."""
    if set(map(type, values)) <= types:
        return values
    return [value if type(value) in types else instead for value in values]


def _number(value: float) -> float:
    try:
        return float(value)
    except OverflowError:
        return np.nan


_is_time: Callable[[Any], bool] = lambda value: (  # noqa: E731 - typed, and called a million times
    type(value) is str and _TIME.fullmatch(value) is not None
)


def _time(text: str) -> np.datetime64:
    try:
        return np.datetime64(text, "us")
    except ValueError:
        return NAT
