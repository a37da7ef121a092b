"""The models of dashboards: their settings and their state."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, RootModel

from pydash_cube.vocabulary import CallField
from pydash_web.models.common import Answer, Body, Message, Name, Query, Token, Url
from pydash_web.models.statistic import Aggregates, Filter

State = Literal[
    "not_initialized",
    "initialized_endpoints",
    "initialize_endpoints_failure",
    "initialized_endpoint_calls",
    "initialize_endpoint_calls_failure",
    "fetched_endpoint_calls",
    "fetch_endpoint_calls_failure",
]


class Connection(Body):
    """The address of a dashboard, and what its requests need."""

    url: Url
    token: Token
    headers: dict[str, str] = Field(
        default={},
        description="Extra request headers, for a server in front of the app: at most 10,"
        " with 8,000 characters together. With `Authorization` among them, the token is sent as"
        " `X-PyDash-Token`.",
    )


class NewDashboard(Connection):
    """A dashboard to add."""

    name: Name
    monitor_downtime: bool = False


class DashboardSettings(Body):
    """The settings of a dashboard; omitted ones stay as they are."""

    name: Name | None = None
    url: Url | None = None
    token: Token | None = None
    headers: dict[str, str | None] | None = Field(
        default=None,
        description="Extra request headers to set; null removes one, omitted ones stay as they"
        " are.",
    )
    monitor_downtime: bool | None = None
    retention: Annotated[int, Field(ge=1, le=36_500)] | None = Field(
        default=None, description="Days to keep raw requests; null keeps them forever."
    )

    @property
    def has_new_connection(self) -> bool:
        """Whether there is something new to test: an address, a token or headers."""
        return (self.url, self.token, self.headers) != (None, None, None)


class EndpointSettings(Body):
    """Whether an endpoint is hidden in lists; its requests count either way."""

    hidden: bool


class EndpointInfo(Answer):
    """An endpoint of a dashboard."""

    name: str
    enabled: bool = Field(description="Whether the app monitors it.")
    hidden: bool = Field(description="Whether the user has hidden it.")


class DashboardSummary(Answer):
    """Key figures of today (UTC)."""

    visits_today: int
    p50: float | None = Field(description="Median execution time today, in ms.")
    p95: float | None = Field(description="95th percentile of the execution time today, in ms.")
    error_rate: float | None = Field(
        description="Share of today's requests with a 5xx response; null if unknown."
    )
    sparkline: list[int] = Field(
        description="Requests per hour of the last 24 hours, oldest first."
    )


class ImportProgress(Answer):
    """The progress of the import of earlier requests."""

    fraction: float | None = Field(description="From 0 to 1; null while the total is unknown.")
    calls: int = Field(description="Requests imported so far.")
    seconds_left: float | None = Field(description="Estimated from the rate so far.")


class Notice(Answer):
    """Information about the data, such as a gap because requests were deleted at the source."""

    time: datetime
    text: str


class ReachedLimit(Answer):
    """A field with more distinct values than are stored by name."""

    field: CallField
    limit: int = Field(description="So many values are stored by name.")
    name: str = Field(
        description="The name of all further values together. Their requests count in every total;"
        " numbers of distinct values are lower bounds."
    )


class DashboardInfo(Answer):
    """A dashboard as the overview shows it."""

    id: UUID
    name: str
    url: str
    header_names: list[str] = Field(
        description="The names of the extra request headers; their values are never returned."
    )
    monitor_downtime: bool
    retention: int | None = Field(description="Days to keep raw requests; null keeps them forever.")
    state: State
    error: str | None = Field(description="Why the last fetch failed; null if it succeeded.")
    http_status: int | None = Field(description="The HTTP status that it failed with, if any.")
    last_fetch_time: datetime | None
    fmd_version: str | None
    default_token: bool = Field(description="Whether it still has the well-known default token.")
    set_aside: int = Field(
        description="Requests that are not counted because a value is implausible: a time before"
        " 2000 or more than a day ahead, a negative duration or one of more than a day, or no"
        " endpoint."
    )
    notices: list[Notice] = Field(description="The oldest first.")
    limits_reached: list[ReachedLimit] = Field(
        description="The fields with more distinct values than are stored by name."
    )
    progress: ImportProgress | None = Field(description="Null once the import is complete.")
    downtime_percentage: float | None = Field(
        description="Of the last 90 days; null if uptime is not monitored."
    )
    endpoints: list[EndpointInfo] = Field(description="By name, only the first 100.")
    next_endpoint: str | None = Field(
        description="The endpoint at which the next page begins; null if there are no more."
    )
    summary: DashboardSummary


class EndpointRange(Query):
    """Which endpoints to list."""

    start: Filter | None = Field(default=None, description="The first one, by name.")
    limit: Annotated[int, Field(ge=1, le=1000)] = 1000


class DetailedEndpointRange(Query):
    """Which endpoints to list, with their statistics."""

    start: Filter | None = Field(default=None, description="The first one, by name.")
    limit: Annotated[int, Field(ge=1, le=100)] = 100


class Endpoints(Answer):
    """Endpoints of a dashboard."""

    endpoints: list[EndpointInfo] = Field(description="By name.")
    next_endpoint: str | None = Field(
        description="The endpoint at which the next page begins; null if there are no more."
    )


class Dashboards(RootModel[list[DashboardInfo]]):
    """The user's dashboards, by name."""


class EndpointDetails(EndpointInfo):
    """An endpoint with its statistics over all time."""

    aggregates: Aggregates


class DashboardDetails(DashboardInfo):
    """A dashboard with its statistics, and those of each endpoint, over all time."""

    aggregates: Aggregates
    endpoints: list[EndpointDetails]  # type: ignore[assignment]


class DashboardMessage(Message):
    """What was done, and the changed dashboard."""

    dashboard: DashboardInfo


class EndpointMessage(Message):
    """What was done, and the changed endpoint."""

    endpoint: EndpointInfo


Step = Literal["reachable", "dashboard", "exporter", "token"]


class ProbeStep(Answer):
    """One requirement for fetching a dashboard."""

    step: Step
    ok: bool | None = Field(description="Null if it was not tested because an earlier step failed.")
    message: str


class Probe(Answer):
    """The result of a connection test, step by step."""

    ok: bool
    steps: list[ProbeStep]
    url: str | None = Field(description="The URL of the dashboard, as it will be stored.")
    fmd_version: str | None
    total_requests: int | None
    first_request: datetime | None
    default_token: bool = Field(description="Whether it still has the well-known default token.")


class Progress(Answer):
    """The progress of the import, and the error that stops it."""

    state: State
    fraction: float | None
    calls: int
    seconds_left: float | None
    error: str | None


class Outage(Answer):
    """A period in which the app did not respond."""

    start: datetime
    end: datetime | None = Field(
        description="Null while it is ongoing. If pinging stopped, when the last ping was sent."
    )
    seconds: float


class Downtime(Answer):
    """The outages of an app; an ongoing one counts up to now.

    Time without pings, longer than three intervals, counts neither as up nor as down.
    """

    monitor_downtime: bool
    downtime_intervals: list[Outage]
    downtime_percentage: float | None = Field(
        description="Of the time in which the app was pinged, 0 to 100; null without pings."
    )
    total_downtimes: dict[date, float] = Field(description="Seconds per day.")
    latency: dict[date, float] = Field(
        description="Mean response time of pings per day, in ms; days without pings are omitted."
    )
