"""Reads Flask-MonitoringDashboard 2.1 and newer through the exporter.

Calls are read by ID, so that each is read exactly once. Two cases need care:

- With several writers, an ID can become visible after a larger one. The IDs that are missing among
  the newest are therefore remembered and requested again.
- The database may be reset, replaced or restored from a backup, and its IDs may start over. The
  last call is therefore always read again. If it differs, if no ID is that large any more, or if
  the database has another ID, reading starts over, without the calls that are not newer than those
  read before.

Replicas of an app with separate databases look the same. Before reading starts over, a few requests
with new connections therefore find out whether the other database still responds as well.
"""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from functools import partial
from typing import Any, ClassVar, NamedTuple

import numpy as np
from numpy.typing import NDArray

from flask_monitoring_dashboard_client.calls import CallColumns, CallPage, MonitorRule
from flask_monitoring_dashboard_client.cleaning import (
    RawCalls,
    clean,
    clean_text,
    none_as_null,
    times_from_microseconds,
)
from flask_monitoring_dashboard_client.errors import SeveralDatabases
from flask_monitoring_dashboard_client.exceptions import parse_exceptions
from flask_monitoring_dashboard_client.kinds import KindPage
from flask_monitoring_dashboard_client.performance import (
    parse_graphs,
    parse_outliers,
    parse_profiles,
)
from flask_monitoring_dashboard_client.routes import Routes
from flask_monitoring_dashboard_client.rules import parse_rules
from pydash_http import InvalidResponse, ResponseTooLarge

MAX_LIMIT = 50_000
MAX_ROWS = 1_000
"""The maximum number of rows of a page that are not calls."""

MIN_LIMIT = 100
"""The number of calls that always fit into a response."""

LATE_IDS = 1_000
"""The maximum distance from the largest ID at which a missing ID is still requested."""

IDENTITY_CHECKS = 8
"""The number of consecutive requests that must reach the same database to be the only one."""

RESET_NOTICE = (
    "The monitoring database of the app was reset or replaced. Data fetched before is kept, and "
    "newer calls are fetched from now on."
)

Ids = NDArray[np.int64]


class Kind(NamedTuple):
    """What the exporter offers besides calls, if the app lets it.

    :param parse: parses the columns of a page at the current time; None for each invalid row.
    :param late_ids: like `LATE_IDS`. Rows that are missing are requested with all that follow.
    """

    parse: Callable[[dict[str, Any], datetime], list[Any]]
    late_ids: int


KINDS: Mapping[str, Kind] = {
    "exceptions": Kind(parse_exceptions, LATE_IDS),
    "outliers": Kind(parse_outliers, 100),
    # By the IDs of their requests, of which an app may profile only few.
    "profiles": Kind(parse_profiles, 200),
    "graphs": Kind(parse_graphs, LATE_IDS),
}


@dataclass(frozen=True)
class Position:
    """The position up to which calls have been read.

    :param last_id: largest ID read, 0 before the first.
    :param last_time: time of that call (µs since 1970).
    :param newest: latest time read (µs since 1970), None before the first.
    :param missing: ranges of IDs, first and last, that may still become visible.
    :param not_before: calls up to this time (µs since 1970) were read in another way.
    :param database: ID of the database, None if unknown.
    :param is_shared: whether other databases responded as well.
    """

    last_id: int = 0
    last_time: int | None = None
    newest: int | None = None
    missing: tuple[tuple[int, int], ...] = ()
    not_before: int | None = None
    database: str | None = None
    is_shared: bool = False

    @classmethod
    def from_cursor(cls, cursor: dict[str, Any] | None) -> "Position":
        """Return the position of a cursor. The cursor of another dialect contains only a time."""
        if cursor is None:
            return cls()
        if cursor["dialect"] != ExporterDialect.name:
            return cls(newest=cursor["newest"], not_before=cursor["newest"])
        # Cursors stored by earlier versions lack some fields.
        fields = {name: cursor[name] for name in cls.__dataclass_fields__ if name in cursor}
        return cls(**{**fields, "missing": tuple(map(tuple, cursor["missing"]))})

    def to_cursor(self) -> dict[str, Any]:
        """Return the input of `from_cursor`, JSON-compatible."""
        missing = [list(ids) for ids in self.missing]
        return {"dialect": ExporterDialect.name, **asdict(self), "missing": missing}

    @property
    def missing_ids(self) -> Ids:
        """The individual IDs that may still become visible."""
        ranges = [np.arange(first, last + 1) for first, last in self.missing]
        return np.concatenate([np.empty(0, np.int64), *ranges])

    @property
    def first_id(self) -> int:
        """The smallest ID to request, because missing IDs and the last one are read again."""
        return min([self.last_id, *(first for first, _ in self.missing)])

    def advanced(self, page: "IdPage", new_times: Ids, late_ids: int = LATE_IDS) -> "Position":
        """Return the position after a page, given the times of its new rows.

        :param late_ids: the distance from the largest ID at which a missing ID is still requested.
        """
        times = new_times.tolist() if self.newest is None else [self.newest, *new_times.tolist()]
        last_id = max([self.last_id, *page.ids[-1:].tolist()])
        missing = self.missing
        if len(page.ids):
            skipped = np.arange(max(self.last_id + 1, last_id - late_ids), last_id)
            candidates = np.concatenate([self.missing_ids, skipped])
            recent = candidates[candidates >= last_id - late_ids]
            missing = _ranges(np.setdiff1d(recent, page.ids))
        return Position(
            last_id=last_id,
            last_time=int(page.times[-1]) if last_id > self.last_id else self.last_time,
            # A call from the future must not hide later ones after a reset.
            newest=min(max(times), page.now) if times else None,
            missing=missing,
            not_before=self.not_before,
            database=page.database or self.database,
        )


@dataclass(frozen=True, kw_only=True)
class IdPage:
    """A page of rows that have IDs and times, as returned by the exporter.

    :param ids: the IDs of its rows, ascending.
    :param times: the times of its rows (µs since 1970).
    :param has_more: whether there are rows after these.
    :param last_id: largest ID in the database, 0 if it is empty.
    :param database: ID of the database, None if the exporter is too old to report it.
    :param now: current time of the app (µs since 1970).
    """

    ids: Ids
    times: Ids
    has_more: bool
    last_id: int
    database: str | None
    now: int

    def continues(self, position: Position) -> bool:
        """Return whether this page is from the database in which `position` was reached."""
        if self.last_id < position.last_id:
            return False
        if position.database is not None and self.database not in (None, position.database):
            return False
        anchor = np.flatnonzero(self.ids == position.last_id)
        return not len(anchor) or self.times[anchor[0]] == position.last_time

    def new_since(self, position: Position) -> NDArray[np.bool_]:
        """Return which rows were not read when `position` was reached."""
        return (self.ids > position.last_id) | np.isin(self.ids, position.missing_ids)

    def deleted_since(self, position: Position) -> int:
        """Return how many IDs between `position` and the next row do not exist."""
        later = self.ids[self.ids > position.last_id]
        return int(later[0]) - position.last_id - 1 if position.last_id and len(later) else 0


@dataclass(frozen=True, kw_only=True)
class Page(IdPage):
    """A page of calls.

    :param columns: its calls.
    :param valid: which of them are valid.
    """

    columns: CallColumns
    valid: NDArray[np.bool_]

    @classmethod
    def parse(cls, content: dict[str, Any], limit: int) -> "Page":
        """Parse a response.

        :param limit: maximum number of calls.
        :raises InvalidResponse: if it is not a page.
        """
        try:
            data = content["data"]
            groups = _decoded(data["group_by"], limit)
            if len(data["id"]) > limit:
                raise InvalidResponse("The response has more calls than were requested.")
            raw = RawCalls(
                endpoint=_decoded(data["endpoint"], limit),
                duration=data["duration"],
                time=times_from_microseconds(data["time_requested"]),
                version=_decoded(data["version_requested"], limit),
                group_by=groups if content.get("has_null_groups") else none_as_null(groups),
                ip=_decoded(data["ip"], limit),
                status_code=data["status_code"],
            )
            ids = np.array(data["id"], dtype=np.int64)
            now = datetime.now(UTC)
            columns, valid = clean(raw, now)
            page = cls(
                ids=ids,
                times=columns.time.view(np.int64),
                columns=columns,
                valid=valid,
                **_position(content, now),
            )
        except (KeyError, IndexError, TypeError, ValueError, OverflowError) as error:
            raise InvalidResponse("The calls in the response are invalid.") from error
        if ids.shape != valid.shape:
            raise InvalidResponse("The calls in the response are invalid.")
        return page


@dataclass(frozen=True, kw_only=True)
class RowPage(IdPage):
    """A page of rows of a kind.

    :param rows: None for each that is invalid.
    """

    rows: list[Any]

    @classmethod
    def parse(cls, kind: str, content: dict[str, Any]) -> "RowPage":
        """Parse a response.

        :raises InvalidResponse: if it is not a page.
        """
        try:
            data = content["data"]
            now = datetime.now(UTC)
            ids = np.array(data["id"] if data else [], dtype=np.int64)
            if len(ids) > MAX_ROWS:
                raise InvalidResponse("The response has more rows than were requested.")
            rows = KINDS[kind].parse(data, now) if data else []
            return cls(
                ids=ids,
                times=times_from_microseconds(data["time"]).view(np.int64) if data else ids,
                rows=rows,
                **_position(content, now),
            )
        except (
            *(AttributeError, KeyError, IndexError, TypeError, ValueError, OverflowError),
        ) as error:
            raise InvalidResponse(f"The {kind} in the response are invalid.") from error


class ExporterDialect:
    """The dialect of the exporter, which serves pages by ID to readers with the token."""

    name: ClassVar = "exporter"

    def __init__(self, routes: Routes) -> None:
        self._routes = routes

    def monitor_rules(self) -> list[MonitorRule]:
        """Return the endpoints of the app."""
        content = self._routes.json("get_json_monitor_rules")
        return parse_rules(content.get("data"))

    def fetch_page(self, cursor: dict[str, Any] | None, limit: int) -> CallPage:
        """Return the calls after a cursor; see `RemoteDashboard.fetch_page`."""
        position, notice, is_reset = Position.from_cursor(cursor), None, False
        if position.is_shared:
            if self._is_shared(position):
                raise SeveralDatabases
            position = replace(position, is_shared=False)
        page = self._request(position, limit)
        if not page.continues(position):
            if self._is_shared(position):
                # The cursor is stored, so the next fetch does not depend on which one responds.
                cursor = replace(position, is_shared=True).to_cursor()
                return CallPage(page.columns.select(page.ids < 0), cursor, has_more=True)
            position = Position(newest=position.newest, not_before=position.newest)
            page, notice, is_reset = self._request(position, limit), RESET_NOTICE, True
        new = page.new_since(position)
        deleted = page.deleted_since(position)
        if deleted > LATE_IDS:
            notice = f"Up to {deleted:,} calls were deleted in the app before PyDash read them."
        set_aside = int(np.count_nonzero(new & ~page.valid))
        new &= page.valid
        if position.not_before is not None:
            new &= page.times > position.not_before
        after = position.advanced(page, page.times[new])
        return CallPage(
            columns=page.columns.select(new),
            cursor=after.to_cursor(),
            has_more=page.has_more,
            set_aside=set_aside,
            notice=notice,
            remaining=max(page.last_id - after.last_id, 0) if page.has_more else 0,
            is_reset=is_reset,
        )

    def fetch_kind(self, kind: str, cursor: dict[str, Any] | None) -> KindPage:
        """Return the rows of a kind after a cursor; see `RemoteDashboard.fetch_kind`."""
        position = Position.from_cursor(cursor)
        request = partial(self._request_rows, kind)
        page = request(position)
        if not page.continues(position):
            if self._is_shared(position, request):
                raise SeveralDatabases
            position = Position(newest=position.newest, not_before=position.newest)
            page = request(position)
        is_new = page.new_since(position)
        if position.not_before is not None:
            is_new &= page.times > position.not_before
        new = [page.rows[i] for i in np.flatnonzero(is_new)]
        valid = [each for each in new if each is not None]
        is_valid = np.array([each is not None for each in page.rows], dtype=bool)
        after = position.advanced(page, page.times[is_new & is_valid], KINDS[kind].late_ids)
        return KindPage(
            rows=valid,
            cursor=after.to_cursor(),
            has_more=page.has_more,
            set_aside=len(new) - len(valid),
        )

    def _request_rows(self, kind: str, position: Position) -> RowPage:
        """Request rows until one is new, as a page may end before that."""
        after_id, pages = max(position.first_id - 1, 0), []
        while True:
            query = f"after_id={after_id}&limit={MAX_ROWS}&format=columns"
            page = RowPage.parse(kind, self._routes.json(f"get_json_{kind}", query))
            if np.any(np.diff(page.ids, prepend=after_id) <= 0):
                raise InvalidResponse(f"The {kind} in the response are out of order.")
            pages.append(page)
            last = int(page.ids[-1]) if len(page.ids) else after_id
            if not page.has_more or last > position.last_id:
                break
            if last == after_id:
                raise InvalidResponse(f"The {kind} in the response are out of order.")
            after_id = last
        return replace(
            page,
            ids=np.concatenate([each.ids for each in pages]),
            times=np.concatenate([each.times for each in pages]),
            rows=[row for each in pages for row in each.rows],
        )

    def _is_shared(
        self, position: Position, request: Callable[[Position], IdPage] | None = None
    ) -> bool:
        """Return whether requests with new connections reach more than one database.

        :param request: requests a page; by default, one of calls.
        """
        found = set()
        for _ in range(IDENTITY_CHECKS):
            self._routes.session.close()
            page = request(position) if request else self._request(position, 1)
            found.add((page.database, page.continues(position)))
            if len(found) > 1:
                return True
        return False

    def _request(self, position: Position, limit: int) -> Page:
        after_id = max(position.first_id - 1, 0)
        reread = position.last_id - after_id
        while True:
            size = min(limit + reread, MAX_LIMIT)
            query = f"after_id={after_id}&limit={size}&format=columns"
            try:
                page = Page.parse(self._routes.json("get_json_data", query), size)
                break
            except ResponseTooLarge:
                if limit <= MIN_LIMIT:
                    raise
            limit //= 4
        is_unordered = np.any(np.diff(page.ids, prepend=after_id) <= 0)
        is_stuck = page.has_more and not np.any(page.ids > position.last_id)
        if is_unordered or is_stuck:
            raise InvalidResponse("The calls in the response are out of order.")
        return page


def _position(content: dict[str, Any], now: datetime) -> dict[str, Any]:
    """Return what every page says about the database, in the fields of `IdPage`."""
    last_id = content["last_id"]
    if type(last_id) is not int or abs(last_id) >= 2**63:
        raise ValueError("last_id")
    return {
        "has_more": content["has_more"] is True,
        "last_id": last_id,
        "database": clean_text(content.get("database_id")) or None,
        "now": int(np.int64(int(content.get("now", now.timestamp() * 1_000_000)))),
    }


def _decoded(column: dict[str, list[Any]], limit: int) -> list[Any]:
    values = column["values"]
    return [values[code] for code in column["codes"][:limit]]


def _ranges(ids: Ids) -> tuple[tuple[int, int], ...]:
    """Return ascending IDs as ranges.

    >>> _ranges(np.array([3, 4, 5, 9]))
    ((3, 5), (9, 9))
    """
    parts = np.split(ids, np.flatnonzero(np.diff(ids) > 1) + 1)
    return tuple((int(part[0]), int(part[-1])) for part in parts if len(part))
