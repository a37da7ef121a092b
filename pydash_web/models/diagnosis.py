"""The models of what explains slowness: slow requests, profiles, and the graphs of the apps."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from pydash_app.diagnosis.outliers import Order
from pydash_cube.vocabulary import TimeUnit
from pydash_web.models.common import Query, ResponseBody
from pydash_web.models.dates import TimeRange
from pydash_web.models.exceptions import StackFrame
from pydash_web.models.statistic import Filter

MAX_OUTLIERS = 200
MAX_VALUES = 10_000


class Exported(ResponseBody):
    """Whether an app exports what was requested."""

    available: bool = Field(description="Whether the app exports it.")
    hint: str | None = Field(description="What to do so that it does; null if it does.")


class OutlierSearch(TimeRange):
    """Which slow requests to list, and in which order."""

    endpoint: Filter | None = None
    version: Filter | None = None
    sort: Order = Field(default="time", description="Largest first.")
    limit: Annotated[int, Field(ge=1, le=MAX_OUTLIERS)] = 50
    marker: Annotated[int, Field(ge=1, lt=2**63)] | None = Field(
        default=None, description="The ID of the last slow request of the previous page."
    )


class OutlierInfo(ResponseBody):
    """A request that took much longer than its endpoint usually does."""

    id: int
    time: datetime
    endpoint: str
    version: str
    duration: float = Field(description="ms")
    median: float | None = Field(
        description="That of the endpoint and version, in ms; null if unknown."
    )
    factor: float | None = Field(description="The duration, divided by the median.")
    url: str = Field(description="Secret values are `[masked]`.")
    cpu: float | None = Field(description="The mean load of the processors, in %.")
    memory: float | None = Field(description="The share of the memory in use, in %.")
    ip: str | None
    user: str | None
    status_code: int | None


class Outliers(Exported):
    """A page of slow requests."""

    outliers: list[OutlierInfo]
    total: int = Field(description="How many match on all pages.")
    recorded: int = Field(
        description="How many the app has recorded in all. Of each endpoint, the newest 30 and the"
        " slowest 20 are stored."
    )
    next_marker: int | None = Field(description="The marker of the next page, if there is one.")


class OutlierDetails(OutlierInfo):
    """A slow request, and what is known about it. Secret values are `[masked]`."""

    headers: dict[str, str]
    environment: dict[str, str] = Field(description="That of WSGI.")
    stack: list[StackFrame] = Field(description="What was running; outermost first.")


class ProfileInfo(ResponseBody):
    """The profiled requests to an endpoint, of one version."""

    endpoint: str
    version: str
    requests: int
    duration: float = Field(description="Of all these requests together, in ms.")
    last_seen: datetime


class Profiles(Exported):
    """The endpoints and versions with profiles."""

    profiles: list[ProfileInfo] = Field(
        description="By endpoint; of each, the version that was profiled last comes first."
    )


class ProfileSearch(Query):
    """Which versions of an endpoint to return."""

    version: Filter | None = Field(
        default=None, description="Default: the one that was profiled last."
    )
    against: Filter | None = Field(default=None, description="A version to compare with.")


class ProfileNode(ResponseBody):
    """A line, called by the same lines in all requests."""

    function: str
    file: str
    line: int
    own: bool = Field(description="False for packages and the standard library.")
    code: str | None = Field(description="The text of the line; null unless the app sends it.")
    self: float = Field(description="Without what it called, in ms, of all requests together.")
    total: float = Field(description="With what it called, in ms.")
    children: list["ProfileNode"] = Field(description="The lines that it called.")


class ProfileTree(ResponseBody):
    """The merged profiles of an endpoint and a version."""

    version: str
    requests: int
    total: float = Field(description="The duration of all these requests together, in ms.")
    tree: ProfileNode


class ProfileDetails(ProfileTree):
    """The merged profiles of an endpoint and a version, and those of another one."""

    against: ProfileTree | None


class GraphInfo(ResponseBody):
    """A graph of the app."""

    id: str
    title: str
    points: int = Field(description="The number of values that are stored.")
    first: datetime
    last: datetime


class Graphs(Exported):
    """The graphs of an app."""

    graphs: list[GraphInfo] = Field(description="By title.")


class GraphSearch(TimeRange):
    """Which values of a graph to return."""

    timeslice: TimeUnit | None = Field(
        default=None, description="Return the smallest, mean and largest value of each slice."
    )


class GraphPoint(ResponseBody):
    """A value of a graph."""

    time: datetime
    value: float


class GraphSlice(ResponseBody):
    """The values of a graph in a time slice; null without any."""

    slice: str
    smallest: float | None
    mean: float | None
    largest: float | None


class GraphValues(ResponseBody):
    """The values of a graph."""

    title: str
    points: list[GraphPoint] | None = Field(
        description="Oldest first, at most the newest 10,000. Null with `timeslice`."
    )
    slices: list[GraphSlice] | None = Field(description="With `timeslice`.")
    omitted: int = Field(description="How many values of the range are not returned.")
