"""The models of statistics: what can be queried, and the responses."""

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
    create_model,
    field_validator,
)
from pydantic_core import PydanticCustomError
from typing_extensions import TypeAliasType

from pydash_cube.query import Query as CubeQuery
from pydash_cube.query import QueryResult
from pydash_cube.vocabulary import CallField, StatisticName, StatusClass, TimeUnit
from pydash_web.models.common import PRINTABLE, Answer, Query
from pydash_web.models.dates import Date, InTimezone, not_before

# The API's names of the cube's parameters, where they differ.
PARAMETERS = {
    "start": "start_date",
    "end": "end_date",
    "by": "breakdown",
    "is_static": "timeslice_is_static",
}


def _list_of(names: type[StrEnum]) -> BeforeValidator:
    """Split a comma-separated list, and drop what is repeated."""

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
    """A range of time, and filters; without them, all calls."""

    start_date: Date | None = Field(default=None, description="Inclusive; default the first call.")
    end_date: Date | None = Field(default=None, description="Exclusive; default now.")
    endpoint: Filter | None = None
    version: Filter | None = None
    ip: Filter | None = None
    group_by: Filter | None = None
    status_class: StatusClass | None = None

    @field_validator("end_date")
    @classmethod
    def _check_end(cls, end: datetime | None, info: ValidationInfo) -> datetime | None:
        return not_before(info.data.get("start_date"), end)

    def cube_query(self) -> CubeQuery:
        """Return the query to the cube."""
        values = {field.value: getattr(self, field) for field in CallField}
        filters = {name: value for name, value in values.items() if value is not None}
        return CubeQuery(self.start_date, self.end_date, filters, timezone=self.timezone)


class StatisticQuery(Filters):
    """Which statistics, of which calls, grouped and cut into slices."""

    statistic: StatisticNames = Field(description="One or several, separated by commas.")
    timeslice: TimeUnit | None = Field(
        default=None, description="Return one value for each slice of this length."
    )
    timeslice_is_static: Annotated[bool, BeforeValidator(_read_switch)] | None = Field(
        default=None,
        validate_default=True,
        description="Required with `timeslice`: whether slices sit on the calendar (true) or begin"
        " at `start_date` (false).",
    )
    breakdown: CallFields | None = Field(
        default=None, description="Group by one or two fields, separated by a comma."
    )
    top: Annotated[int, Field(ge=1, le=1000)] = Field(
        default=20,
        description="With `breakdown`: only so many groups, those with the most requests.",
    )

    @field_validator("timeslice_is_static")
    @classmethod
    def _check_switch(cls, is_static: bool | None, info: ValidationInfo) -> bool | None:
        if is_static is None and info.data.get("timeslice"):
            raise PydanticCustomError("required", "Required with timeslice.")
        return is_static

    def cube_query(self) -> CubeQuery:
        """Return the query to the cube, which ends now by default."""
        now = datetime.now(UTC)
        return replace(
            super().cube_query(),
            end=self.end_date or max(now, self.start_date or now),
            by=self.breakdown or (),
            timeslice=self.timeslice,
            is_static=self.timeslice_is_static is not False,
            top=self.top if self.breakdown else None,
        )


class HistogramQuery(Filters):
    """Which calls, and how many bins."""

    bins: Annotated[int, Field(ge=1, le=500)] = 50


class DateRange(Query):
    """Whole days, both inclusive."""

    start_date: Date | None = Field(default=None, description="Default: seven days ago.")
    end_date: Date | None = Field(default=None, description="Default: today.")

    @field_validator("end_date")
    @classmethod
    def _check_end(cls, end: datetime | None, info: ValidationInfo) -> datetime | None:
        return not_before(info.data.get("start_date"), end)


class LocalDateRange(DateRange, InTimezone):
    """Whole days of a time zone, both inclusive."""


class ExportQuery(Filters):
    """Which calls, and the format."""

    format: Literal["csv", "json"] = "csv"


class Aggregates(Answer):
    """All statistics of a set of calls; times in ms, null without calls."""

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


class BoxPlot(Answer):
    """The distribution of execution times, in ms; null without calls."""

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
    """A box plot for each endpoint, or for each version."""


# The type of each statistic's value; a test checks that none is missing.
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


def _optional(name: StrEnum, kind: Any) -> tuple[Any, Any]:
    """Return a field that is left out of the response where it is not set."""
    return kind, Field(default_factory=list, alias=name)


if TYPE_CHECKING:

    class GroupKey(Answer):
        """The values of the fields in `breakdown`."""

    class GroupValues(Answer):
        """One list per requested statistic, with one value per slice."""

else:
    GroupKey = create_model(
        "GroupKey",
        __base__=Answer,
        __doc__="The values of the fields in `breakdown`.",
        **{name: _optional(name, str) for name in CallField},
    )
    GroupValues = create_model(
        "GroupValues",
        __base__=Answer,
        __doc__="One list per requested statistic, with one value per slice.",
        **{name.replace("-", "_"): _optional(name, list[kind]) for name, kind in _VALUES.items()},
    )


class Group(Answer):
    """One group of a query's result."""

    key: GroupKey
    values: GroupValues


class QueryResponse(Answer):
    """Statistics by group and slice, always in this one shape."""

    slices: list[str] = Field(
        description="The labels of the slices in order of time, empty ones too. Without"
        " `timeslice` there are none, and each statistic has one value."
    )
    groups: list[Group] = Field(
        description="The largest first. Without `breakdown` there is one, with an empty key."
    )
    lower_bounds: list[StatisticName] = Field(
        description="The statistics that may be too small, because a field has more distinct values"
        " than are stored by name; see `limits_reached` of the dashboard."
    )
    resolution: Resolution | None = Field(
        default=None,
        description="Only if retention has left whole hours or days of UTC where slices or the"
        " range begin or end within them: their requests are counted where they begin.",
    )

    @classmethod
    def of(cls, result: QueryResult, by: Sequence[CallField]) -> "QueryResponse":
        """Return the response with a result; the cube's values are not validated again."""
        groups = []
        for number, group in enumerate(result.groups):
            key: dict[str, Any] = dict(zip(by, group, strict=True))
            values: dict[str, Any] = {name: rows[number] for name, rows in result.values.items()}
            groups.append(
                Group.model_construct(
                    key=GroupKey.model_construct(**key),
                    values=GroupValues.model_construct(**values),
                )
            )
        response: dict[str, Any] = {
            "slices": result.slices,
            "groups": groups,
            "lower_bounds": result.lower_bounds,
        }
        if result.resolution:
            response["resolution"] = result.resolution
        return cls.model_construct(**response)

    def model_dump_json(self, **options: Any) -> str:
        """Return the JSON, with the requested statistics only."""
        return super().model_dump_json(exclude_unset=True, **options)


Value = TypeAliasType("Value", "int | float | str | list[str] | dict[str, Value] | None")


class StatisticAnswer(RootModel[Value]):
    """One value, or nested objects of values.

    From the outside in: the values of the breakdown (one or two levels), the statistic if
    several are requested, the time slice if there is one. `visits_per_ip` is itself an
    object; without calls, counts are 0 and times null.
    """


class Heatmap(RootModel[dict[str, list[int | None]]]):
    """For each date the 24 hours of that day.

    When clocks change, an hour that occurs twice is one sum, and one that does not occur is null.
    """


class Histogram(Answer):
    """How many calls took how long."""

    edges: list[float] = Field(description="In ms, ascending: one more than there are counts.")
    counts: list[int]


class ExportedCall(Answer):
    """One call, as the export writes it."""

    endpoint: str
    time: datetime
    execution_time: float
    version: str
    group_by: str
    ip: str
    status_code: int | None


class ExportedCalls(RootModel[list[ExportedCall]]):
    """Calls in order of time."""
