"""The models of dashboards: what the user sets, and how they are doing."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, RootModel

from pydash_web.models.common import Answer, Body, Message, Name, Token, Url
from pydash_web.models.statistic import Aggregates

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
    """Where a dashboard is, and its key."""

    url: Url
    token: Token


class NewDashboard(Body):
    """A dashboard to be added."""

    name: Name
    url: Url
    token: Token
    monitor_downtime: bool = False


class DashboardSettings(Body):
    """What may be changed of a dashboard; what is left out stays."""

    name: Name | None = None
    url: Url | None = None
    token: Token | None = None
    monitor_downtime: bool | None = None
    retention: Annotated[int, Field(ge=1, le=36_500)] | None = Field(
        default=None, description="Days that single calls are kept; null: for ever."
    )

    @property
    def has_new_connection(self) -> bool:
        """Whether there is a new address or token to test."""
        return self.url is not None or self.token is not None


class EndpointSettings(Body):
    """Whether an endpoint is left out of the lists; its calls count either way."""

    hidden: bool


class EndpointInfo(Answer):
    """An endpoint of a dashboard."""

    name: str
    enabled: bool = Field(description="Whether the app monitors it.")
    hidden: bool = Field(description="Whether the user does not want to see it.")


class DashboardSummary(Answer):
    """Today (UTC) in a few figures."""

    visits_today: int
    p50: float | None = Field(description="Median execution time today, in ms.")
    p95: float | None = Field(description="95th percentile of the execution time today, in ms.")
    error_rate: float | None = Field(
        description="Share of today's calls answered 5xx; null where it is not known."
    )
    sparkline: list[int] = Field(description="Visits in each of the last 24 hours, oldest first.")


class ImportProgress(Answer):
    """How far the import of the past has come."""

    fraction: float | None = Field(description="From 0 to 1; null while the total is unknown.")
    calls: int = Field(description="Calls imported so far.")
    seconds_left: float | None = Field(description="An estimate from the pace so far.")


class Notice(Answer):
    """Something to know about the data, such as a gap because calls were deleted at the source."""

    time: datetime
    text: str


class DashboardInfo(Answer):
    """A dashboard as the overview shows it."""

    id: UUID
    name: str
    url: str
    monitor_downtime: bool
    retention: int | None = Field(description="Days that single calls are kept; null: for ever.")
    state: State
    error: str | None = Field(description="Why the last fetch failed; null if it did not.")
    http_status: int | None = Field(description="The status it failed with, if it was one.")
    last_fetch_time: datetime | None
    fmd_version: str | None
    default_token: bool = Field(description="Whether it still has the token that everyone knows.")
    notices: list[Notice] = Field(description="The oldest first.")
    progress: ImportProgress | None = Field(description="Null once the past is imported.")
    downtime_percentage: float | None = Field(
        description="Of the last 90 days; null if it is not watched."
    )
    endpoints: list[EndpointInfo]
    summary: DashboardSummary


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
    """What was done, and the dashboard as it now is."""

    dashboard: DashboardInfo


class EndpointMessage(Message):
    """What was done, and the endpoint as it now is."""

    endpoint: EndpointInfo


Step = Literal["reachable", "dashboard", "exporter", "token"]


class ProbeStep(Answer):
    """One thing that has to be right before a dashboard can be read."""

    step: Step
    ok: bool | None = Field(description="Null: not tried, for an earlier step failed.")
    message: str


class Probe(Answer):
    """What was found at an address, step by step."""

    ok: bool
    steps: list[ProbeStep]
    url: str | None = Field(description="The dashboard's own address, as it will be stored.")
    fmd_version: str | None
    total_requests: int | None
    first_request: datetime | None
    default_token: bool = Field(description="Whether it still has the token that everyone knows.")


class Progress(Answer):
    """How far the import of the past has come, and what is in its way."""

    state: State
    fraction: float | None
    calls: int
    seconds_left: float | None
    error: str | None


class Outage(Answer):
    """A time in which the dashboard did not answer."""

    start: datetime
    end: datetime | None = Field(description="Null while it lasts.")
    seconds: float


class Downtime(Answer):
    """When the dashboard did not answer; an outage that lasts counts up to now."""

    monitor_downtime: bool
    downtime_intervals: list[Outage]
    downtime_percentage: float | None
    total_downtimes: dict[date, float] = Field(description="Seconds per day.")
    latency: dict[date, float] = Field(
        description="Mean time of an answered ping per day, in ms; without a ping, no day."
    )
