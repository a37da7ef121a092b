import uuid
from collections.abc import Hashable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from periodic_tasks import TaskScheduler
from pydash_app.dashboard import repository
from pydash_app.dashboard.endpoint_call import EndpointCall
from pydash_app.dashboard.entity import Dashboard
from pydash_app.dashboard.retention import Retention
from pydash_app.dashboard.services import retention
from pydash_app.fetcher import housekeeping
from pydash_cube.query import Query
from pydash_database import transact

pytestmark = pytest.mark.usefixtures("database")


def add_dashboard() -> Dashboard:
    """Store a dashboard with a retention of a week, an older and a newer call."""
    dashboard = Dashboard("http://app", "token", uuid.uuid4())
    dashboard.retention = Retention(calls_days=7)
    for age in (timedelta(days=30), timedelta(hours=1)):
        time = datetime.now(UTC) - age
        dashboard.add_endpoint_call(EndpointCall("foo", 1.0, time, "1", "None", "127.0.0.1"))
    transact(lambda: repository.add(dashboard))
    return dashboard


def test_it_drops_calls_after_their_retention() -> None:
    dashboard = add_dashboard()
    housekeeping.drop_expired_calls()
    assert sum(len(batch) for batch in dashboard.calls(Query())) == 1
    assert dashboard.statistic("total_visits") == 2


def test_a_dashboard_deleted_in_the_meantime_is_ignored(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    first, second = add_dashboard(), add_dashboard()
    drop = retention.drop_expired

    def delete_the_other_and_drop(dashboard_id: uuid.UUID, now: datetime) -> None:
        other = second if dashboard_id == first.id else first
        transact(lambda: repository.delete(other))
        drop(dashboard_id, now)

    monkeypatch.setattr(retention, "drop_expired", delete_the_other_and_drop)
    housekeeping.drop_expired_calls()


class RecordingScheduler(TaskScheduler):
    """Records the names of the added tasks."""

    def __init__(self) -> None:
        super().__init__()
        self.names: list[Hashable] = []

    def add_periodic_task(self, name: Hashable, *_: Any, **__: Any) -> None:
        self.names.append(name)


def test_it_schedules_mails_pruning_dropping_and_packing() -> None:
    scheduler = RecordingScheduler()
    housekeeping.schedule(scheduler)
    assert scheduler.names == ["send mails", "prune unverified users", "drop calls", "pack"]
