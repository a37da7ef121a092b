"""The progress of fetching a dashboard, and its last failure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum
from types import MappingProxyType
from typing import Any

from persistent import Persistent

MAX_NOTICES = 20
ENDPOINTS_INTERVAL = timedelta(minutes=15)


class DashboardState(Enum):
    """The state of fetching a dashboard.

    - ``not_initialized``: newly added, nothing fetched yet;
    - ``initialized_endpoints``: the endpoints are known, and the history is being fetched;
    - ``initialize_endpoints_failure``: fetching the endpoints failed and is retried;
    - ``initialized_endpoint_calls``: the history is complete, new calls are fetched from now on;
    - ``initialize_endpoint_calls_failure``: fetching the history failed and is retried from
      where it stopped;
    - ``fetched_endpoint_calls``: the last attempt fetched new calls;
    - ``fetch_endpoint_calls_failure``: fetching new calls failed and is retried.
    """

    not_initialized = 0
    initialized_endpoints = 10
    initialize_endpoints_failure = 11
    initialized_endpoint_calls = 20
    initialize_endpoint_calls_failure = 21
    fetched_endpoint_calls = 30
    fetch_endpoint_calls_failure = 31

    @property
    def is_failure(self) -> bool:
        """Whether the last attempt failed."""
        return self in _FAILURES.values()

    @property
    def has_history(self) -> bool:
        """Whether all calls from before the dashboard was added have been fetched."""
        return self.value >= DashboardState.initialized_endpoint_calls.value and (
            self is not DashboardState.initialize_endpoint_calls_failure
        )

    @property
    def has_endpoints(self) -> bool:
        """Whether the endpoints have been fetched."""
        return self.value >= DashboardState.initialized_endpoints.value and (
            self is not DashboardState.initialize_endpoints_failure
        )

    def failed(self) -> "DashboardState":
        """Return the state after a failed attempt to leave this one.

        >>> DashboardState.initialized_endpoints.failed().name
        'initialize_endpoint_calls_failure'
        >>> DashboardState.fetched_endpoint_calls.failed().name
        'fetch_endpoint_calls_failure'
        """
        return _FAILURES.get(self, self)

    def fetched_page(self, *, has_more: bool) -> "DashboardState":
        """Return the state after a page of calls was stored.

        >>> DashboardState.initialized_endpoints.fetched_page(has_more=True).name
        'initialized_endpoints'
        >>> DashboardState.initialized_endpoints.fetched_page(has_more=False).name
        'initialized_endpoint_calls'
        >>> DashboardState.fetch_endpoint_calls_failure.fetched_page(has_more=False).name
        'fetched_endpoint_calls'
        """
        if self.has_history:
            return DashboardState.fetched_endpoint_calls
        if has_more:
            return DashboardState.initialized_endpoints
        return DashboardState.initialized_endpoint_calls


_FAILURES = {
    DashboardState.not_initialized: DashboardState.initialize_endpoints_failure,
    DashboardState.initialized_endpoints: DashboardState.initialize_endpoint_calls_failure,
    DashboardState.initialized_endpoint_calls: DashboardState.fetch_endpoint_calls_failure,
    DashboardState.fetched_endpoint_calls: DashboardState.fetch_endpoint_calls_failure,
}


@dataclass(frozen=True, slots=True)
class FetchProgress:
    """The amount of data fetched since the dashboard was added.

    :ivar calls: calls fetched so far.
    :ivar set_aside: calls that are invalid and therefore not counted.
    :ivar remaining: calls not fetched yet; None if the remote side does not report it.
    :ivar seconds: time spent on the history so far.
    """

    calls: int = 0
    set_aside: int = 0
    remaining: int | None = None
    seconds: float = 0.0

    @property
    def total(self) -> int | None:
        """The final number of calls; None if unknown."""
        return None if self.remaining is None else self.calls + self.set_aside + self.remaining

    @property
    def fraction(self) -> float | None:
        """The completed share, 0 to 1; None if unknown.

        >>> FetchProgress(calls=30, remaining=10).fraction
        0.75
        """
        if self.total is None:
            return None
        return 1.0 if self.remaining == 0 else (self.calls + self.set_aside) / self.total

    @property
    def seconds_left(self) -> float | None:
        """The remaining time at the rate so far (s); None if unknown.

        >>> FetchProgress(calls=30, remaining=10, seconds=6.0).seconds_left
        2.0
        """
        done = self.calls + self.set_aside
        if self.remaining is None or (not done and self.remaining):
            return None
        return self.seconds * self.remaining / done if done else 0.0

    def plus(
        self, *, calls: int, set_aside: int, remaining: int | None, seconds: float
    ) -> "FetchProgress":
        """Return the progress after one more page."""
        return FetchProgress(
            self.calls + calls, self.set_aside + set_aside, remaining, self.seconds + seconds
        )


@dataclass(frozen=True, slots=True)
class RemoteInfo:
    """Details of the remote side of a dashboard.

    :ivar of_url: the dashboard's URL for which these details were determined.
    :ivar url: the base URL that responds, without trailing slash.
    :ivar dialect: the client's name for the protocol of the remote side.
    :ivar fmd_version: version of Flask-MonitoringDashboard, as text.
    :ivar default_token: whether it still uses the publicly known default token.
    """

    of_url: str
    url: str
    dialect: str
    fmd_version: str
    default_token: bool = False


@dataclass(frozen=True, slots=True)
class Notice:
    """A message to the user about the data: a gap, or a pruned or reset source."""

    time: datetime
    text: str


@dataclass(frozen=True, slots=True)
class FetchFailure:
    """The reason why the last attempt failed, and what to do about it."""

    message: str
    http_status: int | None = None
    consecutive: int = field(default=1)


class FetchingStatus(Persistent):
    """The fetching state of a dashboard, written only by the fetcher.

    It is a separate persistent object, so that storing a page of calls never conflicts with a user
    who changes the dashboard's settings.

    >>> from datetime import UTC, datetime
    >>> status = FetchingStatus()
    >>> status.failed(datetime(2026, 1, 1, tzinfo=UTC), "The app did not respond.")
    >>> status.state.name, status.error
    ('initialize_endpoints_failure', 'The app did not respond.')
    >>> remote = RemoteInfo("http://app", "http://app/dashboard", "exporter", "5.1.0")
    >>> status.found_endpoints(datetime(2026, 1, 1, 0, 1, tzinfo=UTC), remote)
    >>> status.state.name, status.error
    ('initialized_endpoints', None)
    """

    # For statuses stored before November 2026.
    overflow_names: Mapping[str, str] = MappingProxyType({})
    kinds: frozenset[str] = frozenset()
    """What the app exports besides calls, such as "exceptions"."""
    exporter_version: str = ""
    """The version of its exporter, empty if it has none."""

    def __init__(self) -> None:
        self.state = DashboardState.not_initialized
        self.failure: FetchFailure | None = None
        self.cursor: dict[str, Any] | None = None
        self.progress = FetchProgress()
        self.remote: RemoteInfo | None = None
        self.notices: tuple[Notice, ...] = ()
        self.last_fetch_time: datetime | None = None
        self.last_attempt_time: datetime | None = None
        self._endpoints_time: datetime | None = None

    @property
    def error(self) -> str | None:
        """The reason for the last failure; None if the last attempt succeeded."""
        return self.failure.message if self.failure else None

    @property
    def http_status(self) -> int | None:
        """The HTTP status of the last failure, if there was one."""
        return self.failure.http_status if self.failure else None

    def needs_endpoints(self, now: datetime) -> bool:
        """Return whether endpoints and details must be fetched: if unknown, outdated or failed."""
        if not self.state.has_endpoints or self.failure or self._endpoints_time is None:
            return True
        return not timedelta() <= now - self._endpoints_time < ENDPOINTS_INTERVAL

    def found_endpoints(
        self,
        now: datetime,
        remote: RemoteInfo,
        kinds: frozenset[str] = frozenset(),
        exporter_version: str = "",
    ) -> None:
        """Record that the endpoints were fetched, with the details of the remote side.

        :param kinds: what the app exports besides calls.
        :param exporter_version: empty if it has no exporter.
        """
        self.remote = remote
        self.kinds, self.exporter_version = kinds, exporter_version
        self._endpoints_time = self.last_attempt_time = now
        if not self.state.has_endpoints:
            self.state = DashboardState.initialized_endpoints
            self.failure = None

    def fetched_page(
        self,
        now: datetime,
        *,
        cursor: Mapping[str, Any],
        has_more: bool,
        progress: FetchProgress,
        notice: str | None = None,
        overflow_names: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        """Record that a page of calls was added to the dashboard.

        :param now: time of the fetch (UTC).
        :param cursor: where the next page starts.
        :param has_more: whether the remote side has more calls right now.
        :param progress: the progress including this page.
        :param notice: a message to the user.
        :param overflow_names: for each field with more distinct values than are stored, the name
            that stands for the others.
        """
        self.cursor = dict(cursor)
        self.progress = progress
        self.state = self.state.fetched_page(has_more=has_more)
        self.failure = None
        self.last_fetch_time = self.last_attempt_time = now
        if overflow_names != self.overflow_names:
            self.overflow_names = dict(overflow_names)
        if notice:
            self.notices = (*self.notices, Notice(now, notice))[-MAX_NOTICES:]

    def failed(self, now: datetime, message: str, http_status: int | None = None) -> None:
        """Record that an attempt failed. The next success leaves this state."""
        consecutive = self.failure.consecutive + 1 if self.failure else 1
        self.failure = FetchFailure(message, http_status, consecutive)
        self.state = self.state.failed()
        self.last_attempt_time = now
