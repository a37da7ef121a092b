"""The rules of an account, the states of a dashboard, and the alerts that were raised."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any, Literal, NamedTuple, cast, get_args
from uuid import UUID, uuid4

from persistent import Persistent

from pydash_app import configuration
from pydash_app.alert import condition as conditions
from pydash_app.alert.condition import AnyCondition, Down, ExceptionCondition, VersionWorse
from pydash_app.alert.machine import Episode, Kind, NoDataPolicy, Phase, State, Timing
from pydash_app.dashboard.entity import Dashboard
from pydash_app.event import of_dashboard
from pydash_app.event.vocabulary import Subject
from pydash_notify import message

Severity = Literal["info", "warning", "critical"]
AlertState = Literal["pending", "firing", "recovering", "flapping", "no_data", "resolved"]
ALERT_STATES: tuple[str, ...] = get_args(AlertState)

DEFAULT_FOR = 300
DEFAULT_KEEP_FIRING_FOR = 300
DEFAULT_REPEAT = 14_400


# The settings of a rule, besides its condition.
SETTINGS = (
    *("name", "dashboard_id", "for_", "recover_threshold", "keep_firing_for", "min_calls"),
    *("no_data", "severity", "repeat", "channels", "enabled"),
)


class Rule(Persistent):
    """What to watch, and whom to tell. Durations are in seconds.

    :param owner_id: the account that it belongs to.
    :param condition: what is watched.

    :ivar dashboard_id: the dashboard; None for all of the account, including later ones.
    :ivar name: None to describe the condition.
    :ivar for_: how long the condition must be met; by default none unless it is numeric.
    :ivar recover_threshold: the value at which it has recovered; None for the threshold.
    :ivar keep_firing_for: how long it must not be met for the alert to end.
    :ivar min_calls: the number of requests below which a value is unknown; None for the default.
    :ivar no_data: what missing data means.
    :ivar repeat: the time between two reminders; 0 for none.
    :ivar channels: whom to tell; if there are none, alerts are only recorded.
    :ivar muted_until: when messages are sent again; None if it is not muted.
    """

    def __init__(self, owner_id: UUID, condition: AnyCondition) -> None:
        self.id = uuid4()
        self.owner_id = owner_id
        self.created = datetime.now(UTC)
        self.condition = condition
        self.dashboard_id: UUID | None = None
        self._name: str | None = None
        self.for_ = DEFAULT_FOR if conditions.is_numeric(condition) else 0
        self.recover_threshold: float | None = None
        is_steady = self.watches_pings or self.watches_exceptions
        self.keep_firing_for = 0 if is_steady else DEFAULT_KEEP_FIRING_FOR
        self.min_calls: int | None = None
        self.no_data: NoDataPolicy = "keep"
        self.severity: Severity = "warning"
        # What a check of a version found does not change until the next one.
        is_told_once = self.watches_exceptions or isinstance(condition, VersionWorse)
        self.repeat = 0 if is_told_once else DEFAULT_REPEAT
        self.channels: tuple[UUID, ...] = ()
        self.enabled = True
        self.muted_until: datetime | None = None

    @property
    def condition(self) -> AnyCondition:
        """What is watched."""
        return conditions.from_text(self._condition)

    @condition.setter
    def condition(self, condition: AnyCondition) -> None:
        self._condition = conditions.to_text(condition)

    @property
    def name(self) -> str:
        """The given name, or the condition in words."""
        return self._name or conditions.describe(self.condition)

    @name.setter
    def name(self, name: str | None) -> None:
        self._name = name

    @property
    def timing(self) -> Timing:
        """The settings that decide when it fires."""
        return Timing(
            timedelta(seconds=self.for_),
            timedelta(seconds=self.keep_firing_for),
            self.no_data,
            timedelta(seconds=self.repeat),
        )

    @property
    def watches_pings(self) -> bool:
        """Whether its condition is that the app is down."""
        return isinstance(self.condition, Down)

    @property
    def watches_exceptions(self) -> bool:
        """Whether it fires for each group of exceptions by itself."""
        return isinstance(self.condition, ExceptionCondition)

    def covers(self, dashboard_id: UUID) -> bool:
        """Return whether it watches a dashboard of its account."""
        return self.dashboard_id in (None, dashboard_id)

    def is_muted(self, now: datetime) -> bool:
        """Return whether it sends no messages."""
        return self.muted_until is not None and now < self.muted_until


class FaultStates(NamedTuple):
    """The states of a rule that watches exceptions, for a dashboard.

    :ivar seen: the number of changes (`ExceptionLog.changes`) that have been evaluated.
    :ivar states: by the ID of the fault, of those with an episode.
    """

    seen: int
    states: Mapping[str, State]


class DashboardStates(Persistent):
    """The states of all rules for a dashboard, in one object.

    :ivar states: by the ID of the rule.
    :ivar faults: by the ID of the rule, for rules that watch exceptions; their states above sum
        these up, without an episode.
    :ivar due: when they are evaluated next without new data; None for never. Only the repository
        sets it, because the queue is ordered by it.
    """

    # For states stored before December 2026.
    faults: Mapping[UUID, FaultStates] = MappingProxyType({})

    def __init__(self) -> None:
        self.states: Mapping[UUID, State] = {}
        self.due: datetime | None = None

    def of(self, rule_id: UUID) -> State:
        """Return the state of a rule."""
        return self.states.get(rule_id) or State()

    def lasting(self, rule_id: UUID) -> list[State]:
        """Return the states of a rule that have an episode."""
        faults = self.faults.get(rule_id)
        states = [self.of(rule_id), *(faults.states.values() if faults else ())]
        return [state for state in states if state.episode is not None]

    def mute(self, rule_id: UUID, *, is_muted: bool) -> None:
        """Send no messages about the episodes of a rule until they end, or send them again."""

        def muted(state: State) -> State:
            episode = state.episode and replace(state.episode, is_muted=is_muted)
            return replace(state, episode=episode)

        faults = dict(self.faults)
        if rule_id in faults:
            states = {key: muted(state) for key, state in faults[rule_id].states.items()}
            faults[rule_id] = faults[rule_id]._replace(states=states)
        self.update({**self.states, rule_id: muted(self.of(rule_id))}, faults)

    def update(
        self, states: Mapping[UUID, State], faults: Mapping[UUID, FaultStates] | None = None
    ) -> None:
        """Replace all states, if they differ.

        :param faults: None to change nothing about them.
        """
        if states != self.states:
            self.states = dict(states)
        if faults is not None and faults != self.faults:
            self.faults = dict(faults)


_MESSAGES: Mapping[Kind, message.State] = {
    Kind.FIRING: "firing",
    Kind.NO_DATA: "no_data",
    Kind.FLAPPING: "flapping",
    Kind.RESOLVED: "resolved",
}


class Alert(Persistent):
    """An episode of a rule, as it is listed: from pending to resolved.

    Names and condition are those of that time.

    :param dashboard: None for an alert about PyDash's own network.
    :param episode: what it shows.

    :ivar pending_since: since when the condition is met.
    :ivar fired: when that had lasted long enough; None if it has not.
    :ivar value: what was compared when the condition was last met.
    :ivar channels: those that were told about it.
    :ivar text: the cause, in one sentence.
    :ivar page: of the dashboard, as a relative URL, which shows the cause.
    """

    # For alerts that were stored before November 30, 2026.
    page = ""

    def __init__(self, rule: Rule, dashboard: Dashboard | None, episode: Episode) -> None:
        self.id = episode.id
        self.owner_id = rule.owner_id
        self.rule_id = rule.id
        self.rule_name = rule.name
        self._condition = conditions.to_text(rule.condition)
        self.dashboard_id = dashboard and dashboard.id
        self.dashboard_name = dashboard and dashboard.name
        self.severity: Severity = rule.severity
        self.pending_since = episode.began
        self.fired: datetime | None = None
        self.resolved_at: datetime | None = None
        self.state: AlertState = "pending"
        self.value: float | None = None
        self.threshold: float | None = None
        self.text = ""
        self.channels: tuple[UUID, ...] = ()
        self.acknowledged_by: str | None = None
        self.acknowledged_at: datetime | None = None
        self.comment = ""

    @property
    def condition(self) -> dict[str, Any]:
        """What was watched, as JSON."""
        condition: dict[str, Any] = json.loads(self._condition)
        return condition

    @property
    def is_open(self) -> bool:
        """Whether it lasts."""
        return self.resolved_at is None

    @property
    def is_alerting(self) -> bool:
        """Whether it has fired and lasts."""
        return self.fired is not None and self.is_open

    @property
    def subject(self) -> Subject:
        """To what its events belong: the dashboard, or the account."""
        if self.dashboard_id is None or self.dashboard_name is None:
            return Subject(f"user:{self.owner_id}", {"user_id": str(self.owner_id)})
        return of_dashboard(_Named(self.dashboard_id, self.dashboard_name))

    def follow(self, state: State, episode: Episode) -> None:
        """Show an episode as it is now."""
        changes: dict[str, object] = {"fired": episode.fired, "resolved_at": episode.resolved}
        if episode.resolved is not None:
            changes["state"] = "resolved"
        elif state.is_flapping:
            changes["state"] = "flapping"
        elif state.phase is Phase.FIRING and episode.kind is Kind.NO_DATA:
            changes["state"] = "no_data"
        else:
            changes["state"] = str(state.phase)
        reading = state.reading
        if reading is not None and reading.outcome.value in ("met", changes["state"]):
            changes |= {"value": reading.value, "threshold": reading.threshold}
            changes |= {"text": reading.text, "page": reading.page}
        for name, value in changes.items():
            if getattr(self, name) != value:
                setattr(self, name, value)

    def tell(self, channels: Iterable[UUID]) -> None:
        """Remember who was told about it."""
        self.channels = tuple(dict.fromkeys([*self.channels, *channels]))

    def acknowledge(self, by: str, now: datetime, comment: str) -> None:
        """Record that someone takes care of it."""
        self.acknowledged_by, self.acknowledged_at, self.comment = by, now, comment

    @property
    def url(self) -> str:
        """The page that shows it."""
        if self.dashboard_id is None:
            return self.dashboard_url
        page = f"/{self.page}" if self.page else ""
        return f"{self.dashboard_url}{page}"

    @property
    def dashboard_url(self) -> str:
        """The page of its dashboard, or of all."""
        root = configuration.current().public_url
        return f"{root}/" if self.dashboard_id is None else f"{root}/dashboards/{self.dashboard_id}"

    @property
    def duration(self) -> float | None:
        """How long it lasted (s); None while it lasts."""
        if self.resolved_at is None:
            return None
        return max(0.0, (self.resolved_at - self.pending_since).total_seconds())

    def to_message(self, kind: Kind) -> message.Alert:
        """Return it as it is sent.

        :param kind: what the message says.
        """
        dashboard = None
        if self.dashboard_id is not None and self.dashboard_name is not None:
            name, page = self.dashboard_name, self.dashboard_url
            dashboard = message.Dashboard(str(self.dashboard_id), name, page)
        states = {**_MESSAGES, Kind.REMINDER: "no_data" if self.state == "no_data" else "firing"}
        return message.Alert(
            id=str(self.id),
            state=cast("message.State", states[kind]),
            rule=message.Rule(str(self.rule_id), self.rule_name, self.condition),
            dashboard=dashboard,
            severity=self.severity,
            since=self.pending_since,
            text=self.text,
            url=self.url,
            reminder=kind is Kind.REMINDER,
            value=self.value,
            threshold=self.threshold,
            resolved_at=self.resolved_at,
            duration=self.duration,
        )


class _Named(NamedTuple):
    """A dashboard that may have been deleted."""

    id: UUID
    name: str
