"""The models of operations."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from pydash_web.models.common import ResponseBody


class Wheel(ResponseBody):
    """A wheel that can be installed with pip."""

    file: str
    sha256: str


class Exporter(ResponseBody):
    """The exporter that monitored apps install."""

    wheel: Wheel | None
    """None if PyDash runs from source code, and `make` has not built it."""


class Contact(ResponseBody):
    """Whom to ask for help."""

    contact: str | None = Field(description="An email address, a URL or any text.")


class ProcessInfo(ResponseBody):
    """A process of PyDash: the fetcher, or a web process.

    The first is the web process that responds; the others of the same `pydash up` follow.
    """

    name: Literal["web", "fetcher"]
    host: str
    pid: int | None
    alive: bool
    started: datetime | None
    last_seen: datetime | None = Field(description="The time of the last heartbeat.")
    peak_memory_bytes: int | None


class FetcherFigures(ResponseBody):
    """The figures of the fetcher's scheduler since it started."""

    tasks: int
    queue_length: int = Field(description="Tasks that are due and wait for a free process.")
    running: int
    runs: int
    failures: int
    timed_out: int
    lost: int = Field(description="Runs whose process died.")
    lag_p50: float = Field(description="Median delay of recent runs, in seconds.")
    lag_p99: float
    duration_p99: float


class LoggedErrorInfo(ResponseBody):
    """An error of PyDash itself."""

    time: datetime
    source: str
    message: str


class SystemInfo(ResponseBody):
    """The state of the installation."""

    version: str
    previous_version: str | None = Field(
        description="The version from which it was upgraded; null if it never was."
    )
    upgrade_command: str | None = Field(
        description="How to upgrade it; null if `/system/upgrade` does that."
    )
    processes: list[ProcessInfo]
    fetching: bool = Field(description="Whether a fetcher works.")
    fetcher: FetcherFigures
    dashboards: int
    waiting_mails: int
    database_bytes: int
    errors: list[LoggedErrorInfo] = Field(
        description="Those in the log of this machine, the latest first."
    )


class SystemSummary(ResponseBody):
    """What other installations may know about this one."""

    fetching: bool = Field(description="Whether a fetcher works.")
    minutes_since_last_call: float | None = Field(
        description="Since the last request that any dashboard has; null without requests."
    )


class Site(ResponseBody):
    """Another installation of PyDash."""

    name: str
    url: str
    up: bool
    error: str | None = Field(description="Why it is not up, or why its summary is unknown.")
    seconds: float = Field(description="Until it responded, or the request failed.")
    summary: SystemSummary | None = Field(description="Null without a token for the site.")


class Sites(ResponseBody):
    """The other installations, in the order of the configuration."""

    sites: list[Site]


class Status(ResponseBody):
    """Whether PyDash is alive and can read its database."""

    status: Literal["alive", "database failed"]

    def response_status(self) -> int:
        """Return 503 for clients that only check the status."""
        return 200 if self.status == "alive" else 503
