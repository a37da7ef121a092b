"""The events of deleted dashboards are deleted, and those of others are not."""

from collections.abc import Callable
from pathlib import Path

import pytest

from pydash_app import deletion as accounts
from pydash_app import event
from pydash_app.configuration import Configuration, install
from pydash_app.dashboard import repository
from pydash_app.dashboard.entity import Dashboard
from pydash_app.dashboard.services import registration
from pydash_app.event import EventType, deletion
from pydash_app.fetcher import housekeeping
from pydash_app.user.entity import User
from pydash_database import transact
from pydash_events import EventFilter, impl_sqlalchemy, impl_zodb

EVENTS = 5


@pytest.fixture(params=["zodb", "sqlite"], autouse=True)
def uri(
    request: pytest.FixtureRequest, database: None, configuration: Configuration, tmp_path: Path
) -> None:
    """The event store: the database itself, or another one."""
    uris = {"zodb": "zodb://", "sqlite": f"sqlite:///{tmp_path}/events.db"}
    install(configuration.model_copy(update={"events_uri": uris[request.param]}))


def make_dashboard(owner: User, name: str) -> Dashboard:
    def make() -> Dashboard:
        dashboard = Dashboard("http://127.0.0.1:9/dashboard", "token", owner.id, name)
        repository.add(dashboard)
        for number in range(EVENTS):
            event.record(EventType.APP_VERSION, event.of_dashboard(dashboard), version=str(number))
        return dashboard

    return transact(make)


def count(dashboard: Dashboard) -> int:
    found = event.store(event.of_dashboard(dashboard).project).get_events(EventFilter())
    return len(list(found))


def test_the_events_of_a_deleted_dashboard_are_deleted(alice: User) -> None:
    doomed, kept = make_dashboard(alice, "Doomed"), make_dashboard(alice, "Kept")
    housekeeping.move_events()
    assert deletion.delete_due() == 0
    registration.delete(doomed.id)
    assert count(doomed) == EVENTS
    housekeeping.move_events()
    assert deletion.delete_due() == EVENTS
    assert deletion.delete_due() == 0
    assert (count(doomed), count(kept)) == (0, EVENTS)


def test_events_that_have_not_reached_the_store_are_deleted_later(alice: User) -> None:
    doomed = make_dashboard(alice, "Doomed")
    registration.delete(doomed.id)
    assert deletion.delete_due() == 0
    housekeeping.move_events()
    assert deletion.delete_due() == EVENTS
    assert count(doomed) == 0


def test_the_events_of_all_dashboards_of_a_deleted_account_are_deleted(
    alice: User, make_user: Callable[[str], User]
) -> None:
    doomed = [make_dashboard(alice, name) for name in ("One", "Two")]
    kept = make_dashboard(make_user("Bob"), "Kept")
    transact(lambda: accounts.delete_account(alice))
    housekeeping.move_events()
    assert deletion.delete_due() == 2 * EVENTS
    assert [count(each) for each in (*doomed, kept)] == [0, 0, EVENTS]


def test_an_interrupted_deletion_continues(alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    doomed = make_dashboard(alice, "Doomed")
    registration.delete(doomed.id)
    housekeeping.move_events()
    driver = type(event.store())
    assert driver in (impl_zodb.Connection, impl_sqlalchemy.Connection)
    delete_some, calls = driver.delete_some, []

    def fail_later(*given: object) -> int:
        calls.append(given)
        if len(calls) == 3:
            raise ZeroDivisionError
        return delete_some(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(driver, "DELETED_AT_ONCE", 1)
    monkeypatch.setattr(driver, "delete_some", fail_later)
    with pytest.raises(ZeroDivisionError):
        deletion.delete_due()
    assert count(doomed) == EVENTS - 2
    assert deletion.delete_due() == EVENTS - 2
    assert count(doomed) == 0
