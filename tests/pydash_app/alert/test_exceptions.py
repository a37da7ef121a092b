"""Rules on exceptions fire once for each group, and end when someone has decided about it."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from pydantic import ValidationError

from pydash_app import diagnosis, exceptions
from pydash_app.alert import condition, history, reading, repository, rules
from pydash_app.alert.entity import Rule
from pydash_app.alert.machine import Outcome, Phase
from pydash_app.dashboard import news
from pydash_app.dashboard import repository as dashboards
from pydash_app.exceptions import ExceptionLog, Ignored, Resolved
from pydash_database import transact
from tests.pydash_app.alert.conftest import Watch
from tests.support.remote_exceptions import FIRST, group

NEW, REGRESSED = {"kind": "exception_new"}, {"kind": "exception_regressed"}


def raise_in(watch: Watch, dashboard_id: UUID, *numbers: int, **changes: Any) -> None:
    """Store exceptions of some groups, as a fetched page of the present."""
    found = [replace(FIRST, time=watch.now, group=group(each), **changes) for each in numbers]

    def store() -> None:
        log = diagnosis.get_or_create(ExceptionLog, dashboard_id)
        dashboard = dashboards.find(dashboard_id)
        for each in log.add(found):
            exceptions.record_change(dashboard, each)
        log.has_history = True
        news.add(dashboard_id, watch.owner.id)

    transact(store)


def decide(watch: Watch, dashboard_id: UUID, number: int, decision: Any) -> None:
    def run() -> None:
        log = exceptions.find(dashboard_id)
        assert log is not None
        exceptions.decide(dashboards.find(dashboard_id), log.faults[group(number)], decision)
        news.add(dashboard_id, watch.owner.id)

    transact(run)


@pytest.fixture
def shop(watch: Watch) -> UUID:
    """An app with an exception that is known."""
    dashboard_id = watch.add_app()
    raise_in(watch, dashboard_id, 0)
    return dashboard_id


def test_each_new_group_fires_once(watch: Watch, shop: UUID) -> None:
    rule_id = watch.add_rule(NEW)
    watch.evaluate()
    assert (watch.told, watch.state(rule_id, shop).phase) == ([], Phase.OK)
    raise_in(watch, shop, 0, 1, 2)
    for _ in range(3):
        watch.evaluate(seconds=60)
        raise_in(watch, shop, 0, 1, 2)
    assert watch.told == ["firing", "firing"]
    assert {each["url"].rpartition("/dashboards/")[2] for each in watch.messages} == {
        f"{shop}/exceptions/{group(number)}" for number in (1, 2)
    }
    first = watch.messages[0]
    assert first["dashboard"]["url"].endswith(f"/dashboards/{shop}")
    assert first["text"] == "KeyError in shop:pay (version 1.0): order <n>"
    assert watch.state(rule_id, shop).phase is Phase.FIRING


def test_messages_of_a_page_are_sent_together(watch: Watch, shop: UUID) -> None:
    watch.add_rule(NEW)
    watch.evaluate()
    raise_in(watch, shop, *range(1, 8))
    watch.evaluate()
    assert len(watch.messages) == 7
    assert len(watch.receiver.received) == 1


def test_an_alert_ends_when_someone_decides(watch: Watch, shop: UUID) -> None:
    rule_id = watch.add_rule(NEW)
    watch.evaluate()
    raise_in(watch, shop, 1, 2)
    watch.evaluate()
    decide(watch, shop, 1, Resolved(watch.now))
    decide(watch, shop, 2, Ignored())
    watch.evaluate(seconds=60)
    assert sorted(watch.told) == ["firing", "firing", "resolved", "resolved"]
    assert watch.state(rule_id, shop).phase is Phase.OK
    assert [each.state for each in watch.alerts] == ["resolved", "resolved"]


def test_that_a_group_is_old_by_now_is_not_told(watch: Watch, shop: UUID) -> None:
    watch.add_rule(NEW)
    watch.evaluate()
    raise_in(watch, shop, 1)
    watch.evaluate()
    watch.evaluate(seconds=86_399)
    assert [each.state for each in watch.alerts] == ["firing"]
    watch.evaluate(seconds=60)
    assert watch.told == ["firing"]
    assert [each.state for each in watch.alerts] == ["resolved"]


def test_a_group_that_is_old_when_it_is_fetched_is_not_missed(watch: Watch, shop: UUID) -> None:
    watch.add_rule(NEW)
    watch.evaluate()
    raise_in(watch, shop, 1)
    raise_in(watch, shop, 1, version="2.0")  # in two versions, so it is not new any more
    watch.evaluate()
    assert watch.told == ["firing"]
    raise_in(watch, shop, 2)
    watch.evaluate(seconds=90_000)  # the fetcher was stopped meanwhile
    assert watch.told == ["firing", "firing"]


def test_a_regression_fires_again(watch: Watch, shop: UUID) -> None:
    watch.add_rule(REGRESSED)
    watch.evaluate()
    for expected in (["firing"], ["firing", "resolved", "firing"]):
        decide(watch, shop, 0, Resolved(watch.now))
        watch.evaluate(seconds=60)
        raise_in(watch, shop, 0, 1)
        watch.evaluate(seconds=60)
        assert watch.told == expected


def test_only_the_named_endpoint_counts(watch: Watch, shop: UUID) -> None:
    watch.add_rule({**NEW, "endpoint": "cart"})
    watch.evaluate()
    raise_in(watch, shop, 1)
    raise_in(watch, shop, 2, endpoint="cart")
    watch.evaluate()
    assert [each["url"].rpartition("/")[2] for each in watch.messages] == [group(2)]


def test_muted_rules_tell_later(watch: Watch, shop: UUID) -> None:
    rule_id = watch.add_rule(NEW)
    watch.evaluate()
    watch.change(rule_id, lambda rule: rules.mute(rule, watch.now + timedelta(hours=1)))
    raise_in(watch, shop, 1)
    watch.evaluate()
    assert watch.told == []
    watch.evaluate(seconds=3_600)
    assert watch.told == ["firing"]
    watch.change(rule_id, rules.mute_until_resolved)
    decide(watch, shop, 1, Resolved(watch.now))
    watch.evaluate()
    assert watch.told == ["firing", "resolved"]


def test_what_is_muted_until_it_is_resolved_stays_silent(watch: Watch, shop: UUID) -> None:
    rule_id = watch.add_rule(NEW, repeat=300)
    watch.evaluate()
    raise_in(watch, shop, 1)
    watch.evaluate()
    watch.change(rule_id, rules.mute_until_resolved)
    watch.evaluate(seconds=900)
    assert watch.told == ["firing"]


def test_deleting_a_rule_ends_its_alerts(watch: Watch, shop: UUID) -> None:
    rule_id = watch.add_rule(NEW)
    watch.evaluate()
    raise_in(watch, shop, 1, 2)
    watch.evaluate()
    watch.change(rule_id, rules.delete)
    assert [each.state for each in watch.alerts] == ["resolved", "resolved"]
    states = transact(lambda: repository.states_of(shop))
    assert states is not None
    assert (states.states, states.faults) == ({}, {})


def test_a_transaction_that_fails_repeats_nothing(
    watch: Watch, shop: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    watch.add_rule(NEW)
    watch.evaluate()
    raise_in(watch, shop, 1)
    with monkeypatch.context() as patch:
        patch.setattr(repository, "reschedule", None)
        with pytest.raises(ExceptionGroup):
            watch.evaluate()
    assert watch.told == []
    watch.evaluate()
    watch.evaluate()
    assert watch.told == ["firing"]


def test_it_is_replayed_from_events(watch: Watch, shop: UUID) -> None:
    raise_in(watch, shop, 1)
    dashboard = transact(lambda: dashboards.find(shop))
    start = watch.now - timedelta(hours=1)

    def replayed(given: dict[str, Any], hours: int) -> list[tuple[Any, Any]]:
        parsed = condition.parse(given)
        replay = history.Replay(parsed, Rule(watch.owner.id, parsed).timing)
        end = watch.now + timedelta(hours=hours)
        return [(each.since, each.until) for each in replay.run(dashboard, start, end)]

    assert transact(lambda: replayed(NEW, 1)) == [(watch.now, None)]
    assert transact(lambda: replayed(NEW, 30)) == [(watch.now, watch.now + timedelta(days=1))]
    assert transact(lambda: replayed({**NEW, "endpoint": "cart"}, 1)) == []
    assert transact(lambda: replayed(REGRESSED, 1)) == []
    parsed = condition.parse(NEW)
    found = transact(lambda: reading.read(parsed, dashboard, watch.now))
    assert (found.outcome, found.value) == (Outcome.MET, 2)


def test_conditions_on_exceptions_stand_alone() -> None:
    with pytest.raises(ValidationError, match="cannot be joined"):
        condition.parse({"kind": "or", "conditions": [NEW, {"kind": "down"}]})
    with pytest.raises(ValidationError, match="control characters"):
        condition.parse({**NEW, "endpoint": "\x1b"})
    assert condition.describe(condition.parse({**NEW, "endpoint": "cart"})) == (
        "New exception of cart"
    )
    assert condition.describe(condition.parse(REGRESSED)) == "Regressed exception"
