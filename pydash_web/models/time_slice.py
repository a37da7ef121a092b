"""The models of saved time slices."""

from datetime import datetime
from typing import Annotated

from pydantic import ConfigDict, Field, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from pydash_cube.vocabulary import StatusClass
from pydash_web.models.common import Body, Message, Name, ResponseBody
from pydash_web.models.dates import Date, Timezone
from pydash_web.models.statistic import Filter


class NewTimeSlice(Body):
    """A range of time and filters. Without them, it selects all requests."""

    # First, because dates are in this time zone.
    timezone: Timezone = Field(
        default="UTC", description="The IANA time zone of dates without an offset."
    )
    name: Name | None = None
    min_time: Date | None = Field(
        default=None, alias="minTime", description="Inclusive. Default: the first request."
    )
    max_time: Date | None = Field(
        default=None, alias="maxTime", description="Exclusive. Default: now, whenever that is."
    )
    endpoint: Filter | None = None
    version: Filter | None = None
    ip: Filter | None = None
    group_by: Filter | None = None
    status_class: Annotated[StatusClass, Field(strict=False)] | None = None

    @field_validator("max_time")
    @classmethod
    def _check_end(cls, end: datetime | None, info: ValidationInfo) -> datetime | None:
        start = info.data.get("min_time")
        if start and end and end <= start:
            raise PydanticCustomError("range", "Must be after minTime.")
        return end


class TimeSliceInfo(ResponseBody):
    """A time slice."""

    model_config = ConfigDict(populate_by_name=True)

    key: str = Field(
        alias="timeSliceKey",
        description="The same for equal ranges and filters of a dashboard; `fullProcessing` for all"
        " requests.",
    )
    name: str | None
    min_time: datetime | None = Field(alias="minTime")
    max_time: datetime | None = Field(alias="maxTime")
    endpoint: str | None
    version: str | None
    ip: str | None
    group_by: str | None
    status_class: StatusClass | None
    created: datetime | None = Field(description="Null for all requests, which are not saved.")


class TimeSlices(ResponseBody):
    """The saved time slices of a dashboard."""

    slices: list[TimeSliceInfo] = Field(description="Latest first.")


class TimeSliceMessage(Message):
    """A message and the time slice."""

    slice: TimeSliceInfo
