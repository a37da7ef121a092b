"""The models of what is measured."""

import re
from datetime import datetime
from typing import Annotated, Any

from pydantic import ConfigDict, Field, RootModel, WithJsonSchema
from typing_extensions import TypeAliasType

from pydash_web.models.common import PRINTABLE, Answer, Query

STATISTICS = (
    "total_visits",
    "total_execution_time",
    "average_execution_time",
    "visits_per_ip",
    "unique_visitors",
    "fastest_measured_execution_time",
    "fastest_quartile_execution_time",
    "median_execution_time",
    "slowest_quartile_execution_time",
    "ninetieth_percentile_execution_time",
    "ninety-fifth_percentile_execution_time",
    "ninety-ninth_percentile_execution_time",
    "slowest_measured_execution_time",
    "versions",
    "error_rate",
    "first_call",
    "last_call",
)
TIMESLICES = ("year", "month", "week", "day", "hour", "minute")
BREAKDOWNS = ("endpoint", "version", "ip", "group_by", "status_class")

_DATE = r"\d{4}(-\d{2}(-\d{2})?|-?W\d{2}(-?\d)?|\d{4})?"
_TIME = r"\d{2}(:?\d{2}(:?\d{2}([.,]\d{1,9})?)?)?(Z|[+-]\d{2}(:?\d{2})?)?"


DATE_TIME = re.compile(f"{_DATE}([T ]{_TIME})?", re.ASCII)


def _one_of(names: tuple[str, ...]) -> str:
    return f"({'|'.join(names)})"


def _text(pattern: str, description: str) -> Any:
    """Text that the document describes by a pattern and the controller reads itself.

    So that the message of a 400 can say more than that a pattern did not match.
    """
    return WithJsonSchema({"type": "string", "pattern": pattern, "description": description})


Date = Annotated[
    str,
    _text(
        f"^{DATE_TIME.pattern}$",
        "ISO 8601, UTC unless it names an offset; `2018`, `2018-05` and `2018-W17` mean the"
        " first moment of that year, month or week.",
    ),
]
Filter = Annotated[str, Field(max_length=1024, pattern=PRINTABLE)]


class Filters(Query):
    """A range of time and a choice of calls; without them, all calls."""

    start_date: Date | None = Field(default=None, description="Inclusive; default the first call.")
    end_date: Date | None = Field(default=None, description="Exclusive; default now.")
    endpoint: Filter | None = None
    version: Filter | None = None
    ip: Filter | None = None
    group_by: Filter | None = None
    status_class: Annotated[str, Field(pattern="^([1-9]xx|unknown)$")] | None = None


class StatisticQuery(Filters):
    """Which statistics, of which calls, cut up how."""

    statistic: Annotated[
        str,
        _text(
            f"^{_one_of(STATISTICS)}(,{_one_of(STATISTICS)})*$",
            f"One or several, separated by commas, of {', '.join(STATISTICS)}.",
        ),
    ]
    timeslice: Annotated[
        str | None,
        _text(f"^{_one_of(TIMESLICES)}$", "Answer one value for each slice of this length."),
    ] = None
    timeslice_is_static: Annotated[
        str | None,
        _text(
            "^([Tt][Rr][Uu][Ee]|[Ff][Aa][Ll][Ss][Ee])$",
            "Mandatory with `timeslice`: whether slices lie on the calendar (true) or begin at"
            " `start_date` (false).",
        ),
    ] = None
    breakdown: Annotated[
        str | None,
        _text(
            f"^{_one_of(BREAKDOWNS)}(,{_one_of(BREAKDOWNS)})?$",
            f"Answer apart for each value of one or two of {', '.join(BREAKDOWNS)}.",
        ),
    ] = None
    top: Annotated[int, Field(ge=1, le=1000)] = Field(
        default=20, description="With `breakdown`: only so many groups, those with most visits."
    )


class HistogramQuery(Filters):
    """Of which calls, and how fine."""

    bins: Annotated[int, Field(ge=1, le=500)] = 50


class DateRange(Query):
    """Whole days, both inclusive."""

    start_date: Date | None = Field(default=None, description="Default: seven days ago.")
    end_date: Date | None = Field(default=None, description="Default: today.")


class ExportQuery(Filters):
    """Which calls, and how to write them down."""

    format: Annotated[str, _text("^(csv|json)$", "csv or json")] = "csv"


class Aggregates(Answer):
    """Everything that is known of a set of calls; times in ms, null without calls."""

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


Value = TypeAliasType("Value", "int | float | str | list[str] | dict[str, Value] | None")


class StatisticAnswer(RootModel[Value]):
    """One value, or values by name, nested.

    From the outside in: the values of the breakdown (one or two levels), the statistic if
    several were asked for, the time slice if there is one. `visits_per_ip` is itself an
    object; without calls counts are 0 and times null.
    """


class Heatmap(RootModel[dict[str, list[int]]]):
    """For each date the 24 hours (UTC) of that day."""


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
