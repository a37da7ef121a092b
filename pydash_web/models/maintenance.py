"""The models of maintenance windows, and of muting."""

from datetime import UTC, datetime, time, timedelta
from typing import Annotated, Any, Literal, cast, get_args
from uuid import UUID

from pydantic import BeforeValidator, Field, StringConstraints, WithJsonSchema, model_validator
from pydantic_core import PydanticCustomError

from pydash_app.maintenance.schedule import Monthly, Once, Recurring, Schedule, Weekly
from pydash_web.models.common import Body, Message, Name, ResponseBody
from pydash_web.models.dates import Timezone

MAX_DURATION = 7 * 86_400
MAX_ONCE = timedelta(days=366)
# How far from now a single period and the end of muting may be.
MAX_AWAY = timedelta(days=5 * 366)

Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
WEEKDAYS: tuple[Weekday, ...] = get_args(Weekday)


def _read_moment(text: Any) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except (ValueError, TypeError):
        raise PydanticCustomError("time", "Must be a time in ISO 8601.") from None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    # Before any conversion, which fails in the years 1 and 9999.
    if abs(moment - datetime.now(UTC)) > MAX_AWAY:
        raise PydanticCustomError("time", "Must be within five years from now.")
    return moment.astimezone(UTC)


Moment = Annotated[
    datetime,
    BeforeValidator(_read_moment),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]
TimeOfDay = Annotated[str, StringConstraints(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]


class NowSchedule(Body):
    """From now on, until it is stopped."""

    kind: Literal["now"]

    def to_schedule(self) -> Schedule:
        """Return it as a schedule of the domain."""
        return Once(datetime.now(UTC))


class OnceSchedule(Body):
    """A single period of at most 366 days. It may have begun already."""

    kind: Literal["once"]
    start: Moment
    end: Moment

    @model_validator(mode="after")
    def _check(self) -> "OnceSchedule":
        if not timedelta() < self.end - self.start <= MAX_ONCE:
            raise PydanticCustomError("end", "The end must be at most 366 days after the start.")
        return self

    def to_schedule(self) -> Schedule:
        """Return it as a schedule of the domain."""
        return Once(self.start, self.end)


class RecurringSchedule(Body):
    """A period that begins at the same time of several days."""

    at: TimeOfDay = Field(
        description="The time of day. If the clocks skip it, it is as much later as they skip. If"
        " they repeat it, it is the first of both."
    )
    duration: Annotated[int, Field(ge=60, le=MAX_DURATION)] = Field(
        description="Seconds that pass until the end."
    )
    timezone: Timezone = Field(default="UTC", description="An IANA time zone.")

    @property
    def time(self) -> time:
        """The time of day."""
        return time.fromisoformat(self.at)


class WeeklySchedule(RecurringSchedule):
    """A period that begins on some days of each week."""

    kind: Literal["weekly"]
    weekdays: Annotated[list[Weekday], Field(min_length=1, max_length=7)]

    def to_schedule(self) -> Schedule:
        """Return it as a schedule of the domain."""
        days = frozenset(map(WEEKDAYS.index, self.weekdays))
        return Weekly(self.time, timedelta(seconds=self.duration), self.timezone, days)


class MonthlySchedule(RecurringSchedule):
    """A period that begins on a day of each month."""

    kind: Literal["monthly"]
    day: Annotated[int, Field(ge=1, le=31)] = Field(
        description="If a month has fewer days, its last."
    )

    def to_schedule(self) -> Schedule:
        """Return it as a schedule of the domain."""
        return Monthly(self.time, timedelta(seconds=self.duration), self.timezone, self.day)


AnySchedule = Annotated[
    NowSchedule | OnceSchedule | WeeklySchedule | MonthlySchedule, Field(discriminator="kind")
]


def schedule_of(schedule: Schedule) -> AnySchedule:
    """Return a schedule of the domain as it is entered."""
    if isinstance(schedule, Once):
        if schedule.end is None:
            return NowSchedule(kind="now")
        # Not validated again, because it may be long past by now.
        return OnceSchedule.model_construct(kind="once", start=schedule.start, end=schedule.end)
    given: dict[str, Any] = {
        "at": f"{schedule.at:%H:%M}",
        "duration": int(cast(Recurring, schedule).duration.total_seconds()),
        "timezone": schedule.timezone,
    }
    if isinstance(schedule, Weekly):
        days = [WEEKDAYS[number] for number in sorted(schedule.weekdays)]
        return WeeklySchedule.model_construct(kind="weekly", weekdays=days, **given)
    return MonthlySchedule.model_construct(kind="monthly", day=schedule.day, **given)


class NewWindow(Body):
    """A maintenance window to create."""

    name: Name
    schedule: AnySchedule
    dashboard_id: Annotated[str, StringConstraints(max_length=64)] | None = Field(
        default=None, description="Null for all apps of the account, also later ones."
    )


class WindowSettings(Body):
    """What to change; omitted fields remain unchanged."""

    name: Name | None = None
    schedule: AnySchedule | None = Field(
        default=None,
        description="Applies from now on. A single period replaces a single period as a whole.",
    )


class WindowInfo(ResponseBody):
    """A maintenance window."""

    id: UUID
    name: str
    dashboard_id: UUID | None = Field(description="Null for all apps of the account.")
    schedule: AnySchedule
    created: datetime
    active: bool = Field(description="Whether maintenance is going on.")
    since: datetime | None = Field(description="When the current maintenance began, if any.")
    until: datetime | None = Field(
        description="When it ends; null if there is none, or until it is stopped."
    )
    next_start: datetime | None = Field(description="When the next one begins; null if none is.")
    ended: datetime | None = Field(
        description="When the last one ended; null if there will be others."
    )


class Windows(ResponseBody):
    """The maintenance windows of the account."""

    maintenance: list[WindowInfo] = Field(description="Oldest first.")


class WindowMessage(Message):
    """A message and the maintenance window."""

    window: WindowInfo


class Muting(Body):
    """For how long no messages are sent: exactly one of these."""

    seconds: Annotated[int, Field(ge=0, le=366 * 86_400)] | None = Field(
        default=None, description="From now; 0 to send messages again."
    )
    until: Moment | None = None
    until_resolved: Literal[True] | None = Field(
        default=None, description="Until nothing is wrong with the app."
    )
