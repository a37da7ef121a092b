"""The models of versions and of what comparing them found."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from pydash_app.verdict import EndpointVerdict, Verdict
from pydash_web.models.common import Query, ResponseBody
from pydash_web.models.statistic import Filter, Filters

MAX_VERSIONS = 1_000
MAX_ENDPOINTS = 200

State = Literal["better", "same", "worse", "too_little_data", "pending"]


class VersionSearch(Query):
    """How many versions to list."""

    limit: Annotated[int, Field(ge=1, le=MAX_VERSIONS)] = Field(
        default=MAX_VERSIONS, description="The latest ones."
    )


class EndpointComparison(ResponseBody):
    """How an endpoint of a version compares with that of another one."""

    endpoint: str
    verdict: Verdict
    latency: Verdict = Field(description="What the execution times alone say.")
    errors: Verdict = Field(description="What the error rates alone say.")
    visits: int
    against_visits: int
    p95: float | None = Field(description="In ms; null without requests.")
    against_p95: float | None
    p: float | None = Field(
        description="How probable it is that the shares of requests that are slower than the lower"
        " of the two 95th percentiles differ so much by chance. Null if it was not tested."
    )
    error_rate: float | None = Field(description="0 to 1; null if no status is known.")
    against_error_rate: float | None
    error_p: float | None = Field(description="The same for the error rates.")

    @classmethod
    def of(cls, found: EndpointVerdict) -> "EndpointComparison":
        """Build the model of an endpoint."""
        return cls(**{name: getattr(found, name) for name in cls.model_fields})


class CheckInfo(ResponseBody):
    """A check of a version."""

    after: int = Field(description="The time since its first request, in seconds.")
    state: State


class VerdictInfo(ResponseBody):
    """What the check of a version with the most requests found; see `docs/diagnosis.md`."""

    state: State
    after: int = Field(
        description="The time from the first request of the version to the check, in seconds. If"
        " none was made yet, to the first one."
    )
    against: str | None = Field(description="The version that it was compared with.")
    against_since: datetime | None = Field(
        description="When the requests begin that it was compared with; they last as long as its"
        " own."
    )
    endpoints: list[EndpointComparison] = Field(description="The worst ones, at most 20.")
    endpoint_count: int
    checks: list[CheckInfo] = Field(description="All three.")


class Deploy(ResponseBody):
    """A deploy that a script reported."""

    time: datetime
    commit: str | None
    url: str | None


class VersionInfo(ResponseBody):
    """A version of an app."""

    name: str
    first_seen: datetime = Field(description="The time of its first request.")
    last_seen: datetime
    visits: int
    deploy: Deploy | None = Field(
        description="The latest event `app.deploy` whose trait `version` is its name."
    )
    verdict: VerdictInfo | None = Field(
        description="Null for the first version, and for all but the latest ones."
    )


class Versions(ResponseBody):
    """The versions of an app."""

    versions: list[VersionInfo] = Field(description="By their first request, oldest first.")


class VersionComparisonQuery(Filters):
    """Which versions to compare, and which of their requests."""

    version: Filter
    against: Filter
    bins: Annotated[int, Field(ge=1, le=500)] = 40


class ComparedHistogram(ResponseBody):
    """The distributions of the execution times of two versions, in the same bins."""

    edges: list[float] = Field(description="In ms, ascending, evenly spaced on a log scale.")
    counts: list[int]
    against_counts: list[int]


class VersionComparison(ResponseBody):
    """Two versions side by side."""

    version: str
    against: str
    verdict: Verdict
    endpoints: list[EndpointComparison] = Field(
        description=f"The worst first, at most {MAX_ENDPOINTS}."
    )
    endpoint_count: int
    histogram: ComparedHistogram
