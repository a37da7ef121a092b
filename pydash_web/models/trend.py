"""The request and response models of trends."""

from dataclasses import replace
from typing import Annotated
from uuid import UUID

from pydantic import Field

from pydash_app.alert.entity import Severity
from pydash_app.alert.trend import By
from pydash_cube.query import Query as CubeQuery
from pydash_cube.vocabulary import StatisticName
from pydash_web.models.common import ResponseBody
from pydash_web.models.statistic import Filters, GroupValues, Resolution

MAX_ENDPOINTS = 100

Bounds = list[float | None]


class TrendQuery(Filters):
    """Of which requests to return trends."""

    by: By = Field(default="day", description="Days are those of `timezone`.")
    top: Annotated[int, Field(ge=1, le=MAX_ENDPOINTS)] = Field(
        default=12,
        description="The maximum number of endpoints, by number of requests. Without effect if"
        " `endpoint` is given.",
    )

    def cube_query(self) -> CubeQuery:
        """Return the query for the cube, which ends now by default."""
        return replace(super().cube_query(), end=self.end_or_now)


class TrendLimit(ResponseBody):
    """What a condition of a rule allows."""

    rule_id: UUID
    rule: str = Field(description="The name of the rule.")
    condition: str = Field(description="The condition in words, with the window that it compares.")
    severity: Severity
    statistic: StatisticName
    low: Bounds | None = Field(
        description="The lower bounds, by day or version; null where there is none, or none at all."
    )
    high: Bounds | None = Field(description="The upper bounds.")


class Trend(ResponseBody):
    """The requests to an endpoint, by day or version."""

    endpoint: str | None = Field(description="Null for the requests to all endpoints.")
    values: GroupValues
    limits: list[TrendLimit] = Field(
        description="Of the rules about exactly these requests. A change is that from the day"
        " before, or from the same day of the week before."
    )


class Trends(ResponseBody):
    """How execution times develop."""

    labels: list[str] = Field(description="The days or the versions, oldest first.")
    trends: list[Trend] = Field(
        description="That of all requests, and those of the endpoints with the most. By version, of"
        " the 100 versions and the 1,000 pairs of endpoint and version with the most requests."
    )
    estimates: list[StatisticName] = Field(description="See `estimates` of `query`.")
    resolution: Resolution | None = Field(description="See `resolution` of `query`.")
