import uuid
from collections.abc import Hashable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from periodic_tasks import TaskScheduler
from pydash_app import links, outbox
from pydash_app.dashboard import repository
from pydash_app.dashboard.endpoint_call import EndpointCall
from pydash_app.dashboard.entity import Dashboard
from pydash_app.dashboard.retention import Retention
from pydash_app.dashboard.services import retention
from pydash_app.fetcher import housekeeping
from pydash_app.outbox import OutgoingMail
from pydash_app.secrets import hash_code
from pydash_app.user import invite_repository
from pydash_cube.query import Query
from pydash_database import database_root, transact
from tests.support.clocks import ClockAhead

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


@pytest.mark.usefixtures("steady_clock")
def test_it_drops_calls_after_their_retention() -> None:
    dashboard = add_dashboard()
    housekeeping.drop_expired_calls()
    assert sum(len(batch) for batch in dashboard.calls(Query())) == 1
    assert dashboard.statistic("total_visits") == 2


@pytest.mark.usefixtures("steady_clock")
def test_it_drops_the_calls_of_others_if_one_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    dashboards = [add_dashboard(), add_dashboard()]
    drop, attempted = retention.drop_expired, []

    def fail_first(dashboard_id: uuid.UUID, now: datetime) -> None:
        attempted.append(dashboard_id)
        if len(attempted) == 1:
            raise IndexError
        drop(dashboard_id, now)

    monkeypatch.setattr(retention, "drop_expired", fail_first)
    with pytest.raises(ExceptionGroup, match="Could not drop"):
        housekeeping.drop_expired_calls()
    left = [sum(len(batch) for batch in each.calls(Query())) for each in dashboards]
    assert sorted(left) == [1, 2]


def test_one_reading_of_a_clock_that_is_ahead_drops_nothing(
    monkeypatch: pytest.MonkeyPatch, steady_clock: None
) -> None:
    dashboard = add_dashboard()
    invitation, sent = hash_code("code"), ("a@example.com", "Subject")

    def write() -> None:
        invite_repository.add(invitation, datetime.now(UTC) + timedelta(days=7))
        mail = OutgoingMail(*sent, "", "")
        outbox.repository.add(mail)
        outbox.repository.move_to_sent(mail, datetime.now(UTC))

    def left() -> tuple[int, bool, int]:
        calls = sum(len(batch) for batch in dashboard.calls(Query()))
        return calls, invite_repository.is_valid(invitation), len(database_root()["sent_mails"])

    transact(write)
    monkeypatch.setattr(housekeeping, "datetime", ClockAhead)
    housekeeping.drop_expired_calls()
    housekeeping.drop_expired_records()
    monkeypatch.undo()
    assert transact(left) == (2, True, 1)


@pytest.mark.usefixtures("steady_clock")
def test_it_drops_expired_invitations_links_and_records_of_sent_mails() -> None:
    def write() -> None:
        now = datetime.now(UTC)
        for days in (-1, 1):
            invite_repository.add(hash_code(str(days)), now + timedelta(days=days))
            links.issue("channel", uuid.uuid4(), now, timedelta(days=days))
        for age in (timedelta(minutes=59), timedelta(minutes=61)):
            mail = OutgoingMail("a@example.com", str(age), "", "")
            outbox.repository.add(mail)
            outbox.repository.move_to_sent(mail, now - age)

    transact(write)
    housekeeping.drop_expired_records()
    root = database_root()
    assert list(root["invites"]) == [hash_code("1")]
    assert len(root["links"]) == 1
    assert [subject for _, subject in root["sent_mails"].values()] == ["0:59:00"]


@pytest.mark.usefixtures("steady_clock")
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


def test_it_schedules_all_tasks_that_belong_to_no_dashboard() -> None:
    scheduler = RecordingScheduler()
    housekeeping.schedule(scheduler)
    assert scheduler.names == [
        "send mails",
        "notify",
        "evaluate rules",
        "move events",
        "announce maintenance",
        "expire events",
        "delete events",
        "extract usage",
        "back up",
        "prune unverified users",
        "drop records",
        "pack if grown",
        "drop calls",
        "pack",
    ]
