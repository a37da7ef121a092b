"""Channels, rules, alerts and maintenance that an earlier version stored are still the same."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

import pydash_database
from pydash_app import alert, channel
from pydash_app.alert import condition, repository
from pydash_app.alert.machine import Phase
from pydash_app.channel import repository as channels
from pydash_app.channel.entity import Delivery, DeliveryState
from pydash_app.dashboard import news
from pydash_app.dashboard import repository as dashboards
from pydash_app.dashboard.entity import Dashboard
from pydash_app.maintenance import repository as maintenance
from pydash_app.maintenance.schedule import FOREVER, Monthly, Once, Weekly
from pydash_app.permissions import Account
from pydash_database import transact
from tests.stored_data.support import DIRECTORY, configure, unpack
from tests.stored_data.write import CHANNEL_SECRET, NOW, SLOW
from tests.support.receiver import running_receiver

VERSIONS = ["faa157f"]


@pytest.fixture(params=VERSIONS)
def expected(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Any]:
    """What must be read, and the ID of the account."""
    configure(unpack(request.param, tmp_path))
    text = (DIRECTORY / request.param / "expected.json").read_text(encoding="utf-8")
    stored = json.loads(text)
    yield stored["alerting"] | {"owner": UUID(stored["users"]["Alice"]["id"])}
    pydash_database.close()


def shop(owner: UUID) -> Dashboard:
    return next(each for each in dashboards.of_user(owner) if each.name == "Shop")


def messages(delivery: Delivery) -> list[tuple[str, str, str]]:
    return [(each.id, each.state, each.text) for each in delivery.alerts]


def test_channels_are_read(expected: Any) -> None:
    def check() -> None:
        hook, mail = channels.of_owner(expected["owner"])
        assert [str(hook.id), str(mail.id)] == expected["channels"]
        assert (hook.name, hook.kind, hook.enabled, hook.failures) == ("Hook", "webhook", True, 0)
        assert hook.settings == {
            "url": "https://hooks.example.com/alerts",
            "secret": CHANNEL_SECRET,
        }
        assert (hook.group_wait, hook.template) == (timedelta(seconds=5), "{{ title }}")
        assert (hook.last_success, hook.last_error) == (NOW, None)
        assert (mail.kind, mail.enabled, mail.failures) == ("mail", False, 1)
        assert mail.settings == {"address": "alice@example.com"}
        assert mail.last_error == "The mail server did not accept the mail."
        waiting, sent = channels.deliveries(hook.id)
        assert [str(sent.id), str(waiting.id)] == expected["deliveries"]
        assert (sent.state, sent.status, sent.sent, sent.due) == (
            *(DeliveryState.SENT, 204, NOW, None),
        )
        assert (waiting.state, waiting.attempts) == (DeliveryState.WAITING, 2)
        first = expected["alerts"][0]
        for delivery in (sent, waiting):
            assert [each[:2] for each in messages(delivery)] == [(first, "firing")]

    transact(check)


def test_rules_are_read(expected: Any) -> None:
    def check() -> None:
        down, slow = repository.of_owner(expected["owner"])
        assert [str(down.id), down.created.isoformat()] == expected["rules"]["Shop down"]
        assert (down.name, down.condition) == ("Shop down", condition.Down())
        assert (down.severity, down.for_, down.keep_firing_for, down.repeat) == (
            *("critical", 0, 0, 14_400),
        )
        assert down.dashboard_id == shop(expected["owner"]).id
        assert [str(each) for each in down.channels] == expected["channels"]
        assert str(slow.id) == expected["rules"]["slow"]
        assert slow.condition == condition.parse(SLOW)
        assert (slow.for_, slow.keep_firing_for, slow.enabled) == (60, 120, False)
        assert (slow.dashboard_id, slow.muted_until) == (None, NOW + timedelta(days=2))

    transact(check)


def test_alerts_and_states_are_read(expected: Any) -> None:
    def check() -> None:
        owner = expected["owner"]
        last, ended = repository.alerts(repository.Scope("owner", owner))
        assert [str(ended.id), str(last.id)] == expected["alerts"]
        minutes = [NOW + timedelta(minutes=minute) for minute in range(12)]
        assert (ended.state, ended.fired, ended.resolved_at) == ("resolved", NOW, minutes[5])
        assert (last.state, last.fired, last.text) == ("firing", minutes[10], "Connection refused.")
        assert (last.acknowledged_by, last.acknowledged_at, last.comment) == (
            *("Alice", minutes[11], "On it."),
        )
        assert last.condition == {"kind": "down"}
        assert alert.counts(Account(owner)) == {shop(owner).id: 1}
        states = repository.states_of(shop(owner).id)
        assert states is not None
        state = states.of(last.rule_id)
        assert (state.phase, state.episode and state.episode.id) == (Phase.FIRING, last.id)
        assert states.due == NOW + timedelta(minutes=12)
        assert shop(owner).muted_until == datetime.fromisoformat(expected["muted_until"])

    transact(check)


def test_maintenance_is_read(expected: Any) -> None:
    hour = timedelta(hours=1)

    def check() -> None:
        windows = {each.name: each for each in maintenance.of_owner(expected["owner"])}
        assert {name: str(each.id) for name, each in windows.items()} == expected["maintenance"]
        move, backup, now = (windows[name] for name in ("Move", "Backup", "Now"))
        assert move.dashboard_id == shop(expected["owner"]).id
        assert move.intervals(NOW, NOW + 9 * hour) == [(NOW, NOW + hour)]
        weekly, monthly = (plan.schedule for plan in backup.plans)
        assert weekly == Weekly(time(22), hour, "Europe/Berlin", frozenset({0, 5}))
        assert monthly == Monthly(time(3), 2 * hour, "UTC", 31)
        changed = NOW + timedelta(days=30)
        assert [(plan.since, plan.until) for plan in backup.plans] == [
            *((NOW, changed), (changed, FOREVER)),
        ]
        assert now.schedule == Once(NOW)
        assert now.ended(NOW + 4 * hour) == NOW + 3 * hour

    transact(check)


def test_everything_goes_on(expected: Any) -> None:
    """What waited is sent, the alert that lasts ends, and its end is told."""
    owner = expected["owner"]
    now = datetime.now(UTC)
    with running_receiver() as receiver:

        def connect() -> None:
            hook, _ = channels.of_owner(owner)
            hook.settings = {**hook.settings, "url": receiver.url}
            hook.group_interval = timedelta()
            dashboard = shop(owner)
            dashboard.muted_until = None
            for _ in range(2):
                dashboard.downtime.record(now, 5.0)
            news.add(dashboard.id, owner)

        transact(connect)
        alert.evaluate_due(now)
        for second in range(0, 90, 5):
            channel.send_due(now + timedelta(seconds=second))
        told = [(each["id"], each["state"]) for body in receiver.bodies for each in body["alerts"]]
    first, last = expected["alerts"]
    assert sorted(told) == sorted(
        [(first, "firing"), (first, "firing"), (first, "resolved"), (last, "firing"),
         (last, "resolved")]
    )  # fmt: skip
    assert receiver.bodies[0]["id"] == expected["deliveries"][1]
