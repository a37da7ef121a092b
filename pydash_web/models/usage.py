"""The request and response models of the usage report."""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator, Field, RootModel, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from pydash_app.event import usage
from pydash_app.event.usage import Aggregate, UsageOfPeriod
from pydash_web.models.common import ResponseBody
from pydash_web.models.dates import Date, InTimezone

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


class UsageQuery(InTimezone):
    """Which periods to report, and in which format."""

    end: Date | None = Field(default=None, description="Exclusive. Default: now.")
    start: Date | None = Field(
        default=None, description="Inclusive. Default: 90 days before the end."
    )
    aggregate: Annotated[Aggregate, BeforeValidator(_spell_out)] = Field(
        default=Aggregate.WEEK,
        description="The length of the periods; the first letter is enough.",
        json_schema_extra={"enum": [*Aggregate, *(each.value[0] for each in Aggregate)]},
    )
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
