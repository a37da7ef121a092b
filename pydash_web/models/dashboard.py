"""The models of dashboards: their settings and their state."""

from datetime import date, datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import AfterValidator, Field, RootModel, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from pydash_app.dashboard.entity import Availability
from pydash_cube.vocabulary import CallField
from pydash_http import FailureKind
from pydash_web.models.common import (
    PRINTABLE,
    Body,
    Message,
    Name,
    Query,
    ResponseBody,
    Token,
    Url,
)
from pydash_web.models.dates import Timezone
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
    """The address of a dashboard, its token and its extra request headers."""

    url: Url
    token: Token
    headers: dict[str, str] = Field(
        default={},
        description="Extra request headers, such as for a proxy in front of the app. At most 10,"
        " with 8,000 characters in total. If they include `Authorization`, the token is sent as"
        " `X-PyDash-Token`.",
    )


class NewDashboard(Connection):
    """A dashboard to add."""

    name: Name
    monitor_downtime: bool = False


# No comma, which separates tags in a text field.
Tag = Annotated[
    str,
    StringConstraints(
        min_length=1,
        max_length=32,
        strip_whitespace=True,
        to_lower=True,
        pattern=PRINTABLE.replace("[^", "[^,"),
    ),
]
Tags = Annotated[
    list[Tag], Field(max_length=10), AfterValidator(lambda tags: list(dict.fromkeys(tags)))
]


class DashboardSettings(Body):
    """The settings of a dashboard; omitted settings remain unchanged."""

    name: Name | None = None
    url: Url | None = None
    token: Token | None = None
    headers: dict[str, str | None] | None = Field(
        default=None,
        description="Extra request headers to set. Null removes a header; omitted headers remain"
        " unchanged.",
    )
    monitor_downtime: bool | None = None
    retention: Annotated[int, Field(ge=1, le=36_500)] | None = Field(
        default=None, description="Days to keep raw requests; null keeps them forever."
    )
    ping_interval: Annotated[int, Field(ge=30, le=3_600)] | None = Field(
        default=None,
        description="Seconds between two pings; null for the interval of the installation,"
        " `PYDASH_PING_INTERVAL`.",
    )
    tags: Tags | None = Field(
        default=None,
        description="At most 10 words to find it by, which replace the present ones; stored"
        " in lower case, each once.",
    )
    favorite: bool | None = Field(default=None, description="Whether to list it before others.")

    @property
    def has_new_connection(self) -> bool:
        """Whether the address, the token or the headers change, so that they must be tested."""
        return (self.url, self.token, self.headers) != (None, None, None)


class EndpointSettings(Body):
    """How an endpoint is listed; omitted settings remain unchanged."""

    hidden: bool | None = Field(
        default=None, description="Whether lists omit it. Its requests are counted either way."
    )
    pinned: bool | None = Field(default=None, description="Whether to list it before others.")

    @model_validator(mode="after")
    def _check_any(self) -> Self:
        if (self.hidden, self.pinned) == (None, None):
            raise PydanticCustomError("missing", "One of hidden and pinned is required.")
        return self


class EndpointInfo(ResponseBody):
    """An endpoint of a dashboard."""

    name: str
    enabled: bool = Field(description="Whether the app monitors it.")
    hidden: bool = Field(description="Whether the user has hidden it.")
    pinned: bool = Field(description="Whether the user has pinned it.")
    merged_into: str | None = Field(
        description="The pattern of the merge rule that merges it with others; null if none does."
    )


class MergedEndpoint(ResponseBody):
    """An endpoint that a merge rule makes of others."""

    name: str = Field(description="The pattern of the rule.")
    hidden: bool
    pinned: bool


class DashboardSummary(ResponseBody):
    """Key figures of today, see `timezone`."""

    visits_today: int
    p50: float | None = Field(description="Median execution time today, in ms.")
    p95: float | None = Field(description="95th percentile of the execution time today, in ms.")
    error_rate: float | None = Field(
        description="Share of today's requests with a 5xx response; null if unknown."
    )
    sparkline: list[int] = Field(
        description="Requests per hour of the last 24 hours, oldest first."
    )


class ImportProgress(ResponseBody):
    """The progress of importing earlier requests."""

    fraction: float | None = Field(description="From 0 to 1; null while the total is unknown.")
    calls: int = Field(description="Requests imported so far.")
    seconds_left: float | None = Field(description="Estimated from the rate so far.")


class Notice(ResponseBody):
    """Information about the data, such as a gap because requests were deleted at the source."""

    time: datetime
    text: str


class ReachedLimit(ResponseBody):
    """A field with more distinct values than are stored by name."""

    field: CallField
    limit: int = Field(description="The number of values that are stored by name.")
    name: str = Field(
        description="The name that stands for all further values. Their requests are part of every"
        " total; counts of distinct values are lower bounds."
    )


class PingFailure(ResponseBody):
    """Why a ping failed."""

    kind: FailureKind = Field(
        description="`address`: PyDash may not connect to it; `dns`: the host has no address;"
        " `refused`; `connection`: it could not be established, or was closed; `certificate`: it is"
        " invalid; `timeout`; `invalid`: the response is not valid HTTP; `status`: it is a server"
        " error."
    )
    reason: str = Field(description="A sentence.")


class DashboardOverview(ResponseBody):
    """A dashboard as shown in the overview."""

    id: UUID
    name: str
    url: str
    header_names: list[str] = Field(
        description="The names of the extra request headers; their values are never returned."
    )
    monitor_downtime: bool
    ping_interval: int | None = Field(
        description="Seconds between two pings; null for the interval of the installation."
    )
    tags: list[str]
    favorite: bool = Field(description="Whether the user wants to see it before others.")
    failure: PingFailure | None = Field(
        description="Why the last ping failed, while the app is down or being checked."
    )
    certificate_expires: datetime | None = Field(
        description="When the app's TLS certificate expires, as of the last successful ping; null"
        " without TLS."
    )
    in_maintenance: bool = Field(description="Whether planned maintenance is going on.")
    muted_until: datetime | None = Field(
        description="Until then, no messages about the app are sent."
    )
    muted_until_resolved: bool = Field(
        description="Whether no messages about the app are sent until nothing is wrong with it."
    )
    availability: Availability | None = Field(
        description="`checking`: a ping or a fetch has just failed, and the next ping shows whether"
        " the app is down. Null if it is not pinged."
    )
    retention: int | None = Field(description="Days to keep raw requests; null keeps them forever.")
    state: State
    error: str | None = Field(description="Why the last fetch failed; null if it succeeded.")
    http_status: int | None = Field(description="The HTTP status of the failed fetch, if any.")
    last_fetch_time: datetime | None
    fmd_version: str | None
    default_token: bool = Field(
        description="Whether the app still uses the well-known default token."
    )
    set_aside: int = Field(
        description="Requests that are not counted because they have no endpoint or an implausible"
        " value: a time before 2000 or more than a day in the future, or a duration that is"
        " negative or longer than a day."
    )
    notices: list[Notice] = Field(description="Oldest first.")
    limits_reached: list[ReachedLimit] = Field(
        description="The fields with more distinct values than are stored by name."
    )
    progress: ImportProgress | None = Field(description="Null once the import is complete.")
    downtime_percentage: float | None = Field(
        description="Over the last 90 days, without maintenance; null if uptime is not monitored."
    )
    summary: DashboardSummary


class DashboardInfo(DashboardOverview):
    """A dashboard with its endpoints."""

    endpoints: list[EndpointInfo] = Field(description="Sorted by name; only the first 100.")
    next_endpoint: str | None = Field(
        description="The name of the first endpoint of the next page; null on the last page."
    )


class DashboardFields(Query):
    """Which fields of the dashboards to return."""

    fields: Literal["all", "summary"] = Field(
        default="all", description="`summary` omits the endpoints."
    )
    timezone: Timezone | None = Field(
        default=None,
        description="The IANA time zone whose day is today; by default, today is the day (UTC) of"
        " the last fetch.",
    )


class EndpointRange(Query):
    """The range of endpoints to list."""

    start: Filter | None = Field(default=None, description="The name of the first endpoint.")
    limit: Annotated[int, Field(ge=1, le=1000)] = 1000


class DetailedEndpointRange(Query):
    """The range of endpoints to return with their statistics."""

    start: Filter | None = Field(default=None, description="The name of the first endpoint.")
    limit: Annotated[int, Field(ge=1, le=100)] = 100


class Endpoints(ResponseBody):
    """A page of the endpoints of a dashboard."""

    endpoints: list[EndpointInfo] = Field(description="Sorted by name.")
    next_endpoint: str | None = Field(
        description="The name of the first endpoint of the next page; null on the last page."
    )
    merged: list[MergedEndpoint] = Field(
        description="One for each merge rule; the same on every page."
    )


class Dashboards(RootModel[list[DashboardInfo] | list[DashboardOverview]]):
    """The user's dashboards, sorted by name."""


class EndpointDetails(EndpointInfo):
    """An endpoint with its statistics over all time."""

    aggregates: Aggregates


class DashboardDetails(DashboardInfo):
    """A dashboard and its endpoints, with their statistics over all time."""

    aggregates: Aggregates
    endpoints: list[EndpointDetails]  # type: ignore[assignment]


class DashboardMessage(Message):
    """A message and the changed dashboard."""

    dashboard: DashboardInfo


class EndpointMessage(Message):
    """A message and the changed endpoint."""

    endpoint: EndpointInfo


Step = Literal["reachable", "dashboard", "exporter", "token"]


class ProbeStep(ResponseBody):
    """One step of a connection test."""

    step: Step
    ok: bool | None = Field(description="Null if not tested because an earlier step failed.")
    message: str


class Probe(ResponseBody):
    """The result of a connection test, step by step."""

    ok: bool
    steps: list[ProbeStep]
    url: str | None = Field(description="The URL of the dashboard, as it will be stored.")
    fmd_version: str | None
    total_requests: int | None
    first_request: datetime | None
    default_token: bool = Field(
        description="Whether the app still uses the well-known default token."
    )


class Progress(ResponseBody):
    """The progress of the import, and the error that stopped it, if any."""

    state: State
    fraction: float | None
    calls: int
    seconds_left: float | None
    error: str | None


class Outage(ResponseBody):
    """A period in which the app did not respond."""

    start: datetime
    end: datetime | None = Field(
        description="Null while it is ongoing; the time of the last ping if pinging stopped."
    )
    seconds: float
    cause: PingFailure | None = Field(
        description="Why the app was down; null if it was recorded by an earlier version."
    )


class Downtime(ResponseBody):
    """The outages of an app; an ongoing outage counts up to now.

    A gap of more than three ping intervals counts neither as uptime nor as downtime, and neither
    does planned maintenance.
    """

    monitor_downtime: bool
    downtime_intervals: list[Outage]
    downtime_percentage: float | None = Field(
        description="Percentage of the time in which the app was pinged; null without pings."
    )
    total_downtimes: dict[date, float] = Field(description="Seconds per day.")
    latency: dict[date, float] = Field(
        description="Mean response time of pings per day, in ms; days without pings are omitted."
    )
