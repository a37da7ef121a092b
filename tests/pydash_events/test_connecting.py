"""Drivers by URL, and the driver that only writes."""

import logging
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from pydash_events import (
    DRIVERS,
    Event,
    EventFilter,
    Trait,
    base,
    get_connection,
    get_connection_from_config,
)
from pydash_logger.logger import LineFormatter


@dataclass
class Configuration:
    events_uri: str


def test_an_unknown_driver_is_an_error_that_names_the_known_ones() -> None:
    with pytest.raises(ValueError, match="'elasticsearch'") as caught:
        get_connection("elasticsearch://localhost")
    for name in DRIVERS:
        assert name in str(caught.value)


def test_a_configuration_names_the_store() -> None:
    connection = get_connection_from_config(Configuration("memory://configured"))
    connection.record_events([Event("1", "Foo", datetime.now(UTC), [], None)])
    [found] = get_connection("memory://configured").get_events(EventFilter())
    assert found.message_id == "1"


def test_the_log_has_each_event_as_a_line(caplog: pytest.LogCaptureFixture) -> None:
    connection = get_connection("log://", {"project": "shop"})
    noon = datetime(2026, 11, 30, 12, tzinfo=UTC)
    traits = [Trait("msg", Trait.TEXT_TYPE, "a\nb"), Trait("at", Trait.DATETIME_TYPE, noon)]
    good = Event("1", "app.deploy", noon, traits, {"a": [1]})
    caplog.set_level(logging.INFO)
    connection.upgrade()
    assert connection.record_events([good, Event("", "Foo", noon, [], None)]) == [0, 2]
    connection.clear()
    assert connection.clear_expired_data(1) == 0
    [record] = [each for each in caplog.records if each.levelno == logging.INFO]
    line = LineFormatter().format(record)
    assert line.endswith(
        "INFO pydash_events.impl_log: Event id=1 type=app.deploy "
        "generated=2026-11-30T12:00:00+00:00 project=shop "
        'traits="{"at": "2026-11-30T12:00:00+00:00", "msg": "a\\nb"}" raw={"a":[1]}'
    )


@pytest.mark.parametrize("connection", [get_connection("log://"), base.Connection()])
def test_unreadable_stores_report_their_capabilities(connection: base.Connection) -> None:
    assert connection.get_capabilities() == {"events": {"query": {"simple": False}}}
    assert connection.get_storage_capabilities() == {"storage": {"production_ready": False}}


def test_nothing_is_found_in_the_log() -> None:
    connection = get_connection("log://")
    assert list(connection.get_events(EventFilter(), {"limit": 1})) == []
    assert list(connection.get_events(EventFilter())) == []
    assert list(connection.get_event_types()) == []
    assert connection.get_trait_types("Foo") == {}
    assert list(connection.get_traits("Foo")) == []
    assert connection.get_projects() == []
    assert connection.clear_project() == 0


def test_a_driver_without_methods_supports_nothing() -> None:
    with pytest.raises(NotImplementedError):
        base.Connection().get_events(EventFilter(), {"limit": 1})
