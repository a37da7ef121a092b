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
    """Store a dashboard that keeps calls for a week and has an older and a newer one."""
    dashboard = Dashboard("http://app", "token", uuid.uuid4())
    dashboard.retention = Retention(calls_days=7)
    for age in (timedelta(days=30), timedelta(hours=1)):
        time = datetime.now(UTC) - age
        dashboard.add_endpoint_call(EndpointCall("foo", 1.0, time, "1", "None", "127.0.0.1"))
    transact(lambda: repository.add(dashboard))
    return dashboard


def test_it_drops_the_calls_that_users_do_not_want_to_keep() -> None:
    dashboard = add_dashboard()
    housekeeping.drop_expired_calls()
    assert sum(len(batch) for batch in dashboard.calls(Query())) == 1
    assert dashboard.statistic("total_visits") == 2


def test_a_dashboard_that_is_deleted_meanwhile_does_no_harm(
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
    """Notes the names of what it is to run."""

    def __init__(self) -> None:
        super().__init__()
        self.names: list[Hashable] = []

    def add_periodic_task(self, name: Hashable, *_: Any, **__: Any) -> None:
        self.names.append(name)


def test_it_plans_mails_pruning_dropping_and_packing() -> None:
    scheduler = RecordingScheduler()
    housekeeping.schedule(scheduler)
    assert scheduler.names == ["send mails", "prune unverified users", "drop calls", "pack"]
