"""Reads conditions on exceptions, which rules watch for each of their groups by itself."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from pydash_app.alert.condition import ExceptionCondition, ExceptionNew
from pydash_app.alert.entity import FaultStates
from pydash_app.alert.machine import Outcome, Phase, Reading, State
from pydash_app.exceptions import ExceptionFault, ExceptionLog
from pydash_app.exceptions import State as FaultState
from pydash_app.exceptions.states import Change

MAX_TEXT = 500


class Watched(NamedTuple):
    """A group of exceptions that a rule watches.

    :ivar reading: whether it is new, or has regressed.
    :ivar is_told: whether it is told when it no longer is; that it has become old is no news.
    """

    reading: Reading
    is_told: bool


def read(
    condition: ExceptionCondition, log: ExceptionLog, former: FaultStates, now: datetime
) -> dict[str, Watched]:
    """Return the groups whose states follow from the condition, by their IDs.

    A group is watched from the change that meets the condition, which is missed by no evaluation,
    until its state is another one.

    :param former: the states after the last evaluation.
    """
    change, wanted = _watched_by(condition)
    changed = [
        fault
        for fault in log.changed_since(former.seen)
        if fault.change is change and condition.endpoint in (None, *fault.endpoints)
    ]
    faults: dict[str, ExceptionFault | None] = {key: log.faults.get(key) for key in former.states}
    faults.update({fault.id: fault for fault in changed})
    watched: dict[str, Watched] = {}
    for key, fault in faults.items():
        state = None if fault is None else fault.state(now)
        is_met = state is wanted or fault in changed
        outcome = Outcome.MET if is_met else Outcome.UNMET
        text = "" if fault is None else _text(fault)
        reading = Reading(outcome, text=text, page=f"exceptions/{key}")
        watched[key] = Watched(reading, state is not FaultState.ONGOING)
    return watched


def read_all(condition: ExceptionCondition, log: ExceptionLog | None, now: datetime) -> Reading:
    """Return whether any group meets a condition now, and how many do."""
    _, wanted = _watched_by(condition)
    met = [
        fault
        for fault in (() if log is None else log.faults.values())
        if fault.state(now) is wanted and condition.endpoint in (None, *fault.endpoints)
    ]
    text = _text(met[0]) if met else "There are none."
    return Reading(Outcome.MET if met else Outcome.UNMET, float(len(met)), text=text)


def summed(former: State, states: Mapping[str, State], now: datetime) -> State:
    """Return the state of a rule for a dashboard, given those of the groups.

    Its value is the number of groups that are not ok.
    """
    phases = {state.phase for state in states.values()}
    phase = next((each for each in (Phase.FIRING, Phase.PENDING) if each in phases), Phase.OK)
    outcome = Outcome.UNMET if phase is Phase.OK else Outcome.MET
    since = former.since if former.phase is phase and former.since else now
    return replace(former, phase=phase, since=since, reading=Reading(outcome, float(len(states))))


def _watched_by(condition: ExceptionCondition) -> tuple[Change, FaultState]:
    """Return the change from which, and the state as long as which, a group is watched."""
    if isinstance(condition, ExceptionNew):
        return Change.NEW, FaultState.NEW
    return Change.REGRESSED, FaultState.REGRESSED


def _text(fault: ExceptionFault) -> str:
    place = f" in {fault.function}" if fault.function else ""
    version = f" (version {fault.last_version})" if fault.last_version else ""
    message = f": {fault.message}" if fault.message else ""
    return f"{fault.type}{place}{version}{message}"[:MAX_TEXT]
