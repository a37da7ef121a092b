"""Reads Flask-MonitoringDashboard 1.10 to 2.0 through its own export routes.

These calls have no IDs and are selected only by time, in whole seconds. A call may be stored later
than its time, and clocks may be set back. The last minute (or the last hour where times are local,
because daylight saving time ends) is therefore read again each time, and matched as a multiset with
the calls read before. No call is lost or counted twice, even if it equals another.
"""

from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import numpy as np
import requests
from numpy.typing import NDArray

from flask_monitoring_dashboard_client.calls import CallPage, MonitorRule
from flask_monitoring_dashboard_client.cleaning import (
    RawCalls,
    clean,
    none_as_null,
    times_from_texts,
)
from flask_monitoring_dashboard_client.overlap import Seen, remembered, trimmed, unseen
from flask_monitoring_dashboard_client.routes import Routes, parse_json, reject
from flask_monitoring_dashboard_client.rules import MAX_RULES, parse_rules
from flask_monitoring_dashboard_client.signed import signed_rows
from pydash_http import ResponseTooLarge

MAX_SKEW = 3_600
"""Maximum difference, in seconds, between a server's clock and the Date of its responses."""

MAX_WINDOWS = 64
MAX_WINDOW_SECONDS = 100 * 365 * 86_400
DAY = 86_400

LOCAL_TIME_NOTICE = (
    "This version of Flask-MonitoringDashboard stores its server's local time and does not report "
    "its time zone. Times are shown as if they were UTC."
)


@dataclass(frozen=True)
class Versions:
    """The dialect of a range of versions.

    :param name: the versions.
    :param fields: their names for the endpoint, duration, time and version of a call.
    :param has_upper_bound: whether calls up to a time can be selected.
    :param overlap: number of seconds that are read again.
    :param is_local: whether times are the server's local time instead of UTC.
    """

    name: str
    fields: tuple[str, str, str, str] = ("endpoint", "execution_time", "time", "version")
    has_upper_bound: bool = True
    overlap: int = 60
    is_local: bool = False

    @property
    def min_window(self) -> int:
        """Smallest number of seconds to select at once."""
        return 2 * self.overlap


LEGACY = {
    versions.name: versions
    for versions in (
        Versions("1.10", has_upper_bound=False, overlap=3_720, is_local=True),
        Versions("1.11", overlap=3_720, is_local=True),
        Versions("1.12"),
        Versions("2.0", ("endpoint_id", "duration", "time_requested", "version_requested")),
    )
}


@dataclass(frozen=True)
class Window:
    """The calls of a time range.

    :param upto: last second selected, None without an upper bound.
    :param rows: the calls, as received.
    :param stored: their times on the server's clock.
    :param now: current time of the server, on the same clock (seconds since 1970).
    """

    upto: int | None
    rows: list[dict[str, Any]]
    stored: NDArray[np.datetime64]
    now: int

    @property
    def seconds(self) -> list[int]:
        """The second of each call (since 1970)."""
        seconds: list[int] = self.stored.astype("datetime64[s]").astype(np.int64).tolist()
        return seconds

    def raw_calls(self, versions: Versions, endpoints: list[Any], utc_offset: int) -> RawCalls:
        """Return the fields of the calls, given their endpoints."""
        _, duration, _, version = versions.fields
        return RawCalls(
            endpoint=endpoints,
            duration=[row.get(duration) for row in self.rows],
            time=self.stored - np.timedelta64(utc_offset, "s"),
            version=none_as_null([row.get(version) for row in self.rows]),
            group_by=none_as_null([row.get("group_by") for row in self.rows]),
            ip=none_as_null([row.get("ip") for row in self.rows]),
            status_code=[None] * len(self.rows),
        )


@dataclass(frozen=True)
class Position:
    """The position up to which calls have been read. Seconds are since 1970, on the server's clock.

    :param after: calls up to this second are not requested again.
    :param seen: later calls that were read, as counts of fingerprints by second.
    :param newest: latest time read (µs since 1970, UTC), None before the first.
    :param window: number of seconds to select at once while much remains to be read.
    :param total: number of calls at the start, if reported.
    :param read: number of calls read.
    :param utc_offset: seconds by which the server's times are ahead of UTC, once known.
    :param not_before: calls up to this time (µs since 1970, UTC) were read in another way.
    """

    after: int = 0
    seen: Seen = field(default_factory=dict)
    newest: int | None = None
    window: int = MAX_WINDOW_SECONDS
    total: int | None = None
    read: int = 0
    utc_offset: int | None = None
    not_before: int | None = None

    @classmethod
    def from_cursor(cls, cursor: dict[str, Any] | None, dialect: str) -> "Position":
        """Return the position of a cursor. The cursor of another dialect contains only a time."""
        if cursor is None:
            return cls()
        if cursor["dialect"] != dialect:
            return cls(newest=cursor["newest"], not_before=cursor["newest"])
        return cls(**{name: cursor[name] for name in cls.__dataclass_fields__})

    def to_cursor(self, dialect: str) -> dict[str, Any]:
        """Return the input of `from_cursor`, JSON-compatible."""
        return {"dialect": dialect, **asdict(self)}

    def started(self, details: dict[str, Any], limit: int, versions: Versions) -> "Position":
        """Return the initial position, with a window for `limit` calls, given the details."""
        first = _whole_number(details.get("first-request", details.get("first_request")))
        total = _whole_number(details.get("total-requests"))
        if first is None or first < 0:
            return self
        # Where times are local, this is the first stored call, which may not be the earliest.
        # Elsewhere, it is wrong by the server's offset from UTC.
        after = 0 if versions.is_local else max(first - DAY, 0)
        span = int(datetime.now(UTC).timestamp()) - after
        window = span * limit // total if total and total > limit else MAX_WINDOW_SECONDS
        return replace(self, after=after, window=max(window, versions.min_window), total=total)

    def past_empty(self, window: Window, upto: int, overlap: int) -> "Position":
        """Return the position after a window without new calls, with a wider window."""
        after = max(self.after, min(upto, window.now - MAX_SKEW) - overlap)
        return replace(
            self,
            after=after,
            seen=self._seen_from(window, after),
            window=min(self.window * 2, MAX_WINDOW_SECONDS),
        )

    def advanced(
        self, window: Window, valid: NDArray[np.bool_], read: int, limit: int, versions: Versions
    ) -> "Position":
        """Return the position after a window of which `read` calls are new.

        The next window is chosen to contain about `limit` calls.
        """
        width, rows = self.window, len(window.rows)
        if rows > limit and window.upto is not None:
            width = width * limit // rows
        elif rows < limit // 2:
            width = min(width * 2, MAX_WINDOW_SECONDS)
        position = replace(self, read=self.read + read, window=max(width, versions.min_window))
        if not valid.any():
            seen, _ = trimmed(self._seen_from(window, self.after), self.after)
            return replace(position, seen=seen)
        newest = int(window.stored[valid].max().astype(np.int64))
        # Never past the server's time, because a call from the future must not hide later ones.
        until = min(newest // 1_000_000, window.now)
        after = max(self.after, until - versions.overlap)
        seen, after = trimmed(self._seen_from(window, after), after)
        # Nor for long after an upgrade of the app, when calls are read in another way.
        newest = min(newest, (window.now + MAX_SKEW) * 1_000_000)
        newest -= (self.utc_offset or 0) * 1_000_000
        latest = newest if self.newest is None else max(newest, self.newest)
        return replace(position, after=after, seen=seen, newest=latest)

    def _seen_from(self, window: Window, after: int) -> Seen:
        """Return the calls to match from the second `after` on."""
        seen = remembered(window.rows, window.seconds, after)
        if window.upto is not None:
            # Calls past the window were not requested now, so they cannot be forgotten yet.
            seen |= {sec: marks for sec, marks in self.seen.items() if int(sec) > window.upto}
        return seen


class LegacyDialect:
    """A dialect by time, for anyone. The token authenticates the server, not the client."""

    def __init__(self, routes: Routes, versions: Versions) -> None:
        self._routes, self._versions = routes, versions
        self._endpoints: list[Any] = []

    @property
    def name(self) -> str:
        """The versions of Flask-MonitoringDashboard with this dialect."""
        return self._versions.name

    def monitor_rules(self) -> list[MonitorRule]:
        """Return the endpoints of the app."""
        offset = self._find_utc_offset() if self._versions.is_local else None
        return parse_rules(self._rows("get_json_monitor_rules"), offset or 0)

    def fetch_page(self, cursor: dict[str, Any] | None, limit: int) -> CallPage:
        """Return the calls after a cursor; see `RemoteDashboard.fetch_page`."""
        position = Position.from_cursor(cursor, self.name)
        if not position.after:
            position = position.started(self.details(), limit, self._versions)
        for _ in range(MAX_WINDOWS):
            position, window = self._read_window(position)
            new = unseen(window.rows, window.seconds, position.seen)
            if new.any() or window.upto is None:
                return self._page(position, window, new, limit)
            position = position.past_empty(window, window.upto, self._versions.overlap)
        raise ResponseTooLarge("The app has more calls at one moment than PyDash can read.")

    def details(self) -> dict[str, Any]:
        """Return the details of the deployment; empty on failure, as in 1.11 without calls."""
        response = self._routes.request("get_json_details")
        if response.status_code == 500:
            return {}
        if response.status_code != 200:
            reject(response)
        details = parse_json(response.content)
        return details if isinstance(details, dict) else {}

    def _read_window(self, position: Position) -> tuple[Position, Window]:
        """Read a window, or a narrower one if it is too large for a response."""
        while True:
            left = int(datetime.now(UTC).timestamp()) - position.after
            is_bounded = self._versions.has_upper_bound and position.window < left
            upto = position.after + position.window if is_bounded else None
            try:
                return self._read(position, upto)
            except ResponseTooLarge:
                narrower = min(position.window, left) // 2
                if not self._versions.has_upper_bound or narrower < self._versions.min_window:
                    raise
                position = replace(position, window=narrower)

    def _read(self, position: Position, upto: int | None) -> tuple[Position, Window]:
        bounds = f"/{position.after}" + (f"/{upto}" if upto is not None else "")
        response = self._routes.get("get_json_data" + bounds)
        rows = signed_rows(response, self._routes.token)
        if rows and self._versions.is_local and position.utc_offset is None:
            position = replace(position, utc_offset=self._find_utc_offset())
        stored = self._stored_times(rows)
        # Some versions include the lower bound.
        later = ~(stored <= np.datetime64(position.after, "s"))
        rows = [rows[i] for i in np.flatnonzero(later).tolist()]
        now = int(_server_time(response).timestamp()) + (position.utc_offset or 0)
        return position, Window(upto, rows, stored[later], now)

    def _page(
        self, position: Position, window: Window, new: NDArray[np.bool_], limit: int
    ) -> CallPage:
        endpoints = self._endpoint_names([row.get(self._versions.fields[0]) for row in window.rows])
        raw = window.raw_calls(self._versions, endpoints, position.utc_offset or 0)
        columns, valid = clean(raw, datetime.now(UTC))
        set_aside = int(np.count_nonzero(new & ~valid))
        new = new & valid
        if position.not_before is not None:
            new &= columns.time > np.datetime64(position.not_before, "us")
        read = int(np.count_nonzero(new))
        after = position.advanced(window, valid, read, limit, self._versions)
        is_first = position.newest is None and after.newest is not None
        is_zone_unknown = self._versions.is_local and position.utc_offset is None
        remaining = None if after.total is None else max(after.total - after.read, 0)
        return CallPage(
            columns=columns.select(new),
            cursor=after.to_cursor(self.name),
            has_more=window.upto is not None,
            set_aside=set_aside,
            notice=LOCAL_TIME_NOTICE if is_first and is_zone_unknown else None,
            remaining=0 if window.upto is None else remaining,
        )

    def _endpoint_names(self, endpoints: list[Any]) -> list[Any]:
        """Replace the IDs of FMD 2.0, which are positions in order of creation, with names."""
        if self._versions.fields[0] != "endpoint_id":
            return endpoints
        ids = [each if type(each) is int and 0 < each <= MAX_RULES else None for each in endpoints]
        if max(filter(None, ids), default=0) > len(self._endpoints):
            rules = self._rows("get_json_monitor_rules")
            rules.sort(key=lambda rule: str(rule.get("time_added")))
            self._endpoints = [rule.get("name") for rule in rules]
        names = dict(enumerate(self._endpoints, start=1))
        return [None if each is None else names.get(each, f"endpoint {each}") for each in ids]

    def _find_utc_offset(self) -> int | None:
        """Return the number of seconds by which the server's times are ahead of UTC.

        FMD 1.11 reports the time of its first call in UTC, while the call itself has the local
        time. FMD 1.10 does not, so its times have to be used as they are.
        """
        first = _whole_number(self.details().get("first_request"))
        if first is None:
            return None
        rows = self._earliest(max(first - DAY, 0), first + DAY)
        local = self._stored_times(rows).astype("datetime64[s]").astype(np.int64)
        for ahead in (local - first).tolist():
            # All time zones differ by quarters of an hour.
            if ahead % 900 == 0:
                return int(ahead)
        return None

    def _earliest(self, start: int, end: int) -> list[dict[str, Any]]:
        """Return the calls between two seconds, or the earlier ones if there are too many."""
        try:
            return self._rows(f"get_json_data/{start}/{end}")
        except ResponseTooLarge:
            middle = (start + end) // 2
            if middle == start:
                raise
            return self._earliest(start, middle) or self._earliest(middle, end)

    def _stored_times(self, rows: list[dict[str, Any]]) -> NDArray[np.datetime64]:
        return times_from_texts([row.get(self._versions.fields[2]) for row in rows])

    def _rows(self, route: str) -> list[dict[str, Any]]:
        return signed_rows(self._routes.get(route), self._routes.token)


def _server_time(response: requests.Response) -> datetime:
    """Return the time of a response (UTC), by the server's clock or else by PyDash's."""
    try:
        stated = parsedate_to_datetime(response.headers["date"])
    except (KeyError, ValueError):
        return datetime.now(UTC)
    return stated.astimezone(UTC) if stated.tzinfo else stated.replace(tzinfo=UTC)


def _whole_number(value: Any) -> int | None:
    is_usable = type(value) in (int, float) and abs(value) < 2**40
    return int(value) if is_usable else None
