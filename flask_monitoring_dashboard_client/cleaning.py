"""Converts the data sent by a monitored app into valid columns.

Monitored apps are not under PyDash's control. A clock may be wrong, a database edited by hand or a
server hostile. Each call with one of these invalid values is set aside:

- a duration that is not a number, negative, infinite, or longer than a day;
- a time that is invalid, before 2000, or more than a day in the future;
- an endpoint that is empty or not text; a version, group or address that is neither text nor null.

Control characters in text are replaced with U+FFFD. Text of more than 250 characters is shortened
to its beginning and a hash of the whole, so that different texts remain different. A missing value
becomes empty. The text "None" is a missing value only where FMD writes it so, see `none_as_null`.
An invalid status code becomes 0, which means unknown.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

import numpy as np
from numpy.typing import NDArray

from flask_monitoring_dashboard_client.calls import CallColumns
from pydash_http import InvalidResponse

MAX_TEXT = 250
HASH_DIGITS = 16
MAX_MS = 86_400_000.0
EARLIEST = np.datetime64("2000-01-01", "us")
DAY = np.timedelta64(1, "D")

# C0, C1, line separators, text direction marks, and lone surrogates.
_UNPRINTABLE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]"
)
_TIME = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d{6})?", re.ASCII)


@dataclass(frozen=True)
class RawCalls:
    """Calls as received, one list per field, each value of any JSON type.

    :param time: parsed times (UTC), NaT where invalid.
    """

    endpoint: Sequence[Any]
    duration: Sequence[Any]
    time: NDArray[np.datetime64]
    version: Sequence[Any]
    group_by: Sequence[Any]
    ip: Sequence[Any]
    status_code: Sequence[Any]


def clean(raw: RawCalls, now: datetime) -> tuple[CallColumns, NDArray[np.bool_]]:
    """Convert raw calls to columns, and return which calls are valid.

    :param now: the current time (UTC); calls more than a day later are invalid.
    :raises InvalidResponse: if the fields differ in length.
    """
    lengths = {len(getattr(raw, name)) for name in raw.__dataclass_fields__}
    if len(lengths) != 1:
        raise InvalidResponse("The columns of the response differ in length.")
    texts = [clean_texts(column) for column in (raw.version, raw.group_by, raw.ip)]
    endpoint = clean_texts(raw.endpoint)
    duration = numbers(raw.duration)
    status_code = numbers(raw.status_code)
    latest = np.datetime64(now.replace(tzinfo=None), "us") + DAY
    valid = (duration >= 0) & (duration <= MAX_MS) & (raw.time >= EARLIEST) & (raw.time <= latest)
    valid &= np.array([bool(name) for name in endpoint], dtype=bool)
    for column in texts:
        if None in column:
            valid &= np.array([text is not None for text in column], dtype=bool)
    is_known = (status_code >= 100) & (status_code < 600)
    columns = CallColumns(
        endpoint=[name or "" for name in endpoint],
        execution_time=duration,
        time=raw.time,
        version=[text or "" for text in texts[0]],
        group_by=[text or "" for text in texts[1]],
        ip=[text or "" for text in texts[2]],
        status_code=np.where(is_known, status_code, 0).astype(np.int16),
    )
    return columns, valid


def clean_text(value: Any) -> str | None:
    r"""Return a printable text; None if the value is neither text nor null.

    >>> clean_text("so\x00 far"), clean_text("None"), clean_text(None), clean_text(7)
    ('so\ufffd far', 'None', '', None)
    """
    if value is None:
        return ""
    if not isinstance(value, str):
        return None
    if len(value) > MAX_TEXT:
        whole = sha256(value.encode("utf-8", "surrogatepass")).hexdigest()
        value = f"{value[: MAX_TEXT - HASH_DIGITS - 1]}…{whole[:HASH_DIGITS]}"
    return _UNPRINTABLE.sub("\ufffd", value)


def none_as_null(values: Sequence[Any]) -> list[Any]:
    """Replace the text "None", where it is FMD's notation for a missing value.

    >>> none_as_null(["None", "ada"])
    [None, 'ada']
    """
    return [None if value == "None" else value for value in values]


def clean_texts(values: Sequence[Any]) -> list[str | None]:
    """Clean a column of texts. Most of them repeat, so each is cleaned only once."""
    values = _replace_other_types(values, {str, type(None)}, 0)
    cleaned = {value: clean_text(value) for value in set(values)}
    return [cleaned[value] for value in values]


def numbers(values: Sequence[Any]) -> NDArray[np.float64]:
    """Return an array of numbers, NaN where a value is not a number.

    >>> numbers([1, 2.5, None, "7", True, 10**400])
    array([1. , 2.5, nan, nan, nan, nan])
    """
    values = _replace_other_types(values, {int, float}, np.nan)
    try:
        return np.array(values, dtype=np.float64)
    except OverflowError:
        return np.array(_convert_each(float, values, np.nan), dtype=np.float64)


def times_from_microseconds(values: Sequence[Any]) -> NDArray[np.datetime64]:
    """Return an array of times, given as µs since 1970; NaT where invalid.

    >>> times_from_microseconds([1_500_000, None])
    array(['1970-01-01T00:00:01.500000',                        'NaT'],
          dtype='datetime64[us]')
    """
    nat = np.iinfo(np.int64).min
    values = _replace_other_types(values, {int}, nat)
    try:
        return np.array(values, dtype=np.int64).view("datetime64[us]")
    except OverflowError:
        in_range = [value if abs(value) < 2**63 else nat for value in values]
        return np.array(in_range, dtype=np.int64).view("datetime64[us]")


def times_from_texts(values: Sequence[Any]) -> NDArray[np.datetime64]:
    """Return an array of times, given in the format of `str(datetime)`; NaT where invalid.

    Such a text has no fraction if the fraction is zero.

    >>> times_from_texts(["2018-05-01 00:00:00", "2018-05-01 00:00:00.250000", "None"])
    array(['2018-05-01T00:00:00.000000', '2018-05-01T00:00:00.250000',
                                  'NaT'], dtype='datetime64[us]')
    """
    matches = _TIME.fullmatch
    texts = [value if type(value) is str and matches(value) else "NaT" for value in values]
    try:
        return np.array(texts, dtype="datetime64[us]")
    except ValueError:  # the 31st of February
        nat = np.datetime64("NaT", "us")
        times = _convert_each(lambda text: np.datetime64(text, "us"), texts, nat)
        return np.array(times, dtype="datetime64[us]")


def _replace_other_types(
    values: Sequence[Any], types: set[type], replacement: Any
) -> Sequence[Any]:
    """Replace values that are not of the given types; fast if all are."""
    if set(map(type, values)) <= types:
        return values
    return [value if type(value) in types else replacement for value in values]


def _convert_each(convert: Callable[[Any], Any], values: Sequence[Any], fallback: Any) -> list[Any]:
    converted = []
    for value in values:
        try:
            converted.append(convert(value))
        except (ValueError, OverflowError):
            converted.append(fallback)
    return converted
