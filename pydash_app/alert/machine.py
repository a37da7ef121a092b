"""The states of an alert, and when messages are sent: a function of state, reading and time.

    ok → pending → firing → recovering → ok

A condition that is met is *pending* until it has been met for `for_`, then it is *firing*. When it
is no longer met it is *recovering*, and resolved after `keep_firing_for`. An episode lasts from the
beginning of pending to the end. Rules of messages:

- An episode that fires is announced once. Its end is sent once, if it was announced.
- While messages are held back (muted, in maintenance, the app is down), the announcement waits.
  What ends before was never announced. The end of what was announced is always sent.
- After `FLAPPING_CHANGES` changes within `FLAPPING_PERIOD`, one message says that it is flapping.
  Then there is silence until nothing has changed for `STEADY_PERIOD`; the episode lasts that long.
- Reminders are sent every `repeat` while it is firing, unless it is acknowledged.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Literal
from uuid import UUID, uuid4

FLAPPING_CHANGES = 5
FLAPPING_PERIOD = timedelta(minutes=30)
STEADY_PERIOD = timedelta(minutes=15)
# An alert that is not ok is evaluated at least this often.
MAX_PAUSE = timedelta(minutes=1)

NoDataPolicy = Literal["keep", "ok", "alert"]


class Outcome(StrEnum):
    """What reading a condition found. An error is never mistaken for missing data."""

    MET = "met"
    UNMET = "unmet"
    NO_DATA = "no_data"
    ERROR = "error"


@dataclass(frozen=True)
class Reading:
    """Whether a condition is met.

    :ivar value: the value that was compared; None if it has none, or none is known.
    :ivar threshold: what it was compared with.
    :ivar text: one sentence; for errors the reason.
    :ivar has_recovered: with `UNMET`: whether the value has also passed the recovery threshold.
    :ivar since: since when the condition is met, if that is known exactly.
    :ivar occasion: what it is met by; another occasion is another episode. Empty if the condition
        has no occasions.
    :ivar page: of the dashboard, as a relative URL, which shows why it is met; empty for the first.
    """

    outcome: Outcome
    value: float | None = None
    threshold: float | None = None
    text: str = ""
    has_recovered: bool = True
    since: datetime | None = None
    occasion: str = ""
    page: str = ""


class Phase(StrEnum):
    """Where an alert is between two episodes."""

    OK = "ok"
    PENDING = "pending"
    FIRING = "firing"
    RECOVERING = "recovering"


class Change(StrEnum):
    """What happened to an episode."""

    PENDING = "pending"
    DROPPED = "dropped"
    FIRED = "fired"
    RESOLVED = "resolved"


class Kind(StrEnum):
    """What a message says."""

    FIRING = "firing"
    NO_DATA = "no_data"
    FLAPPING = "flapping"
    REMINDER = "reminder"
    RESOLVED = "resolved"


@dataclass(frozen=True, slots=True)
class Timing:
    """The settings of a rule that decide when it fires.

    :ivar for_: how long the condition must be met.
    :ivar keep_firing_for: how long it must not be met for the alert to end.
    :ivar no_data: what missing data means: nothing, not met, or met.
    :ivar repeat: the time between two reminders; zero for none.
    """

    for_: timedelta = timedelta()
    keep_firing_for: timedelta = timedelta()
    no_data: NoDataPolicy = "keep"
    repeat: timedelta = timedelta()


@dataclass(frozen=True)
class Episode:
    """The part of an episode that decides about messages.

    :ivar began: the first reading that met the condition.
    :ivar fired: when it fired; None while it is pending.
    :ivar kind: whether it fired because of the condition or because of missing data.
    :ivar announced: what the last message about it said, without reminders; None if there was none.
    :ivar last_sent: when the last message about it was sent.
    :ivar resolved: when it ended; None while it lasts.
    :ivar is_muted: whether no message is sent until it ends.
    """

    began: datetime
    id: UUID = field(default_factory=uuid4)
    fired: datetime | None = None
    kind: Kind = Kind.FIRING
    announced: Kind | None = None
    last_sent: datetime | None = None
    resolved: datetime | None = None
    is_muted: bool = False


@dataclass(frozen=True)
class State:
    """The stored state of a rule for one dashboard.

    :ivar since: when the phase began; None if nothing was read yet.
    :ivar reading: the last reading.
    :ivar changes: when it fired and ended lately, oldest first.
    :ivar is_flapping: whether it does so too often.
    """

    phase: Phase = Phase.OK
    since: datetime | None = None
    reading: Reading | None = None
    episode: Episode | None = None
    changes: tuple[datetime, ...] = ()
    is_flapping: bool = False

    @property
    def name(self) -> str:
        """The state as it is shown: the phase, flapping, or why nothing is known."""
        if self.is_flapping:
            return "flapping"
        if self.phase in _ALERTING:
            return self.phase.value
        unknown = (Outcome.NO_DATA, Outcome.ERROR)
        if self.reading is not None and self.reading.outcome in unknown:
            return self.reading.outcome.value
        return self.phase.value


_ALERTING = (Phase.FIRING, Phase.RECOVERING)


@dataclass(frozen=True, slots=True)
class Step:
    """The result of an evaluation.

    :ivar episode: the current episode, or the one that has just ended.
    :ivar changes: what happened to it.
    :ivar message: what to tell about it; None for nothing.
    """

    state: State
    episode: Episode | None = None
    changes: tuple[Change, ...] = ()
    message: Kind | None = None


def step(
    timing: Timing,
    state: State,
    reading: Reading,
    now: datetime,
    *,
    is_held: bool = False,
    is_acknowledged: bool = False,
) -> Step:
    """Return the state after a reading, and what is recorded and sent because of it.

    Equal arguments give equal results, except for the id of a new episode. If the clock is set
    back, durations begin again.

    :param is_held: whether messages are held back.
    :param is_acknowledged: whether someone takes care of the current episode.
    """
    if state.since is not None and state.since > now:
        state = replace(state, since=now, changes=())
    former, phase = state, _next_phase(timing, state, reading, now)
    is_new = phase is not former.phase or former.since is None
    state = replace(former, phase=phase, since=now if is_new else former.since, reading=reading)
    state = _count_changes(former, state, now)
    episode, changes = _follow(former, state, now)
    if changes[-1:] in ((Change.DROPPED,), (Change.RESOLVED,)):
        was_announced = episode is not None and episode.announced is not None
        message = Kind.RESOLVED if was_announced else None
        return Step(replace(state, episode=None), episode, changes, message)
    message = _message(timing, state, episode, now, is_acknowledged) if episode else None
    if episode is None or message is None or is_held or episode.is_muted:
        return Step(replace(state, episode=episode), episode, changes)
    announced = episode.announced if message is Kind.REMINDER else message
    episode = replace(episode, announced=announced, last_sent=now)
    return Step(replace(state, episode=episode), episode, changes, message)


def next_time(timing: Timing, state: State, now: datetime) -> datetime | None:
    """Return when the state must be evaluated again even without a new reading; None for never."""
    if state.episode is None and not state.is_flapping:
        return None
    lasting = {Phase.PENDING: timing.for_, Phase.RECOVERING: timing.keep_firing_for}
    due = (state.since or now) + lasting.get(state.phase, MAX_PAUSE)
    return due if now < due < now + MAX_PAUSE else now + MAX_PAUSE


def close(state: State, now: datetime) -> Step:
    """Return the step that ends a state because its rule or its dashboard no longer exists."""
    episode = state.episode
    if episode is None or episode.fired is None:
        return Step(State(), episode, (Change.DROPPED,) if episode else ())
    message = Kind.RESOLVED if episode.announced is not None else None
    return Step(State(), replace(episode, resolved=now), (Change.RESOLVED,), message)


def _is_met(timing: Timing, state: State, reading: Reading) -> bool | None:
    """Return whether the condition counts as met; None if that is unknown."""
    if reading.outcome is Outcome.MET:
        return True
    if reading.outcome is Outcome.UNMET:
        # Between the thresholds, what fires keeps firing.
        return state.phase in _ALERTING and not reading.has_recovered
    if reading.outcome is Outcome.NO_DATA:
        return {"keep": None, "ok": False, "alert": True}[timing.no_data]
    return None


def _next_phase(timing: Timing, state: State, reading: Reading, now: datetime) -> Phase:
    is_met, phase = _is_met(timing, state, reading), state.phase
    lasts = timedelta() if state.since is None else now - state.since
    if is_met is None:
        return phase
    if phase in _ALERTING:
        if is_met:
            return Phase.FIRING
        recovers = timedelta() if phase is Phase.FIRING else lasts
        return Phase.RECOVERING if recovers < timing.keep_firing_for else Phase.OK
    if not is_met:
        return Phase.OK
    is_due = lasts >= timing.for_ if phase is Phase.PENDING else not timing.for_
    return Phase.FIRING if is_due else Phase.PENDING


def _count_changes(former: State, state: State, now: datetime) -> State:
    """Return the state with what its changes mean: whether it is flapping now."""
    changes = former.changes
    if (former.phase in _ALERTING) != (state.phase in _ALERTING):
        changes = (*changes, now)[-FLAPPING_CHANGES:]
        is_frequent = len(changes) == FLAPPING_CHANGES and now - changes[0] <= FLAPPING_PERIOD
        return replace(state, changes=changes, is_flapping=state.is_flapping or is_frequent)
    is_steady = not changes or now - changes[-1] >= STEADY_PERIOD
    if state.is_flapping and is_steady and state.phase is not Phase.PENDING:
        return replace(state, changes=(), is_flapping=False)
    return state


def _follow(
    former: State, state: State, now: datetime
) -> tuple[Episode | None, tuple[Change, ...]]:
    """Return the episode after a change of the phase, and what happened to it."""
    episode = former.episode
    changes: tuple[Change, ...] = ()
    if episode is None:
        if state.phase is Phase.OK:
            return None, ()
        began = state.reading.since if state.reading and state.reading.since else now
        episode = Episode(min(began, now))
        changes = (Change.PENDING,) if state.phase is Phase.PENDING else ()
    if episode.fired is None:
        if state.phase is Phase.OK:
            return episode, (Change.DROPPED,)
        if state.phase is Phase.FIRING:
            is_missing = state.reading and state.reading.outcome is Outcome.NO_DATA
            kind = Kind.NO_DATA if is_missing else Kind.FIRING
            return replace(episode, fired=now, kind=kind), (*changes, Change.FIRED)
    elif state.phase is Phase.OK and not state.is_flapping:
        # It ended when the condition was no longer met, not when that had lasted long enough.
        ended = former.changes[-1] if former.is_flapping and former.changes else former.since
        is_late = former.phase is Phase.RECOVERING or former.is_flapping
        resolved = ended if is_late and ended else now
        return replace(episode, resolved=resolved), (Change.RESOLVED,)
    return episode, changes


def _message(
    timing: Timing, state: State, episode: Episode, now: datetime, is_acknowledged: bool
) -> Kind | None:
    """Return the message that is due if none is held back."""
    if episode.fired is None or not (state.is_flapping or state.phase is Phase.FIRING):
        return None
    due = Kind.FLAPPING if state.is_flapping else episode.kind
    if episode.announced is not due:
        return due
    if state.is_flapping or is_acknowledged or not timing.repeat or episode.last_sent is None:
        return None
    is_recent = timedelta() <= now - episode.last_sent < timing.repeat
    return None if is_recent else Kind.REMINDER
