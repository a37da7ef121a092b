"""The request and response models of statistics."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import (
    BeforeValidator,
    ConfigDict,
    Field,
    RootModel,
    ValidationInfo,
    field_validator,
)
from pydantic_core import PydanticCustomError
from typing_extensions import TypeAliasType, TypedDict

from pydash_cube.query import Query as CubeQuery
from pydash_cube.query import QueryResult
from pydash_cube.vocabulary import CallField, EndpointNaming, StatisticName, StatusClass, TimeUnit
from pydash_web.models.common import PRINTABLE, ResponseBody
from pydash_web.models.dates import Date, InTimezone, not_before

# The API's names for the cube's parameters, where they differ.
PARAMETERS = {
    "start": "start_date",
    "end": "end_date",
    "by": "breakdown",
    "is_static": "timeslice_is_static",
}


def _list_of(names: type[StrEnum]) -> BeforeValidator:
    """Split a comma-separated list and remove duplicates."""

    def split(text: Any) -> tuple[StrEnum, ...]:
        given = dict.fromkeys(str(text).split(","))
        for name in given:
            if name not in set(names):
                raise PydanticCustomError(
                    "unknown_name",
                    "'{name}' is not one of {names}.",
                    {"name": name, "names": ", ".join(names)},
                )
        return tuple(names(name) for name in given)

    return BeforeValidator(split)


def _read_switch(text: Any) -> bool:
    if str(text).lower() not in ("true", "false"):
        raise PydanticCustomError("switch", "Must be true or false.")
    return str(text).lower() == "true"


Resolution = Literal["utc_hour", "utc_day"]
Filter = Annotated[str, Field(max_length=1024, pattern=PRINTABLE)]
StatisticNames = Annotated[
    tuple[StatisticName, ...],
    Field(min_length=1, json_schema_extra={"uniqueItems": True}),
    _list_of(StatisticName),
]
CallFields = Annotated[
    tuple[CallField, ...],
    Field(min_length=1, max_length=2, json_schema_extra={"uniqueItems": True}),
    _list_of(CallField),
]


class Filters(InTimezone):
    """A time range and filters. Without them, all requests match."""

    start_date: Date | None = Field(
        default=None, description="Inclusive. Default: the first request."
    )
    end_date: Date | None = Field(default=None, description="Exclusive. Default: now.")
    endpoint: Filter | None = Field(
        default=None, description="The name of an endpoint, or the pattern of a merge rule."
    )
    version: Filter | None = None
    ip: Filter | None = None
    group_by: Filter | None = None
    status_class: StatusClass | None = None

    @field_validator("end_date")
    @classmethod
    def _check_end(cls, end: datetime | None, info: ValidationInfo) -> datetime | None:
        return not_before(info.data.get("start_date"), end)

    @property
    def end_or_now(self) -> datetime:
        """The end of the range, which is now by default."""
        now = datetime.now(UTC)
        return self.end_date or max(now, self.start_date or now)

    def cube_query(self) -> CubeQuery:
        """Return the query for the cube."""
        values = {field.value: getattr(self, field) for field in CallField}
        filters = {name: value for name, value in values.items() if value is not None}
        return CubeQuery(self.start_date, self.end_date, filters, timezone=self.timezone)


class StatisticQuery(Filters):
    """Which statistics to compute from which requests, and how to group and slice them."""

    statistic: StatisticNames = Field(description="One or more, separated by commas.")
    timeslice: TimeUnit | None = Field(
        default=None, description="Return one value for each slice of this length."
    )
    timeslice_is_static: Annotated[bool, BeforeValidator(_read_switch)] | None = Field(
        default=None,
        validate_default=True,
        description="Required with `timeslice`. True aligns slices with the calendar; false aligns"
        " them with `start_date`.",
    )
    breakdown: CallFields | None = Field(
        default=None, description="Group by one or two fields, separated by a comma."
    )
    top: Annotated[int, Field(ge=1, le=1000)] = Field(
        default=20,
        description="With `breakdown`: the maximum number of groups, by number of requests.",
    )
    endpoint_naming: EndpointNaming = Field(
        default=EndpointNaming.MERGED,
        description="With `breakdown` by endpoint: `merged` counts the endpoints that a merge rule"
        " merges as one, `own` counts each, and `blueprint` counts all endpoints of a blueprint as"
        " one, which is empty for those outside of any.",
    )

    @field_validator("timeslice_is_static")
    @classmethod
    def _check_switch(cls, is_static: bool | None, info: ValidationInfo) -> bool | None:
        if is_static is None and info.data.get("timeslice"):
            raise PydanticCustomError("required", "Required with timeslice.")
        return is_static

    def cube_query(self) -> CubeQuery:
        """Return the query for the cube, which ends now by default."""
        return replace(
            super().cube_query(),
            end=self.end_or_now,
            by=self.breakdown or (),
            timeslice=self.timeslice,
            is_static=self.timeslice_is_static is not False,
            top=self.top if self.breakdown else None,
            endpoint_naming=self.endpoint_naming,
        )


class HistogramQuery(Filters):
    """Which requests to count, and in how many bins."""

    bins: Annotated[int, Field(ge=1, le=500)] = 50


class DateRange(InTimezone):
    """A range of whole days in a time zone, both inclusive."""

    start_date: Date | None = Field(default=None, description="Default: seven days ago.")
    end_date: Date | None = Field(default=None, description="Default: today.")

    @field_validator("end_date")
    @classmethod
    def _check_end(cls, end: datetime | None, info: ValidationInfo) -> datetime | None:
        return not_before(info.data.get("start_date"), end)


class ExportQuery(Filters):
    """Which requests to export, and in which format."""

    format: Literal["csv", "json"] = "csv"


class Aggregates(ResponseBody):
    """All statistics of a set of requests. Times are in ms; null without requests."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    total_visits: int
    total_execution_time: float
    average_execution_time: float | None
    visits_per_ip: dict[str, int]
    unique_visitors: int
    fastest_measured_execution_time: float | None
    fastest_quartile_execution_time: float | None
    median_execution_time: float | None
    slowest_quartile_execution_time: float | None
    ninetieth_percentile_execution_time: float | None
    ninety_ninth_percentile_execution_time: float | None = Field(
        alias="ninety-ninth_percentile_execution_time"
    )
    slowest_measured_execution_time: float | None
    versions: list[str]


class BoxPlot(ResponseBody):
    """The distribution of execution times in ms; null without requests."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    fastest_measured_execution_time: float | None
    fastest_quartile_execution_time: float | None
    median_execution_time: float | None
    slowest_quartile_execution_time: float | None
    ninetieth_percentile_execution_time: float | None
    ninety_ninth_percentile_execution_time: float | None = Field(
        alias="ninety-ninth_percentile_execution_time"
    )
    slowest_measured_execution_time: float | None
    average_execution_time: float | None


class BoxPlots(RootModel[dict[str, BoxPlot]]):
    """A box plot by endpoint or by version."""


# The type of each statistic's value. A test checks that none is missing.
_VALUES: dict[StatisticName, Any] = {
    **dict.fromkeys(StatisticName, float | None),
    StatisticName.TOTAL_VISITS: int,
    StatisticName.UNIQUE_VISITORS: int,
    StatisticName.TOTAL_EXECUTION_TIME: float,
    StatisticName.VISITS_PER_IP: dict[str, int],
    StatisticName.VERSIONS: list[str],
    StatisticName.FIRST_CALL: datetime | None,
    StatisticName.LAST_CALL: datetime | None,
}


# Plain dictionaries, because a response contains a thousand of them, and a model takes a
# millisecond. Their keys are omitted unless they are set.
if TYPE_CHECKING:
    GroupKey = dict[str, str]
    GroupValues = dict[str, list[Any]]
else:
    GroupKey = TypedDict("GroupKey", {name.value: str for name in CallField}, total=False)
    GroupKey.__doc__ = "The values of the fields in `breakdown`."
    GroupValues = TypedDict(
        "GroupValues", {name.value: list[kind] for name, kind in _VALUES.items()}, total=False
    )
    GroupValues.__doc__ = "One list per requested statistic, with one value per slice."
    for each in (GroupKey, GroupValues):
        each.__pydantic_config__ = ResponseBody.model_config


class Group(ResponseBody):
    """One group of the result of a query."""

    key: GroupKey
    values: GroupValues


class QueryResponse(ResponseBody):
    """Statistics by group and slice, always in the same shape."""

    slices: list[str] = Field(
        description="The labels of the slices in chronological order, including empty slices."
        " Without `timeslice` the list is empty, and each statistic has one value."
    )
    groups: list[Group] = Field(
        description="Largest first. Without `breakdown` there is one group, with an empty key."
    )
    lower_bounds: list[StatisticName] = Field(
        description="The statistics that are lower bounds, because a field has more distinct values"
        " than are stored by name. See `limits_reached` of the dashboard."
    )
    estimates: list[StatisticName] | None = Field(
        default=None,
        description="Present if not empty: the statistics of which values are estimates, because an"
        " earlier version of PyDash stored less about requests that were dropped since.",
    )
    resolution: Resolution | None = Field(
        default=None,
        description="Present if retention has merged requests into whole hours or days (UTC), and"
        " the range or a slice begins or ends within one. Such an hour or day is counted where it"
        " begins.",
    )

    @classmethod
    def of(cls, result: QueryResult, by: Sequence[CallField]) -> "QueryResponse":
        """Return the response for a result. The cube's values are not validated again."""
        groups = [
            Group.model_construct(
                key=dict(zip(by, group, strict=True)),
                values={name: rows[number] for name, rows in result.values.items()},
            )
            for number, group in enumerate(result.groups)
        ]
        response: dict[str, Any] = {
            "slices": result.slices,
            "groups": groups,
            "lower_bounds": result.lower_bounds,
        }
        if result.estimates:
            response["estimates"] = result.estimates
        if result.resolution:
            response["resolution"] = result.resolution
        return cls.model_construct(**response)

    def model_dump_json(self, **options: Any) -> str:
        """Return the JSON with the requested statistics only."""
        return super().model_dump_json(exclude_unset=True, **options)


Value = TypeAliasType("Value", "int | float | str | list[str] | dict[str, Value] | None")


class StatisticResponse(RootModel[Value]):
    """A value, or nested objects of values.

    From the outside in, the levels are the values of the breakdown (one or two levels), the
    statistic (if several are requested) and the time slice (if requested). A value of
    `visits_per_ip` is itself an object. Without requests, counts are 0 and times are null.
    """


class Heatmap(RootModel[dict[str, list[int | None]]]):
    """The 24 hourly values of each day.

    When clocks change, an hour that occurs twice has one total, and a skipped hour is null.
    """


class Histogram(ResponseBody):
    """The number of requests by execution time."""

    edges: list[float] = Field(description="In ms, ascending. There is one more edge than counts.")
    counts: list[int]


class ExportedCall(ResponseBody):
    """A request, as exported."""

    endpoint: str
    time: datetime
    execution_time: float
    version: str
    group_by: str
    ip: str
    status_code: int | None


class ExportedCalls(RootModel[list[ExportedCall]]):
    """Requests in chronological order."""
