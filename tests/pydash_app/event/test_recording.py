"""What PyDash records about itself."""

import pytest

from pydash_app import event
from pydash_app.upgrade import previous_version, record_start
from pydash_database import transact
from pydash_events import EventFilter

pytestmark = pytest.mark.usefixtures("database")


def test_a_start_with_another_version_is_an_upgrade() -> None:
    for version in ("1.0", "1.0", "1.1"):
        transact(lambda version=version: record_start(version))  # type: ignore[misc]
    found = [
        (each.event_type, {trait.name: trait.value for trait in each.traits})
        for each in event.store(event.INSTALLATION.project).get_events(EventFilter())
    ]
    assert found == [
        ("system.started", {"version": "1.0"}),
        ("system.started", {"version": "1.0"}),
        ("system.upgraded", {"version": "1.1", "previous": "1.0"}),
        ("system.started", {"version": "1.1"}),
    ]
    assert transact(previous_version) == "1.0"
