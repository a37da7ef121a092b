"""Reads Flask-MonitoringDashboard 1.10 to 2.0 through its own export routes.

Calls have no ids there and can only be asked for by time, in whole seconds. A call may be stored
a moment after the time it bears, and clocks are put back. So the last minute (where times are
local, the last hour: summer time ends) is read again each time, and matched as a multiset with
what was read before: a call is neither lost nor counted twice, even if it equals another.
"""

from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import numpy as np
import requests
from numpy.typing import NDArray

from flask_monitoring_dashboard_client.calls import CallPage, MonitorRule
from flask_monitoring_dashboard_client.cleaning import RawCalls, clean, times_from_texts
from flask_monitoring_dashboard_client.overlap import Seen, remembered, trimmed, unseen
from flask_monitoring_dashboard_client.routes import Routes, parse_json, refuse
from flask_monitoring_dashboard_client.rules import MAX_RULES, parse_rules
from flask_monitoring_dashboard_client.signed import signed_rows
from pydash_http import ResponseTooLarge

MAX_SKEW = 3_600
"""By how many seconds a server's clock may differ from the one in its answers."""

MAX_WINDOWS = 64
WIDEST = 100 * 365 * 86_400
DAY = 86_400


@dataclass(frozen=True)
class Versions:
    """How one line of versions talks.

    :param name: the versions.
    :param fields: what it calls endpoint, duration, time and version of a call.
    :param has_upper_bound: whether calls up to a time can be asked for.
    :param overlap: how many seconds are read again.
    :param is_local: whether times are the server's local ones instead of UTC.
    """

    name: str
    fields: tuple[str, str, str, str] = ("endpoint", "execution_time", "time", "version")
    has_upper_bound: bool = True
    overlap: int = 60
    is_local: bool = False


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
class Position:
    """How far the calls have been read. Seconds are since 1970 as the server's times have it.

    :param after: calls up to this second are never asked for again.
    :param seen: the calls read that are later, as counts of fingerprints by second.
    :param newest: the latest time read (µs since 1970, UTC), None before the first.
    :param window: how many seconds are asked for at once, while there is much to read.
    :param total: how many calls there were at the start, if that was told.
    :param read: how many calls have been read.
    :param utc_offset: seconds by which the server's times are ahead of UTC, once known.
    :param not_before: calls up to this time (µs since 1970, UTC) were read in another way.
    """

    after: int = 0
    seen: Seen = field(default_factory=dict)
    newest: int | None = None
    window: int = WIDEST
    total: int | None = None
    read: int = 0
    utc_offset: int | None = None
    not_before: int | None = None

    @classmethod
    def from_cursor(cls, cursor: dict[str, Any], dialect: str) -> "Position":
        """Read a cursor; one of another dialect tells only up to when calls were read."""
        if cursor["dialect"] != dialect:
            return cls(newest=cursor["newest"], not_before=cursor["newest"])
        return cls(**{name: cursor[name] for name in cls.__dataclass_fields__})

    def seen_past(self, upto: int | None) -> Seen:
        """Return what was read past a window: not asked for now, it cannot be forgotten yet."""
        if upto is None:
            return {}
        return {second: marks for second, marks in self.seen.items() if int(second) > upto}

    def to_cursor(self, dialect: str) -> dict[str, Any]:
        """Return what `from_cursor` reads, fit to be stored as JSON."""
        return {"dialect": dialect, **asdict(self)}


@dataclass(frozen=True)
class _Window:
    """What was asked for, and the rows that came.

    :param upto: the last second asked for, None if there was no bound.
    :param rows: the calls, as they came.
    :param stored: their times, as the server's clock had it.
    :param now: what the server took for the present, on the same clock.
    """

    upto: int | None
    rows: list[dict[str, Any]]
    stored: NDArray[np.datetime64]
    now: int

    @property
    def seconds(self) -> list[int]:
        """The second that each call falls into."""
        seconds: list[int] = self.stored.astype("datetime64[s]").astype(np.int64).tolist()
        return seconds


class LegacyDialect:
    """One way of talking: by time, to anyone; the token proves who answers, not who asks."""

    def __init__(self, routes: Routes, versions: Versions) -> None:
        self._routes, self._versions = routes, versions
        self._names: list[Any] = []

    @property
    def name(self) -> str:
        """The versions of Flask-MonitoringDashboard that talk like this."""
        return self._versions.name

    def monitor_rules(self) -> list[MonitorRule]:
        """Return the endpoints that the app has."""
        offset = self._find_utc_offset() if self._versions.is_local else None
        return parse_rules(self._rows("get_json_monitor_rules"), offset or 0)

    def fetch_page(self, cursor: dict[str, Any] | None, limit: int) -> CallPage:
        """Return the calls that come after a cursor; see `RemoteDashboard.fetch_page`."""
        position = Position.from_cursor(cursor, self.name) if cursor else Position()
        if not position.after:
            position = self._start(position, limit)
        for _ in range(MAX_WINDOWS):
            position, window = self._ask(position)
            new = unseen(window.rows, window.seconds, position.seen)
            if new.any() or window.upto is None:
                return self._page(position, window, new, limit)
            position = self._past(position, window, window.upto)
        raise ResponseTooLarge("The dashboard has more calls in a moment than PyDash can read.")

    def details(self) -> dict[str, Any]:
        """Return what the deployment tells of itself; nothing if it cannot, as 1.11 when empty."""
        answer = self._routes.answer("get_json_details")
        if answer.status_code == 500:
            return {}
        if answer.status_code != 200:
            refuse(answer)
        details = parse_json(answer.content)
        return details if isinstance(details, dict) else {}

    def _start(self, position: Position, limit: int) -> Position:
        """Choose how much to ask for at once, from how much there is."""
        details = self.details()
        first = _whole_number(details.get("first-request", details.get("first_request")))
        total = _whole_number(details.get("total-requests"))
        if first is None or first < 0:
            return position
        # Where times are local, what is told is the call stored first, not always the earliest.
        # Elsewhere it is wrong by the server's distance to UTC.
        after = 0 if self._versions.is_local else max(first - DAY, 0)
        span = int(datetime.now(UTC).timestamp()) - after
        window = span * limit // total if total and total > limit else WIDEST
        return replace(position, after=after, window=max(window, self._narrowest), total=total)

    @property
    def _narrowest(self) -> int:
        return 2 * self._versions.overlap

    def _ask(self, position: Position) -> tuple[Position, _Window]:
        """Ask for a window, a narrower one if it is too much for one answer."""
        while True:
            left = int(datetime.now(UTC).timestamp()) - position.after
            is_bounded = self._versions.has_upper_bound and position.window < left
            upto = position.after + position.window if is_bounded else None
            try:
                return self._read(position, upto)
            except ResponseTooLarge:
                narrower = min(position.window, left) // 2
                if not self._versions.has_upper_bound or narrower < self._narrowest:
                    raise
                position = replace(position, window=narrower)

    def _read(self, position: Position, upto: int | None) -> tuple[Position, _Window]:
        bounds = f"/{position.after}" + (f"/{upto}" if upto is not None else "")
        answer = self._routes.get("get_json_data" + bounds)
        rows = signed_rows(answer, self._routes.token)
        if rows and self._versions.is_local and position.utc_offset is None:
            position = replace(position, utc_offset=self._find_utc_offset())
        stored = self._stored_times(rows)
        # The lower bound is part of the answer of some versions.
        later = ~(stored <= np.datetime64(position.after, "s"))
        rows = [rows[i] for i in np.flatnonzero(later).tolist()]
        here = int(_server_time(answer).timestamp()) + (position.utc_offset or 0)
        return position, _Window(upto, rows, stored[later], here)

    def _stored_times(self, rows: list[dict[str, Any]]) -> NDArray[np.datetime64]:
        return times_from_texts([row.get(self._versions.fields[2]) for row in rows])

    def _rows(self, route: str) -> list[dict[str, Any]]:
        return signed_rows(self._routes.get(route), self._routes.token)

    def _find_utc_offset(self) -> int | None:
        """Find by how many seconds the server's times are ahead of UTC.

        FMD 1.11 tells when its first call was, in UTC, and the first call itself bears its local
        time. FMD 1.10 does not tell, so its times have to be taken as they are.
        """
        first = _whole_number(self.details().get("first_request"))
        if first is None:
            return None
        rows = self._earliest(max(first - DAY, 0), first + DAY)
        local = self._stored_times(rows).astype("datetime64[s]").astype(np.int64)
        for ahead in (local - first).tolist():
            # All clocks of the world differ by quarters of an hour.
            if ahead % 900 == 0:
                return int(ahead)
        return None

    def _earliest(self, start: int, end: int) -> list[dict[str, Any]]:
        """Return the calls between two seconds, or the earlier ones if these are too many."""
        try:
            return self._rows(f"get_json_data/{start}/{end}")
        except ResponseTooLarge:
            middle = (start + end) // 2
            if middle == start:
                raise
            return self._earliest(start, middle) or self._earliest(middle, end)

    def _past(self, position: Position, window: _Window, upto: int) -> Position:
        """Go on from the end of a window that has nothing new, to a wider one."""
        after = min(upto, window.now - MAX_SKEW) - self._versions.overlap
        after = max(position.after, after)
        seen = remembered(window.rows, window.seconds, after) | position.seen_past(window.upto)
        return replace(position, after=after, seen=seen, window=min(position.window * 2, WIDEST))

    def _page(
        self, position: Position, window: _Window, new: NDArray[np.bool_], limit: int
    ) -> CallPage:
        offset = np.timedelta64(position.utc_offset or 0, "s")
        columns, fit = clean(self._raw(window, window.stored - offset), datetime.now(UTC))
        set_aside = int(np.count_nonzero(new & ~fit))
        new = new & fit
        if position.not_before is not None:
            new &= columns.time > np.datetime64(position.not_before, "us")
        after = self._advanced(position, window, fit, int(np.count_nonzero(new)), limit)
        has_more = window.upto is not None
        return CallPage(
            columns=columns.select(new),
            cursor=after.to_cursor(self.name),
            has_more=has_more,
            set_aside=set_aside,
            notice=self._notice(position, after),
            remaining=_remaining(after) if has_more else 0,
        )

    def _raw(self, window: _Window, utc: NDArray[np.datetime64]) -> RawCalls:
        endpoint, duration, _, version = self._versions.fields
        rows = window.rows
        endpoints = [row.get(endpoint) for row in rows]
        return RawCalls(
            endpoint=self._named(endpoints) if endpoint == "endpoint_id" else endpoints,
            duration=[row.get(duration) for row in rows],
            time=utc,
            version=[row.get(version) for row in rows],
            group_by=[row.get("group_by") for row in rows],
            ip=[row.get("ip") for row in rows],
            status_code=[None] * len(rows),
        )

    def _named(self, ids: list[Any]) -> list[Any]:
        """Give the names of endpoint ids: the endpoints in the order in which they were added."""
        ids = [each if type(each) is int and 0 < each <= MAX_RULES else None for each in ids]
        if max(filter(None, ids), default=0) > len(self._names):
            rules = self._rows("get_json_monitor_rules")
            rules.sort(key=lambda rule: str(rule.get("time_added")))
            self._names = [rule.get("name") for rule in rules]
        names = dict(enumerate(self._names, start=1))
        return [None if each is None else names.get(each, f"endpoint {each}") for each in ids]

    def _advanced(
        self, position: Position, window: _Window, fit: NDArray[np.bool_], read: int, limit: int
    ) -> Position:
        """Return where reading is to go on."""
        width = _next_width(position.window, len(window.rows), limit, window.upto is not None)
        position = replace(position, read=position.read + read, window=max(width, self._narrowest))
        if not fit.any():
            return position
        newest = int(window.stored[fit].max().astype(np.int64))
        # Never past the server's present: a call from the future must not hide the ones to come.
        until = min(newest // 1_000_000, window.now)
        after = max(position.after, until - self._versions.overlap)
        read_again = remembered(window.rows, window.seconds, after)
        seen, after = trimmed(read_again | position.seen_past(window.upto), after)
        newest_utc = newest - (position.utc_offset or 0) * 1_000_000
        latest = newest_utc if position.newest is None else max(newest_utc, position.newest)
        return replace(position, after=after, seen=seen, newest=latest)

    def _notice(self, position: Position, after: Position) -> str | None:
        is_first = position.newest is None and after.newest is not None
        if self._versions.is_local and is_first and position.utc_offset is None:
            return LOCAL_TIME_NOTICE
        return None


LOCAL_TIME_NOTICE = (
    "This version of Flask-MonitoringDashboard stores its server's local time and does not tell "
    "its time zone. Times are shown as if they were UTC."
)


def _server_time(answer: requests.Response) -> datetime:
    """Return the time of a response (UTC): the server's, or PyDash's if it does not state one."""
    try:
        stated = parsedate_to_datetime(answer.headers["date"])
    except (KeyError, ValueError):
        return datetime.now(UTC)
    return stated.astimezone(UTC) if stated.tzinfo else stated.replace(tzinfo=UTC)


def _next_width(width: int, rows: int, limit: int, is_bounded: bool) -> int:
    """Aim at windows with about as many calls as are wanted at once."""
    if is_bounded and rows > limit:
        return width * limit // rows
    return min(width * 2, WIDEST) if rows < limit // 2 else width


def _remaining(position: Position) -> int | None:
    return None if position.total is None else max(position.total - position.read, 0)


def _whole_number(value: Any) -> int | None:
    is_usable = type(value) in (int, float) and abs(value) < 2**40
    return int(value) if is_usable else None
