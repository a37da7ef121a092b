"""The models of exceptions, which are grouped by the fault that they belong to."""

from datetime import UTC, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from flask_monitoring_dashboard_client import Frame
from pydash_app.exceptions import MAX_FAULTS, Sort, State
from pydash_web.models.common import PRINTABLE, Body, Id, Message, ResponseBody
from pydash_web.models.dates import TimeRange
from pydash_web.models.maintenance import Moment
from pydash_web.models.statistic import Filter

MAX_GROUPS = 200
MAX_TIMES = 1_000_000


class ExceptionRange(TimeRange):
    """A time range, in which exceptions are counted by quarters of an hour."""


class ExceptionSearch(ExceptionRange):
    """Which groups of exceptions of a dashboard to list, and in which order."""

    state: State | None = None
    endpoint: Filter | None = None
    version: Filter | None = None
    text: Annotated[str, Field(max_length=200, pattern=PRINTABLE)] | None = Field(
        default=None, description="A part of the type, the function or the message, in any case."
    )
    sort: Sort = Field(default=Sort.LAST_SEEN, description="Largest first.")
    limit: Annotated[int, Field(ge=1, le=MAX_GROUPS)] = 50
    marker: Annotated[str, Field(max_length=100, pattern=PRINTABLE)] | None = Field(
        default=None,
        description="The `next_marker` of the previous page; for a single dashboard also the ID of"
        " its last group.",
    )


class AllExceptionsSearch(ExceptionSearch):
    """Which groups of exceptions of all dashboards to list, and in which order."""

    dashboard_id: Id | None = None


class GroupSearch(ExceptionRange):
    """In which slices to count the exceptions of a group."""

    timeslice: Literal["hour", "day"] | None = Field(
        default=None, description="Default: hours if the range has at most three days."
    )


class ExceptionGroupInfo(ResponseBody):
    """A fault of an app, with how often and where it was seen."""

    id: str = Field(description="Unique within its dashboard.")
    dashboard_id: UUID
    type: str
    function: str = Field(description="The app's innermost function, as `module:function`.")
    message: str = Field(description="That of the newest, with placeholders for what varies.")
    state: State
    first_seen: datetime
    last_seen: datetime
    first_version: str
    last_version: str
    count: int = Field(description="The number of exceptions in the time range; all by default.")
    users: int | None = Field(
        description="How many users were affected, counted up to 10,000; null if none is known."
    )
    addresses: int | None = Field(
        description="How many addresses were affected, counted up to 10,000; null if none is known."
    )
    endpoints: list[str]
    versions: list[str] = Field(description="In the order in which they were seen.")
    captured: int = Field(description="How many of all exceptions the app caught.")
    resolved_in: str | None = Field(
        description="The version in which it is resolved; null if any, or if it is not."
    )
    ignored_until: datetime | None
    ignored_times: int | None = Field(description="How many more exceptions are ignored.")


class ExceptionGroups(ResponseBody):
    """A page of groups of exceptions."""

    groups: list[ExceptionGroupInfo]
    total: int = Field(description="The number of groups on all pages.")
    ungrouped: int = Field(
        description=f"How many are only counted, beyond {MAX_FAULTS} groups of a dashboard."
    )
    next_marker: str | None = Field(description="The marker of the next page, if there is one.")
    available: bool = Field(description="Whether the app, or any of the apps, exports exceptions.")
    hint: str | None = Field(description="What to do so that it does; null if it does.")


class StackFrame(ResponseBody):
    """A function on a stack."""

    file: str
    line: int
    function: str
    own: bool = Field(description="False for packages and the standard library.")
    source: str | None = Field(description="The text of the line; null unless the app sends it.")

    @classmethod
    def of(cls, frame: Frame) -> "StackFrame":
        """Return a frame of a stack that was fetched."""
        return cls(
            file=frame.file,
            line=frame.line,
            function=frame.function,
            own=frame.own,
            source=frame.source or None,
        )


class ExceptionSample(ResponseBody):
    """One of the exceptions of a group."""

    id: int = Field(description="Its number among the exceptions of the group.")
    time: datetime
    endpoint: str
    version: str
    message: str
    ip: str | None
    user: str | None
    captured: bool = Field(description="Whether the app caught it.")
    duration: float = Field(description="Of the request, in ms.")
    status_code: int | None
    stack: list[StackFrame] = Field(description="Outermost first.")


class ExceptionGroupDetails(ResponseBody):
    """A group of exceptions, how often it was seen over time, and examples."""

    group: ExceptionGroupInfo
    series: dict[str, int] = Field(description="The number of exceptions by slice.")
    samples: list[ExceptionSample] = Field(
        description="The newest 20, and the newest of each version; newest first."
    )


class ResolveGroup(Body):
    """In which version a group of exceptions is resolved."""

    in_version: Annotated[str, Field(min_length=1, max_length=1024, pattern=PRINTABLE)] | None = (
        Field(
            default=None,
            description="It has regressed when it is seen again in this version, or in one that was"
            " first seen after it. Null: when it is seen again after now.",
        )
    )


class IgnoreGroup(Body):
    """How long a group of exceptions is ignored: exactly one of these."""

    forever: Literal[True] | None = None
    until: Moment | None = None
    times: Annotated[int, Field(ge=1, le=MAX_TIMES)] | None = Field(
        default=None, description="Until so many more exceptions have come."
    )

    @model_validator(mode="after")
    def _check_one(self) -> "IgnoreGroup":
        if [self.forever, self.until, self.times].count(None) != 2:
            raise PydanticCustomError(
                "ignore", "Exactly one of forever, until and times is required."
            )
        if self.until is not None and self.until <= datetime.now(UTC):
            raise PydanticCustomError("ignore", "until: Must be in the future.")
        return self


class ExceptionGroupMessage(Message):
    """A message and the group of exceptions."""

    group: ExceptionGroupInfo
