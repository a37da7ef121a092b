"""Reads Flask-MonitoringDashboard 2.1 and newer through the exporter.

Calls are read by id, so that each is read exactly once. Two things need care:

- With several writers an id can become visible later than a larger one. So the ids that are
  missing among the newest are remembered, and looked for again.
- The database may be reset or restored from a backup, and ids may begin anew. So the last call
  read is always read once more: if it is not the same, or if no id is that large any more,
  reading starts over, without the calls that are no newer than what was read already.
"""

from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from flask_monitoring_dashboard_client.calls import CallColumns, CallPage, MonitorRule
from flask_monitoring_dashboard_client.cleaning import RawCalls, clean, times_from_microseconds
from flask_monitoring_dashboard_client.routes import Routes
from flask_monitoring_dashboard_client.rules import parse_rules
from pydash_http import InvalidResponse

MAX_LIMIT = 50_000
LATE_IDS = 1_000
"""How far behind the largest id a missing one is still looked for."""

Ids = NDArray[np.int64]


@dataclass(frozen=True)
class Position:
    """How far the calls have been read.

    :param last_id: the largest id read, 0 before the first.
    :param last_time: the time of that call (µs since 1970).
    :param newest: the latest time read (µs since 1970), None before the first.
    :param missing: ranges of ids, first and last, that may still become visible.
    :param not_before: calls up to this time (µs since 1970) were read in another way.
    """

    last_id: int = 0
    last_time: int | None = None
    newest: int | None = None
    missing: tuple[tuple[int, int], ...] = ()
    not_before: int | None = None

    @classmethod
    def from_cursor(cls, cursor: dict[str, Any] | None) -> "Position":
        """Read a cursor; one of another dialect tells only up to when calls were read."""
        if cursor is None:
            return cls()
        if cursor["dialect"] != ExporterDialect.name:
            return cls(newest=cursor["newest"], not_before=cursor["newest"])
        fields = {name: cursor[name] for name in cls.__dataclass_fields__}
        return cls(**{**fields, "missing": tuple(map(tuple, cursor["missing"]))})

    def to_cursor(self) -> dict[str, Any]:
        """Return what `from_cursor` reads, fit to be stored as JSON."""
        missing = [list(ids) for ids in self.missing]
        return {"dialect": ExporterDialect.name, **asdict(self), "missing": missing}

    @property
    def missing_ids(self) -> Ids:
        """The single ids that may still become visible."""
        ranges = [np.arange(first, last + 1) for first, last in self.missing]
        return np.concatenate([np.empty(0, np.int64), *ranges])

    @property
    def reread_from(self) -> int:
        """The smallest id that is of interest, though it is not larger than the last."""
        return min([self.last_id, *(first for first, _ in self.missing)])


@dataclass(frozen=True)
class _Answered:
    """A page as the exporter gave it."""

    ids: Ids
    columns: CallColumns
    fit: NDArray[np.bool_]
    has_more: bool
    last_id: int

    def is_continuation_of(self, position: Position) -> bool:
        """Tell whether this comes from the database that `position` was reached in."""
        if self.last_id < position.last_id:
            return False
        anchor = np.flatnonzero(self.ids == position.last_id)
        return not len(anchor) or self.times[anchor[0]] == position.last_time

    @property
    def times(self) -> Ids:
        """µs since 1970."""
        return self.columns.time.view(np.int64)


class ExporterDialect:
    """One way of talking: by ids, in pages, to a reader who shows the token."""

    name: ClassVar = "exporter"

    def __init__(self, routes: Routes) -> None:
        self._routes = routes

    def monitor_rules(self) -> list[MonitorRule]:
        """Return the endpoints that the app has."""
        content = self._routes.json("get_json_monitor_rules")
        return parse_rules(content.get("data"))

    def fetch_page(self, cursor: dict[str, Any] | None, limit: int) -> CallPage:
        """Return the calls that come after a cursor; see `RemoteDashboard.fetch_page`."""
        position = Position.from_cursor(cursor)
        answered = self._ask(position, limit)
        if answered.is_continuation_of(position):
            return _page(answered, position, _gap_notice(answered, position))
        start = Position(newest=position.newest, not_before=position.newest)
        return _page(self._ask(start, limit), start, RESET_NOTICE)

    def _ask(self, position: Position, limit: int) -> _Answered:
        after_id = max(position.reread_from - 1, 0)
        reread = position.last_id - after_id
        query = f"after_id={after_id}&limit={min(limit + reread, MAX_LIMIT)}&format=columns"
        answered = _parse(self._routes.json("get_json_data", query))
        is_unordered = np.any(np.diff(answered.ids, prepend=after_id) <= 0)
        is_stuck = answered.has_more and not np.any(answered.ids > position.last_id)
        if is_unordered or is_stuck:
            raise InvalidResponse("The dashboard gave calls in an order that cannot be.")
        return answered


def _parse(content: dict[str, Any]) -> _Answered:
    try:
        data = content["data"]
        raw = RawCalls(
            endpoint=_decoded(data["endpoint"]),
            duration=data["duration"],
            time=times_from_microseconds(data["time_requested"]),
            version=_decoded(data["version_requested"]),
            group_by=_decoded(data["group_by"]),
            ip=_decoded(data["ip"]),
            status_code=data["status_code"],
        )
        ids = np.array(data["id"], dtype=np.int64)
        columns, fit = clean(raw, datetime.now(UTC))
        answered = _Answered(ids, columns, fit, content["has_more"] is True, content["last_id"])
    except (KeyError, IndexError, TypeError, ValueError, OverflowError) as error:
        raise InvalidResponse("The calls in the answer of the dashboard cannot be read.") from error
    if ids.shape != fit.shape or type(answered.last_id) is not int:
        raise InvalidResponse("The calls in the answer of the dashboard cannot be read.")
    return answered


def _decoded(column: dict[str, list[Any]]) -> list[Any]:
    values = column["values"]
    return [values[code] for code in column["codes"]]


RESET_NOTICE = (
    "The monitoring database of the app was reset or replaced. What had been fetched before is "
    "kept, and newer calls are fetched from now on."
)


def _gap_notice(answered: _Answered, position: Position) -> str | None:
    newer = answered.ids[answered.ids > position.last_id]
    if not position.last_id or not len(newer):
        return None
    lost = int(newer[0]) - position.last_id - 1
    if lost <= LATE_IDS:
        return None
    return f"Up to {lost:,} calls were deleted in the app before they could be fetched."


def _page(answered: _Answered, position: Position, notice: str | None) -> CallPage:
    ids, times = answered.ids, answered.times
    new = (ids > position.last_id) | np.isin(ids, position.missing_ids)
    set_aside = int(np.count_nonzero(new & ~answered.fit))
    new &= answered.fit
    if position.not_before is not None:
        new &= times > position.not_before
    after = _advanced(position, answered, times[new])
    return CallPage(
        columns=answered.columns.select(new),
        cursor=after.to_cursor(),
        has_more=answered.has_more,
        set_aside=set_aside,
        notice=notice,
        remaining=max(answered.last_id - after.last_id, 0) if answered.has_more else 0,
    )


def _advanced(position: Position, answered: _Answered, new_times: Ids) -> Position:
    """Return where reading is to go on."""
    newest = _latest(position.newest, new_times)
    if not np.any(answered.ids > position.last_id):
        return replace(position, newest=newest, missing=_missing(position, answered.ids))
    return replace(
        position,
        last_id=int(answered.ids[-1]),
        last_time=int(answered.times[-1]),
        newest=newest,
        missing=_missing(position, answered.ids),
    )


def _latest(newest: int | None, times: Ids) -> int | None:
    if not len(times):
        return newest
    return max(int(times.max()), newest if newest is not None else int(times[0]))


def _missing(position: Position, ids: Ids) -> tuple[tuple[int, int], ...]:
    """Find the ids that are not there yet, among the newest."""
    if not len(ids):
        return position.missing
    last_id = max(position.last_id, int(ids[-1]))
    passed = np.arange(max(position.last_id + 1, last_id - LATE_IDS), last_id)
    candidates = np.concatenate([position.missing_ids, passed])
    return _ranges(np.setdiff1d(candidates[candidates >= last_id - LATE_IDS], ids))


def _ranges(ids: Ids) -> tuple[tuple[int, int], ...]:
    """Write ascending ids as ranges.

    >>> _ranges(np.array([3, 4, 5, 9]))
    ((3, 5), (9, 9))
    """
    parts = np.split(ids, np.flatnonzero(np.diff(ids) > 1) + 1)
    return tuple((int(part[0]), int(part[-1])) for part in parts if len(part))
