"""Versions of a real app are compared by the fetch that makes it possible, once per check."""

import uuid
from datetime import UTC, datetime, timedelta

import pytest

from pydash_app import event, verdict
from pydash_app.dashboard import news, repository
from pydash_app.dashboard.entity import Dashboard
from pydash_app.dashboard.services import fetching
from pydash_app.event import EventType
from pydash_app.verdict import CHECKS, Verdict, VersionLog
from pydash_database import transact
from pydash_events import Event, EventFilter, moving
from tests.pydash_app.fetching.support.monitored_process import MonitoredApp

pytestmark = pytest.mark.usefixtures("database")


def write_version(app: MonitoredApp, version: str, start: datetime, time: float) -> None:
    """Write four requests of each of thirty minutes."""
    moments = (start + number * timedelta(seconds=15) for number in range(120))
    app.write_calls([("alpha", moment, time) for moment in moments], version=version)


def log_of(dashboard: Dashboard) -> VersionLog:
    log = transact(lambda: repository.find(dashboard.id).version_log)
    assert log is not None
    return log


def verdicts(dashboard: Dashboard) -> list[Event]:
    moving.move()
    store = event.store(event.of_dashboard(dashboard).project)
    wanted = EventFilter(event_type=EventType.APP_VERSION_VERDICT)
    return transact(lambda: list(store.get_events(wanted)))


def test_checks_survive_whatever_happens_to_the_process(
    monitored_app: MonitoredApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = datetime.now(UTC)
    began = now - timedelta(hours=3)
    write_version(monitored_app, "1.0", began - timedelta(minutes=30), 40)
    write_version(monitored_app, "1.1", began, 90)
    # Its last check is not due, and that of this one is not either.
    write_version(monitored_app, "1.2", now - timedelta(minutes=30), 90)
    dashboard = Dashboard(monitored_app.url, monitored_app.token, uuid.uuid4())
    transact(lambda: repository.add(dashboard))

    def die(*_args: object, **_traits: object) -> None:
        raise MemoryError

    with monkeypatch.context() as patched:
        # Killed after the requests were stored, before the first check is made.
        patched.setattr(verdict, "judge_next", die)
        with pytest.raises(MemoryError):
            fetching.fetch_and_update_historic_dashboard_info(dashboard.id)
    with monkeypatch.context() as patched:
        # Killed before the first check is stored.
        patched.setattr(news, "add", die)
        with pytest.raises(MemoryError):
            fetching._judge_version(fetching._source(dashboard.id))
    assert transact(lambda: repository.find(dashboard.id).version_log) is None
    assert verdicts(dashboard) == []

    for _ in range(3):
        fetching.fetch_and_update_historic_dashboard_info(dashboard.id)
    log = log_of(dashboard)
    assert list(log.versions) == ["1.1", "1.2"]
    assert [each.verdict for each in log.versions["1.1"].checks] == [Verdict.WORSE] * 2
    assert log.versions["1.2"].checks == ()
    assert log.next_due == log.versions["1.2"].due
    found = verdicts(dashboard)
    assert [each.generated for each in found] == [began + after for after in CHECKS[:2]]
    values = {trait.name: trait.value for trait in found[0].traits}
    assert values | {"dashboard": "", "dashboard_id": ""} == {
        "dashboard": "",
        "dashboard_id": "",
        "version": "1.1",
        "against": "1.0",
        "verdict": "worse",
        "after": 1_800,
        "since": began,
        "severity": "warning",
        "reason": "alpha: p95 from 40 ms to 90 ms (+125%)",
    }
