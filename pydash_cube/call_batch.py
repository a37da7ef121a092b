"""Calls in columns, as added to the cube and exported from it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pydash_cube import time_units

Texts = Sequence[object] | NDArray[Any]
_EARLIEST = np.datetime64("0001-01-01T00:00:00", "us")
_LATEST = np.datetime64("9999-12-31T23:59:59.999999", "us")


@dataclass(frozen=True)
class Call:
    """One call.

    :ivar execution_time: ms.
    :ivar time: an aware datetime.
    :ivar status_code: None if the source does not report it.
    """

    endpoint: str
    execution_time: float
    time: datetime
    version: str
    group_by: str
    ip: str
    status_code: int | None


@dataclass(frozen=True, eq=False)
class CallBatch:
    """Many calls in columns of the same length.

    :ivar endpoint: names of the endpoints.
    :ivar execution_time: float64, ms.
    :ivar time: datetime64[us], UTC.
    :ivar status_code: uint16; 0 where the source does not report it.
    """

    endpoint: list[str]
    execution_time: NDArray[np.float64]
    time: NDArray[np.datetime64]
    version: list[str]
    group_by: list[str]
    ip: list[str]
    status_code: NDArray[np.uint16]

    @classmethod
    def from_columns(
        cls,
        *,
        endpoint: Texts,
        execution_time: Sequence[float] | NDArray[Any],
        time: Sequence[datetime] | NDArray[np.datetime64],
        version: Texts,
        group_by: Texts,
        ip: Texts,
        status_code: Sequence[int | None] | NDArray[Any] | None = None,
    ) -> "CallBatch":
        """Return a batch of columns, which are lists or NumPy arrays with one entry per call.

        None becomes an empty string, which differs from the string "None".

        :param execution_time: ms.
        :param time: datetimes (naive ones are UTC) or ``datetime64`` in UTC.
        :param status_code: None or 0 where the source does not report it; None for no column.
        :raises ValueError: a column has a different length, or contains an invalid number, time or
            status. The message names the column.

        >>> batch = CallBatch.from_columns(
        ...     endpoint=["foo", "bar"], execution_time=[1, 2.5],
        ...     time=np.array(["2018-04-25T15:29:23", "2018-04-25T15:29:24"], "datetime64[us]"),
        ...     version=["1", "1"], group_by=[None, "ann"], ip=["127.0.0.1", "127.0.0.1"])
        >>> len(batch), batch.group_by
        (2, ['', 'ann'])
        """
        batch = cls(
            endpoint=_texts(endpoint),
            execution_time=np.asarray(execution_time, dtype=np.float64),
            time=_times(time),
            version=_texts(version),
            group_by=_texts(group_by),
            ip=_texts(ip),
            status_code=_status_codes(status_code, len(endpoint)),
        )
        if not np.isfinite(batch.execution_time).all():
            raise ValueError("execution_time: contains a value that is not a finite number")
        for name in ("execution_time", "time", "version", "group_by", "ip", "status_code"):
            if len(getattr(batch, name)) != len(batch):
                raise ValueError(f"{name}: must have as many values as endpoint")
        return batch

    @classmethod
    def from_calls(cls, calls: Iterable[Any]) -> "CallBatch":
        """Return a batch of single calls, which have the attributes of `Call`."""
        calls = list(calls)
        return cls.from_columns(
            endpoint=[call.endpoint for call in calls],
            execution_time=[call.execution_time for call in calls],
            time=[call.time for call in calls],
            version=[call.version for call in calls],
            group_by=[call.group_by for call in calls],
            ip=[call.ip for call in calls],
            status_code=[call.status_code for call in calls],
        )

    def __len__(self) -> int:
        return len(self.endpoint)

    def calls(self) -> Iterator[Call]:
        """Return the calls one by one."""
        columns = zip(
            self.endpoint,
            self.execution_time.tolist(),
            map(time_units.to_datetime, self.time.astype(np.int64)),
            self.version,
            self.group_by,
            self.ip,
            (status or None for status in self.status_code.tolist()),
            strict=True,
        )
        return (Call(*values) for values in columns)


def _texts(values: Texts) -> list[str]:
    items = values.tolist() if isinstance(values, np.ndarray) else values
    return [item if type(item) is str else "" if item is None else str(item) for item in items]


def _times(values: Sequence[datetime] | NDArray[np.datetime64]) -> NDArray[np.datetime64]:
    if not isinstance(values, np.ndarray):
        naive = [time_units.as_utc(time).replace(tzinfo=None) for time in values]
        values = np.array(naive, dtype="datetime64[us]")
    times = values.astype("datetime64[us]")
    if np.isnat(times).any():
        raise ValueError("time: contains a value that is not a time")
    if len(times) and not (times.min() >= _EARLIEST and times.max() <= _LATEST):
        raise ValueError("time: contains a value outside the years 1 to 9999")
    return times


def _status_codes(
    values: Sequence[int | None] | NDArray[Any] | None, length: int
) -> NDArray[np.uint16]:
    if values is None:
        return np.zeros(length, dtype=np.uint16)
    if not isinstance(values, np.ndarray):
        values = np.array([value or 0 for value in values], dtype=np.int64)
    if ((values != 0) & ((values < 100) | (values > 999))).any():
        raise ValueError("status_code: contains a value outside 100 to 999")
    return values.astype(np.uint16)
