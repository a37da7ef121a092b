"""The state machine of alerts, compared with a simple model over any sequence of readings."""

import pickle
from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from uuid import UUID

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from pydash_app.alert.machine import (
    FLAPPING_CHANGES,
    FLAPPING_PERIOD,
    STEADY_PERIOD,
    Change,
    Kind,
    NoDataPolicy,
    Outcome,
    Phase,
    Reading,
    State,
    Step,
    Timing,
    close,
    next_time,
    step,
)

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
MET, UNMET = Reading(Outcome.MET), Reading(Outcome.UNMET)
BETWEEN = Reading(Outcome.UNMET, has_recovered=False)
NO_DATA, ERROR = Reading(Outcome.NO_DATA), Reading(Outcome.ERROR)
NONE = timedelta()
# The most messages in a flapping period: up to flapping, one when it is steady, and again.
MAX_MESSAGES = 2 * FLAPPING_CHANGES + 2


def minutes(number: float) -> timedelta:
    return timedelta(minutes=number)


@dataclass
class Model:
    """What somebody would write down who watches an alert, with a clock and a list of messages."""

    timing: Timing
    is_on: bool = False
    met_since: datetime | None = None
    unmet_since: datetime | None = None
    flips: list[datetime] = field(default_factory=list)
    is_flapping: bool = False
    is_open: bool = False
    reason: str = ""
    told: str | None = None
    told_at: datetime | None = None
    messages: list[str] = field(default_factory=list)

    def look(self, reading: Reading, now: datetime, *, is_held: bool, is_known: bool) -> None:
        flips = len(self.flips)
        self._watch(reading, now)
        if len(self.flips) > flips:
            recent = [flip for flip in self.flips[-5:] if now - flip <= timedelta(minutes=30)]
            self.is_flapping = self.is_flapping or len(recent) == 5
        elif self.is_flapping and (self.is_on or self.met_since is None):
            self.is_flapping = now - self.flips[-1] < timedelta(minutes=15)
            self.flips = self.flips if self.is_flapping else []
        if self.is_on and not self.is_open:
            self.is_open = True
            self.reason = "no_data" if reading.outcome is Outcome.NO_DATA else "firing"
        if self.is_open and not self.is_on and not self.is_flapping and self.met_since is None:
            if self.told:
                self.messages.append("resolved")
            self.is_open, self.told = False, None
        elif self.is_open and not is_held:
            self._tell(now, is_known=is_known)

    def _watch(self, reading: Reading, now: datetime) -> None:
        missing = {"ok": False, "alert": True, "keep": None}[self.timing.no_data]
        met = {
            Outcome.MET: True,
            Outcome.NO_DATA: missing,
            Outcome.ERROR: None,
            Outcome.UNMET: self.is_on and not reading.has_recovered,
        }[reading.outcome]
        if met is None:
            return
        self.met_since = (self.met_since or now) if met else None
        self.unmet_since = None if met else (self.unmet_since or now)
        if not self.is_on and self.met_since and now - self.met_since >= self.timing.for_:
            self.is_on = True
            self.flips.append(now)
        if self.is_on and self.unmet_since and self._lasted(self.unmet_since, now):
            self.is_on = False
            self.flips.append(now)

    def _lasted(self, since: datetime, now: datetime) -> bool:
        return now - since >= self.timing.keep_firing_for

    def _tell(self, now: datetime, *, is_known: bool) -> None:
        is_firing = self.is_on and self.unmet_since is None
        wanted = "flapping" if self.is_flapping else self.reason if is_firing else self.told
        if wanted != self.told:
            self.messages.append(wanted or "")
            self.told, self.told_at = wanted, now
        elif is_firing and not self.is_flapping and not is_known and self.told_at is not None:
            is_due = NONE < self.timing.repeat <= now - self.told_at
            self.messages += ["reminder"] if is_due else []
            self.told_at = now if is_due else self.told_at


class AlertComparison(RuleBasedStateMachine):
    """Readings, gaps, mutes, acknowledgements and take-overs in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.now, self.state = NOON, State()
        self.is_held = self.is_acknowledged = False
        self.sent: list[tuple[datetime, UUID, Kind]] = []
        self.changes: dict[UUID, list[Change]] = defaultdict(list)

    @initialize(
        for_=st.sampled_from([0, 1, 5]),
        keep=st.sampled_from([0, 1, 5]),
        no_data=st.sampled_from(["keep", "ok", "alert"]),
        repeat=st.sampled_from([0, 60]),
    )
    def create(self, for_: int, keep: int, no_data: NoDataPolicy, repeat: int) -> None:
        self.timing = Timing(minutes(for_), minutes(keep), no_data, minutes(repeat))
        self.model = Model(self.timing)

    @rule(
        reading=st.sampled_from([MET, MET, UNMET, UNMET, BETWEEN, NO_DATA, ERROR]),
        seconds=st.sampled_from([0, 30, 60, 90, 300, 900, 1_800, 14_400]),
        is_killed=st.booleans(),
    )
    def look(self, reading: Reading, seconds: int, is_killed: bool) -> None:
        self.now += timedelta(seconds=seconds)
        if is_killed:
            self._step(reading)  # whose transaction is not committed
        episode = self.state.episode
        held = self.is_held or (episode is not None and episode.is_muted)
        taken = self._step(reading)
        self.model.look(reading, self.now, is_held=held, is_known=self.is_acknowledged)
        # Another process continues with what is stored.
        self.state = pickle.loads(pickle.dumps(taken.state))
        if taken.episode is not None:
            self.changes[taken.episode.id] += taken.changes
            if taken.message is not None:
                self.sent.append((self.now, taken.episode.id, taken.message))
        if self.state.episode is None:
            self.is_acknowledged = False

    def _step(self, reading: Reading) -> Step:
        return step(
            *(self.timing, self.state, reading, self.now),
            is_held=self.is_held,
            is_acknowledged=self.is_acknowledged,
        )

    @rule()
    def hold_or_release(self) -> None:
        self.is_held = not self.is_held

    @precondition(lambda self: self.state.episode is not None)
    @rule()
    def mute_until_resolved(self) -> None:
        assert self.state.episode is not None
        self.state = replace(self.state, episode=replace(self.state.episode, is_muted=True))

    @precondition(lambda self: self.state.episode is not None)
    @rule()
    def acknowledge(self) -> None:
        self.is_acknowledged = True

    @invariant()
    def messages_are_those_of_the_model(self) -> None:
        if hasattr(self, "model"):
            assert [str(kind) for _, _, kind in self.sent] == self.model.messages

    @invariant()
    def nothing_is_lost_or_repeated(self) -> None:
        current = self.state.episode
        messages: dict[UUID, list[Kind]] = defaultdict(list)
        for _, episode_id, kind in self.sent:
            messages[episode_id].append(kind)
        for episode_id, kinds in messages.items():
            news = [kind for kind in kinds if kind is not Kind.REMINDER]
            assert kinds[0] is not Kind.REMINDER
            assert all(one is not other for one, other in pairwise(news))
            is_over = current is None or current.id != episode_id
            assert (news[-1] is Kind.RESOLVED) == is_over
            assert news.count(Kind.RESOLVED) == int(is_over)
        for episode_id, changes in self.changes.items():
            is_over = current is None or current.id != episode_id
            ends = [each for each in changes if each in (Change.RESOLVED, Change.DROPPED)]
            assert len(ends) == int(is_over)
            assert changes.count(Change.FIRED) <= 1
            assert (Change.RESOLVED in changes) == (is_over and Change.FIRED in changes)

    @invariant()
    def messages_are_bounded(self) -> None:
        news = [time for time, _, kind in self.sent if kind is not Kind.REMINDER]
        for number, time in enumerate(news):
            count = sum(other - time < FLAPPING_PERIOD for other in news[number:])
            assert count <= MAX_MESSAGES

    @invariant()
    def what_is_not_ok_is_looked_at_again(self) -> None:
        if hasattr(self, "model") and self.state.name not in ("ok", "no_data", "error"):
            time = next_time(self.timing, self.state, self.now)
            assert time is not None
            assert self.now < time <= self.now + minutes(1)


AlertComparison.TestCase.settings = settings(
    max_examples=150, stateful_step_count=40, deadline=None, database=None
)
TestAlertComparison = AlertComparison.TestCase


class Alert:
    """An alert with a clock."""

    def __init__(self, **timing: timedelta) -> None:
        self.timing, self.state, self.now = Timing(**timing), State(), NOON  # type: ignore[arg-type]

    def after(self, time: timedelta, reading: Reading, **options: bool) -> Kind | None:
        self.now += time
        taken = step(self.timing, self.state, reading, self.now, **options)
        self.state = taken.state
        return taken.message


def test_it_fires_when_the_condition_was_met_for_long_enough() -> None:
    alert = Alert(for_=minutes(5))
    assert alert.after(NONE, MET) is None
    assert alert.state.phase is Phase.PENDING
    assert alert.after(minutes(4.9), MET) is None
    assert alert.after(minutes(0.1), MET) is Kind.FIRING


def test_one_reading_below_begins_the_waiting_again() -> None:
    alert = Alert(for_=minutes(5))
    alert.after(NONE, MET)
    alert.after(minutes(4), UNMET)
    alert.after(minutes(1), MET)
    assert alert.after(minutes(4), MET) is None
    assert alert.after(minutes(1), MET) is Kind.FIRING


def test_it_keeps_firing_between_the_thresholds() -> None:
    alert = Alert()
    assert alert.after(NONE, BETWEEN) is None
    assert alert.after(minutes(1), MET) is Kind.FIRING
    assert alert.after(minutes(1), BETWEEN) is None
    assert alert.state.phase is Phase.FIRING
    assert alert.after(minutes(1), UNMET) is Kind.RESOLVED


def test_it_ends_only_after_it_was_steady() -> None:
    alert = Alert(keep_firing_for=minutes(5))
    alert.after(NONE, MET)
    assert alert.after(minutes(10), UNMET) is None
    assert alert.state.phase is Phase.RECOVERING
    assert alert.after(minutes(4), MET) is None
    assert alert.after(minutes(1), UNMET) is None
    taken = step(alert.timing, alert.state, UNMET, alert.now + minutes(5))
    assert taken.message is Kind.RESOLVED
    assert taken.episode is not None
    assert taken.episode.resolved == alert.now  # when it ended, not when that was certain


@pytest.mark.parametrize(
    ("policy", "expected"),
    [("keep", Phase.FIRING), ("ok", Phase.OK), ("alert", Phase.FIRING)],
)
def test_missing_data_means_what_the_rule_says(policy: NoDataPolicy, expected: Phase) -> None:
    firing = step(Timing(no_data=policy), State(), MET, NOON).state
    assert step(Timing(no_data=policy), firing, NO_DATA, NOON + minutes(1)).state.phase is expected


def test_missing_data_can_be_an_alert_of_its_own() -> None:
    taken = step(Timing(no_data="alert"), State(), NO_DATA, NOON)
    assert taken.message is Kind.NO_DATA


def test_an_error_is_neither_missing_data_nor_a_recovery() -> None:
    timing = Timing(no_data="alert")
    taken = step(timing, State(), ERROR, NOON)
    assert (taken.state.name, taken.message) == ("error", None)
    firing = step(timing, State(), MET, NOON).state
    assert step(timing, firing, ERROR, NOON + minutes(9)).state.name == "firing"


def test_what_ends_while_it_is_held_back_is_never_announced() -> None:
    alert = Alert()
    assert alert.after(NONE, MET, is_held=True) is None
    assert alert.after(minutes(1), UNMET, is_held=True) is None
    assert alert.after(minutes(1), UNMET) is None


def test_what_still_fires_is_announced_when_it_is_no_longer_held_back() -> None:
    alert = Alert()
    alert.after(NONE, MET, is_held=True)
    assert alert.after(minutes(1), MET) is Kind.FIRING
    assert alert.after(minutes(1), MET) is None


def test_the_end_of_what_was_announced_is_sent_even_if_it_is_held_back() -> None:
    alert = Alert()
    alert.after(NONE, MET)
    assert alert.after(minutes(1), UNMET, is_held=True) is Kind.RESOLVED


def test_reminders_stop_when_somebody_takes_care() -> None:
    alert = Alert(repeat=minutes(60))
    alert.after(NONE, MET)
    assert alert.after(minutes(59), MET) is None
    assert alert.after(minutes(1), MET) is Kind.REMINDER
    assert alert.after(minutes(60), MET, is_acknowledged=True) is None
    assert alert.after(minutes(1), MET) is Kind.REMINDER


def test_flapping_is_one_message_and_silence_until_it_is_steady() -> None:
    alert = Alert()
    kinds = [alert.after(minutes(1), MET if number % 2 else UNMET) for number in range(1, 30)]
    assert [kind for kind in kinds if kind] == [
        *(Kind.FIRING, Kind.RESOLVED, Kind.FIRING, Kind.RESOLVED, Kind.FLAPPING),
    ]
    assert alert.state.name == "flapping"
    last = alert.state.changes[-1]
    assert alert.after(STEADY_PERIOD - minutes(1), MET) is None
    assert alert.after(minutes(1), MET) is Kind.FIRING  # and it still is
    assert alert.now - last == STEADY_PERIOD
    assert alert.after(minutes(1), UNMET) is Kind.RESOLVED


def test_it_is_not_steady_while_it_may_fire_again() -> None:
    alert = Alert(for_=minutes(1))
    for number in range(5):
        for _ in range(2):
            alert.after(minutes(1), UNMET if number % 2 else MET)
    assert alert.state.name == "flapping"
    alert.after(minutes(1), UNMET)
    assert alert.after(STEADY_PERIOD - minutes(0.5), MET) is None
    assert alert.state.phase is Phase.PENDING
    assert alert.after(minutes(0.5), MET) is None
    assert alert.state.name == "flapping"
    assert alert.after(minutes(0.5), UNMET) is Kind.RESOLVED


def test_five_changes_in_more_than_half_an_hour_are_not_flapping() -> None:
    alert = Alert()
    kinds = [alert.after(minutes(8), MET if number % 2 else UNMET) for number in range(1, 12)]
    assert Kind.FLAPPING not in kinds


def test_durations_begin_again_when_the_clock_is_set_back() -> None:
    alert = Alert(for_=minutes(5))
    alert.after(minutes(600), MET)
    alert.after(minutes(-600), MET)
    assert alert.after(minutes(5), MET) is Kind.FIRING


def test_closing_ends_what_was_announced() -> None:
    firing = step(Timing(), State(), MET, NOON).state
    assert close(firing, NOON).message is Kind.RESOLVED
    held = step(Timing(), State(), MET, NOON, is_held=True).state
    assert close(held, NOON).message is None
    pending = step(Timing(for_=minutes(5)), State(), MET, NOON).state
    assert close(pending, NOON).changes == (Change.DROPPED,)
    assert close(State(), NOON).episode is None
