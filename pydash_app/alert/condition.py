"""What a rule checks: its condition, validated, and in words.

A condition is one of the dataclasses below. The models of the API and its OpenAPI document are made
from them, so that kinds, fields and limits are listed nowhere else.
"""

import json
from collections.abc import Iterator
from functools import lru_cache
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    TypeAdapter,
    WithJsonSchema,
    model_validator,
)
from pydantic_core import PydanticCustomError
from typing_extensions import TypeAliasType

from pydash_app.text import is_printable
from pydash_cube.vocabulary import CallField, StatisticName

MAX_LEVELS = 3
MAX_LAST = 60
MAX_NUMBER = 1e15
WEEK_SECONDS = 7 * 86_400

COUNTS = frozenset({StatisticName.TOTAL_VISITS, StatisticName.UNIQUE_VISITORS})
"""Statistics that are 0 without requests; all others are unknown."""

_NOT_NUMERIC = {
    StatisticName.VISITS_PER_IP,
    StatisticName.VERSIONS,
    StatisticName.FIRST_CALL,
    StatisticName.LAST_CALL,
}
NUMERIC = tuple(name for name in StatisticName if name not in _NOT_NUMERIC)
_WORDS = {
    StatisticName.TOTAL_VISITS: "Requests",
    StatisticName.MEDIAN: "p50",
    StatisticName.NINETIETH_PERCENTILE: "p90",
    StatisticName.NINETY_FIFTH_PERCENTILE: "p95",
    StatisticName.NINETY_NINTH_PERCENTILE: "p99",
    StatisticName.NINETY_NINE_POINT_NINTH_PERCENTILE: "p99.9",
}
"""What the interface calls statistics whose names are others."""
_WINDOWS = {60: "1 min", 300: "5 min", 900: "15 min", 3_600: "1 h", 86_400: "1 day"}
_FIELDS = [field.value for field in CallField if field != CallField.STATUS_CLASS]


def _read_statistic(name: Any) -> StatisticName:
    if name not in NUMERIC:
        known = ", ".join(NUMERIC)
        raise PydanticCustomError("statistic", "Must be one of {known}.", {"known": known})
    return StatisticName(name)


def _check_filters(filters: dict[str, str]) -> dict[str, str]:
    for field, text in filters.items():
        if field not in _FIELDS:
            known = ", ".join(_FIELDS)
            raise PydanticCustomError("filter", "Fields are {known}.", {"known": known})
        _check_text(text)
    return filters


def _check_text(text: str) -> str:
    if not is_printable(text):
        raise PydanticCustomError("text", "Must not contain control characters.")
    return text


Number = Annotated[float, Field(allow_inf_nan=False, ge=-MAX_NUMBER, le=MAX_NUMBER)]
Share = Annotated[float, Field(allow_inf_nan=False, gt=0, le=100, description="In percent.")]
Window = Annotated[Literal[60, 300, 900, 3_600, 86_400], Field(description="In seconds.")]
Statistic = Annotated[
    StatisticName,
    BeforeValidator(_read_statistic),
    WithJsonSchema({"type": "string", "enum": list(NUMERIC)}),
    Field(description="`error_rate` is in percent, times are in ms."),
]
Filters = Annotated[
    dict[str, Annotated[str, Field(max_length=1024)]],
    AfterValidator(_check_filters),
    WithJsonSchema(
        {
            "type": "object",
            "properties": {name: {"type": "string", "maxLength": 1024} for name in _FIELDS},
            "additionalProperties": False,
        }
    ),
]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Down(_Model):
    """The app does not respond to pings."""

    kind: Literal["down"] = "down"


class FetchFailing(_Model):
    """The last fetch failed."""

    kind: Literal["fetch_failing"] = "fetch_failing"


class NoData(_Model):
    """The app had no requests for some time, as of the last fetch."""

    kind: Literal["no_data"] = "no_data"
    window: int = Field(default=1_800, ge=60, le=WEEK_SECONDS, description="In seconds.")


class Certificate(_Model):
    """The certificate of the app expires within some days."""

    kind: Literal["certificate"] = "certificate"
    days: int = Field(default=14, ge=1, le=365)


class VersionWorse(_Model):
    """A new version is worse than the one before, as of the last comparison."""

    kind: Literal["version_worse"] = "version_worse"


class ExceptionCondition(_Model):
    """Exceptions have changed the state of their group. The rule fires for each group by itself.

    :param endpoint: only groups that were seen there.
    """

    endpoint: Annotated[str, Field(max_length=1024), AfterValidator(_check_text)] | None = Field(
        default=None, description="Only exceptions of this endpoint."
    )


class ExceptionNew(ExceptionCondition):
    """An exception is new: nothing like it was seen before."""

    kind: Literal["exception_new"] = "exception_new"


class ExceptionRegressed(ExceptionCondition):
    """An exception was resolved, and is seen again."""

    kind: Literal["exception_regressed"] = "exception_regressed"


class Question(_Model):
    """A statistic of the requests of the last minutes.

    :param window: the length of that time (s).
    :param filters: the values, by `CallField`, that the requests must have.
    """

    statistic: Statistic
    window: Window
    filters: Filters = Field(default_factory=dict)

    @property
    def subject(self) -> str:
        """The question in words."""
        words = self.statistic.replace("_", " ").removesuffix(" execution time")
        name = _WORDS.get(self.statistic, words.capitalize())
        texts = [f"{field} {text}" for field, text in sorted(self.filters.items())]
        return " of ".join([name, *([", ".join(texts)] if texts else [])])

    @property
    def unit(self) -> str:
        """The unit as it follows a value; empty for counts."""
        if self.statistic in COUNTS:
            return ""
        return "%" if self.statistic == StatisticName.ERROR_RATE else " ms"


class Above(Question):
    """The value is above a threshold."""

    kind: Literal["above"] = "above"
    threshold: Number


class Below(Question):
    """The value is below a threshold."""

    kind: Literal["below"] = "below"
    threshold: Number


class Band(Question):
    """A band of values, including its bounds."""

    low: Number
    high: Number

    @model_validator(mode="after")
    def _check_bounds(self) -> Self:
        if self.high < self.low:
            raise PydanticCustomError("band", "high: Must not be below low.")
        return self

    def contains(self, value: float) -> bool:
        """Return whether a value is inside the band."""
        return self.low <= value <= self.high


class Outside(Band):
    """The value is outside a band."""

    kind: Literal["outside"] = "outside"


class Changed(Question):
    """The value differs from the one before, by more than an amount or a factor.

    :param against: the window before, or the same hours of last week.
    """

    kind: Literal["changed"] = "changed"
    by: Annotated[float, Field(allow_inf_nan=False, gt=0, le=MAX_NUMBER)] | None = None
    factor: Annotated[float, Field(allow_inf_nan=False, gt=1, le=1e6)] | None = None
    direction: Literal["up", "down", "both"] = "both"
    against: Literal["previous", "last_week"] = "previous"

    @model_validator(mode="after")
    def _check_one_of(self) -> Self:
        if (self.by is None) == (self.factor is None):
            raise PydanticCustomError("changed", "Requires either by or factor.")
        return self

    def bounds(self, reference: float) -> tuple[float, float]:
        """Return between which values a value has not changed, in either direction."""
        if self.by is not None:
            return reference - self.by, reference + self.by
        factor = self.factor or 1.0
        return reference / factor, reference * factor


class MeanInside(Band):
    """The mean of the last values is inside a band; the rule fires when it is not."""

    kind: Literal["mean_inside"] = "mean_inside"
    last: Annotated[int, Field(ge=1, le=MAX_LAST)]


class ShareInside(Band):
    """At least a share of the last values is inside a band; the rule fires when it is not."""

    kind: Literal["share_inside"] = "share_inside"
    last: Annotated[int, Field(ge=1, le=MAX_LAST)]
    share: Share


class Group(_Model):
    """Several conditions."""

    conditions: Annotated[tuple["Condition", ...], Field(strict=False, min_length=2, max_length=5)]

    @model_validator(mode="after")
    def _check_levels(self) -> Self:
        if _levels(self) > MAX_LEVELS:
            raise PydanticCustomError("levels", f"At most {MAX_LEVELS} levels.")
        if any(isinstance(each, ExceptionCondition) for each in self.conditions):
            reason = "Conditions on exceptions cannot be joined with others."
            raise PydanticCustomError("exceptions", reason)
        return self


class And(Group):
    """All of several conditions are met."""

    kind: Literal["and"] = "and"


class Or(Group):
    """At least one of several conditions is met."""

    kind: Literal["or"] = "or"


Numeric = Above | Below | Outside | Changed | MeanInside | ShareInside
Plain = Down | FetchFailing | NoData | Certificate | VersionWorse
Leaf = Plain | ExceptionNew | ExceptionRegressed | Numeric
Condition = TypeAliasType("Condition", Annotated[Leaf | And | Or, Field(discriminator="kind")])
AnyCondition = Leaf | And | Or

_ADAPTER: TypeAdapter[AnyCondition] = TypeAdapter(Condition)


def parse(given: Any) -> AnyCondition:
    """Return a condition.

    :param given: parsed JSON.
    :raises ValidationError: (a `ValueError`) it is invalid.

    >>> describe(parse({"kind": "above", "statistic": "error_rate", "window": 300, "threshold": 5}))
    'Error rate above 5% (5 min)'
    """
    return _ADAPTER.validate_python(given)


@lru_cache(maxsize=10_000)
def from_text(text: str) -> AnyCondition:
    """Return the condition that `to_text` wrote."""
    return parse(json.loads(text))


def to_text(condition: AnyCondition) -> str:
    """Return a condition as text, as it is stored."""
    return condition.model_dump_json()


def leaves(condition: AnyCondition) -> Iterator[Leaf]:
    """Iterate over the conditions without those that join them."""
    if isinstance(condition, Group):
        for each in condition.conditions:
            yield from leaves(each)
    else:
        yield condition


def is_numeric(condition: AnyCondition) -> bool:
    """Return whether a condition compares values, so that it must hold for some time by default."""
    return all(isinstance(each, Question) for each in leaves(condition))


def describe(condition: AnyCondition) -> str:
    """Return a condition in words.

    >>> describe(Or(conditions=[Down(), NoData()]))
    'App down or no requests for 30 min'
    """
    if isinstance(condition, Group):
        inner = [describe(each) for each in condition.conditions]
        groups = zip(condition.conditions, inner, strict=True)
        texts = [f"({text})" if isinstance(each, Group) else text for each, text in groups]
        first, *others = texts
        return f" {condition.kind} ".join([first, *(each[0].lower() + each[1:] for each in others)])
    if isinstance(condition, Question):
        window = f"({_WINDOWS[condition.window]})"
        return f"{condition.subject} {_comparison(condition)} {window}"
    return _plain(condition)


def _plain(condition: AnyCondition) -> str:
    match condition:
        case NoData():
            minutes, seconds = divmod(condition.window, 60)
            return f"No requests for {f'{condition.window} s' if seconds else f'{minutes} min'}"
        case Certificate():
            return f"Certificate expires within {condition.days} days"
        case FetchFailing():
            return "Fetch failing"
        case VersionWorse():
            return "Version worse than the one before"
        case ExceptionCondition():
            state = "New" if isinstance(condition, ExceptionNew) else "Regressed"
            where = "" if condition.endpoint is None else f" of {condition.endpoint}"
            return f"{state} exception{where}"
        case _:
            return "App down"


def _comparison(condition: Question) -> str:
    unit = condition.unit
    match condition:
        case Above() | Below():
            return f"{condition.kind} {condition.threshold:,.15g}{unit}"
        case Changed():
            sign = {"up": "+", "down": "-", "both": "±"}[condition.direction]
            amount = (
                f"{condition.by:,.15g}{unit}" if condition.by else f"factor {condition.factor:g}"
            )
            reference = {"previous": "before", "last_week": "last week"}[condition.against]
            return f"changed by {sign}{amount} against {reference}"
    low, high = getattr(condition, "low", 0), getattr(condition, "high", 0)
    band = f"{low:,.15g} to {high:,.15g}{unit}"
    match condition:
        case MeanInside():
            return f"mean of the last {condition.last} not within {band}"
        case ShareInside():
            return f"less than {condition.share:g}% of the last {condition.last} within {band}"
    return f"outside {band}"


def _levels(condition: _Model) -> int:
    inner = condition.conditions if isinstance(condition, Group) else ()
    return 1 + max(map(_levels, inner), default=0)
