"""Decides about faults, and records what changes their states as events. Nothing here commits."""

from datetime import datetime

from pydash_app.event import EventType, of_dashboard, record
from pydash_app.event.recording import Value
from pydash_app.event.vocabulary import Named
from pydash_app.exceptions.entity import Changed, ExceptionFault
from pydash_app.exceptions.states import Change, Decision, Ignored, Resolved


def decide(app: Named, fault: ExceptionFault, decision: Decision | None) -> None:
    """Store what someone decides about a fault, and record it.

    :param app: the dashboard of the fault.
    :param decision: None opens it again.
    """
    fault.decision = decision
    match decision:
        case Resolved():
            _record(EventType.EXCEPTION_RESOLVED, app, fault, version=decision.version)
        case Ignored():
            times = decision.until_count and decision.until_count - fault.count
            _record(EventType.EXCEPTION_IGNORED, app, fault, until=decision.until, count=times)
        case _:
            _record(EventType.EXCEPTION_REOPENED, app, fault)


def record_change(app: Named, changed: Changed) -> None:
    """Record that exceptions have changed the state of a fault."""
    fault, newest = changed.fault, changed.newest
    _record(
        EventType(f"exception.{changed.change}"),
        app,
        fault,
        fault.first_seen if changed.change is Change.NEW else newest.time,
        version=newest.version or None,
        endpoint=newest.endpoint or None,
    )


def _record(
    event_type: EventType,
    app: Named,
    fault: ExceptionFault,
    happened: datetime | None = None,
    **traits: Value,
) -> None:
    named = {"group": fault.id, "exception": fault.type, "function": fault.function or None}
    record(event_type, of_dashboard(app), happened=happened, **named, **traits)
