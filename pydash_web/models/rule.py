"""The models of rules."""

from datetime import datetime
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from pydash_app.alert.condition import MAX_NUMBER, Condition
from pydash_app.alert.entity import Severity
from pydash_app.alert.machine import NoDataPolicy
from pydash_app.alert.rules import MAX_CHANNELS
from pydash_web.models.common import Body, Id, Message, Name, Query, ResponseBody
from pydash_web.models.event import Time

DAY = 86_400
YEAR = 366 * DAY

Number = Annotated[float, Field(allow_inf_nan=False, ge=-MAX_NUMBER, le=MAX_NUMBER)]
Duration = Annotated[int, Field(ge=0, le=DAY)]
RuleState = Literal["ok", "pending", "firing", "recovering", "flapping", "no_data", "error"]
# Settings that may be null; null leaves all others unchanged.
NULLABLE = {"name", "dashboard_id", "recover_threshold", "min_calls"}


class ConditionSettings(Body):
    """The settings of a rule that decide when it fires."""

    for_: Duration | None = Field(
        default=None,
        alias="for",
        description="How long the condition must be met, in seconds. Default: 300 if it compares"
        " values, otherwise 0.",
    )
    recover_threshold: Number | None = Field(
        default=None,
        description="Only for `above` and `below`: the value at which it has recovered. Default:"
        " the threshold.",
    )
    keep_firing_for: Duration | None = Field(
        default=None,
        description="How long the condition must not be met for the alert to end, in seconds."
        " Default: 300, and 0 for `down` and exceptions.",
    )
    min_calls: Annotated[int, Field(ge=0, le=1_000_000)] | None = Field(
        default=None,
        description="The number of requests in a window below which its value is unknown. Default:"
        " 20, and 0 for counts.",
    )
    no_data: NoDataPolicy | None = Field(
        default=None,
        description="What an unknown value means: `keep` the state (default), `ok`, or `alert`.",
    )

    @property
    def changes(self) -> dict[str, Any]:
        """The given settings, except those that null leaves unchanged."""
        given = {name: getattr(self, name) for name in self.model_fields_set}
        return {
            name: value for name, value in given.items() if value is not None or name in NULLABLE
        }


class RuleSettings(ConditionSettings):
    """The settings of a rule; omitted settings remain unchanged."""

    condition: Condition | None = None
    name: Name | None = Field(default=None, description="Default: the condition in words.")
    dashboard_id: Id | None = Field(
        default=None, description="Null for all dashboards, also those that are added later."
    )
    severity: Severity | None = Field(default=None, description="Default: `warning`.")
    repeat: Annotated[int, Field(ge=0, le=7 * DAY)] | None = Field(
        default=None,
        description="Seconds between two reminders, at least 300; 0 for none. Default: 14,400,"
        " and 0 for exceptions.",
    )
    channels: Annotated[list[Id], Field(max_length=MAX_CHANNELS)] | None = Field(
        default=None, description="Whom to notify. Without channels, alerts are only listed."
    )
    enabled: bool | None = Field(default=None, description="Default: true.")


class NewRule(RuleSettings):
    """A rule to add."""

    condition: Condition


class RuleMute(Body):
    """For how long a rule sends no messages: one of the three."""

    seconds: Annotated[int, Field(ge=0, le=YEAR)] | None = Field(
        default=None, description="0 sends messages again."
    )
    until: Time | None = None
    until_resolved: Literal[True] | None = Field(
        default=None, description="No more messages about the alerts that last."
    )

    @model_validator(mode="after")
    def _check_one(self) -> Self:
        given = (self.seconds, self.until, self.until_resolved)
        if sum(value is not None for value in given) != 1:
            raise PydanticCustomError("mute", "Requires one of seconds, until and until_resolved.")
        return self


class RuleSearch(Query):
    """Which rules to list."""

    dashboard_id: Id | None = Field(
        default=None, description="Only those of this dashboard, including those of all."
    )


class DashboardState(ResponseBody):
    """The state of a rule for a dashboard."""

    dashboard_id: UUID
    state: RuleState
    since: datetime | None = Field(description="Null if it was not evaluated yet.")
    value: float | None = Field(description="Null while it is ok.")
    error: str | None = Field(description="Why the condition could not be read.")


class RuleInfo(ResponseBody):
    """A rule."""

    model_config = ConfigDict(populate_by_name=True)

    id: UUID
    name: str
    condition: Condition
    dashboard_id: UUID | None
    for_: int = Field(alias="for")
    recover_threshold: float | None
    keep_firing_for: int
    min_calls: int | None
    no_data: NoDataPolicy
    severity: Severity
    repeat: int
    channels: list[UUID]
    enabled: bool
    state: RuleState = Field(description="The worst of its states.")
    states: list[DashboardState]
    muted_until: datetime | None
    muted_until_resolved: bool = Field(description="Whether an alert of it is muted until its end.")
    created: datetime


class Rules(ResponseBody):
    """The user's rules, oldest first."""

    rules: list[RuleInfo]


class RuleMessage(Message):
    """A message and the rule."""

    rule: RuleInfo


class RulesMessage(Message):
    """A message and the added rules."""

    rules: list[RuleInfo]


class RulePreview(ConditionSettings):
    """A condition to replay over the past."""

    condition: Condition
    dashboard_id: Id
    days: Annotated[int, Field(ge=1, le=30)] = 7


class ReplayedEpisode(ResponseBody):
    """A time at which the rule would have fired."""

    since: datetime
    until: datetime | None = Field(description="Null if it still would.")


class RuleReplay(ResponseBody):
    """What a rule would have done."""

    value: float | None = Field(description="The current value; null if there is none.")
    would_fire: bool = Field(description="Whether the condition is met now.")
    episodes: list[ReplayedEpisode] = Field(description="Oldest first.")


class SuggestedRule(ResponseBody):
    """A rule that is useful for most apps."""

    name: str
    condition: Condition
    dashboard_id: UUID
    severity: Severity
    exists: bool


class SuggestedRules(ResponseBody):
    """Rules to suggest for a dashboard."""

    rules: list[SuggestedRule]


class TakenSuggestions(Body):
    """Whom the suggested rules notify."""

    channels: Annotated[list[Id], Field(max_length=MAX_CHANNELS)]
