"""The request and response models of the usage reports."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator, Field, RootModel, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from pydash_app.dashboard.usage import TIMESLICES
from pydash_app.event import usage
from pydash_app.event.usage import Aggregate, UsageOfPeriod
from pydash_cube.query import Query as CubeQuery
from pydash_web.models.common import ResponseBody
from pydash_web.models.dates import Date, InTimezone
from pydash_web.models.statistic import Filters, Resolution

DEFAULT_RANGE = timedelta(days=90)

Format = Literal["json", "csv", "html", "text", "svg"]
MEDIA_TYPES: dict[Format, str] = {
    "json": "application/json",
    "csv": "text/csv",
    "html": "text/html",
    "text": "text/plain",
    "svg": "image/svg+xml",
}


def _spell_out(text: Any) -> Any:
    return next((each.value for each in Aggregate if text == each.value[0]), text)


def _name_format(text: Any) -> Any:
    return next((name for name, media_type in MEDIA_TYPES.items() if text == media_type), text)


Period = Annotated[
    Aggregate,
    BeforeValidator(_spell_out),
    Field(
        description="The length of the periods; the first letter is enough.",
        json_schema_extra={"enum": [*Aggregate, *(each.value[0] for each in Aggregate)]},
    ),
]


class UsageQuery(InTimezone):
    """Which periods to report, and in which format."""

    end: Date | None = Field(default=None, description="Exclusive. Default: now.")
    start: Date | None = Field(
        default=None, description="Inclusive. Default: 90 days before the end."
    )
    aggregate: Period = Aggregate.WEEK
    content_type: Annotated[Format, BeforeValidator(_name_format)] | None = Field(
        default=None, description="The format or its media type. Default: by the header Accept."
    )

    @field_validator("start")
    @classmethod
    def _check_start(cls, start: datetime | None, info: ValidationInfo) -> datetime | None:
        end = info.data.get("end")
        if start and end and end < start:
            raise PydanticCustomError("range", "Must not be after the end.")
        return start

    def limits(self) -> tuple[datetime, datetime]:
        """Return the start and the end."""
        now = datetime.now(UTC)
        end = self.end or max(now, self.start or now)
        return self.start or end - DEFAULT_RANGE, end

    def rows(self) -> list[UsageOfPeriod]:
        """Return the report."""
        return usage.report(*self.limits(), self.aggregate, ZoneInfo(self.timezone))


class UsageRequest(UsageQuery):
    """The same in the body of a request."""


class UsageRow(ResponseBody):
    """How many distinct users signed in during a period."""

    period: str = Field(description="Such as 2026-11-30, 2026-W49, 2026-11, 2026-Q4 or 2026.")
    timestamp: datetime = Field(description="The last day of the period, as midnight.")
    user: int = Field(description="The number of users.")


class UsageRows(RootModel[list[UsageRow]]):
    """The periods of the report, in order."""


class UsagePlot(ResponseBody):
    """The points of a chart."""

    title: str
    x_axis_label: Aggregate
    y_axis_label: Literal["users"]
    x: list[datetime]
    y: list[int]


class DashboardUsageQuery(Filters):
    """Which periods to report, from which requests, and in which format."""

    start_date: Date | None = Field(
        default=None,
        description="Inclusive. Default: the first day of the period 90 days before the end.",
    )
    aggregate: Period = Aggregate.WEEK
    format: Literal["json", "csv"] = "json"

    def cube_query(self) -> CubeQuery:
        """Return the query for the cube, which ends now by default."""
        now, zone = datetime.now(UTC), ZoneInfo(self.timezone)
        end = self.end_date or max(now, self.start_date or now)
        first = self.aggregate.first_day((end - DEFAULT_RANGE).astimezone(zone).date())
        start = self.start_date or datetime.combine(first, time(), zone)
        return replace(
            super().cube_query(), start=start, end=end, timeslice=TIMESLICES[self.aggregate]
        )


class UsagePeriod(ResponseBody):
    """How many users and addresses made requests during a period."""

    period: str = Field(description="Such as 2026-11-30, 2026-W49, 2026-11, 2026-Q4 or 2026.")
    timestamp: datetime = Field(description="The last day of the period, as midnight.")
    users: int = Field(description="The number of distinct values of `group_by`, without empty.")
    new_users: int = Field(description="Those whose first matching request is in this period.")
    returning_users: int = Field(description="The others.")
    addresses: int = Field(description="The number of distinct addresses.")
    new_addresses: int
    returning_addresses: int


class DashboardUsage(ResponseBody):
    """The periods of the report, in order."""

    periods: list[UsagePeriod]
    lower_bounds: list[Literal["users", "addresses"]] = Field(
        description="What is a lower bound, because there are more distinct values than are stored"
        " by name. See `limits_reached` of the dashboard."
    )
    resolution: Resolution | None = Field(
        description="See the response of `query`; null if every request counts at its own time."
    )
