"""Rules are evaluated, alerts stored and messages queued, all in one transaction."""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from pydash_app import alert, channel, deletion, maintenance
from pydash_app.alert import evaluation, repository, rules
from pydash_app.alert.condition import Above
from pydash_app.alert.machine import Outcome, Phase, Reading
from pydash_app.dashboard import news
from pydash_app.dashboard import repository as dashboards
from pydash_app.dashboard.entity import Dashboard
from pydash_app.maintenance.entity import Window
from pydash_app.maintenance.schedule import Once
from pydash_cube.effort import QueryTimeout
from pydash_database import database_root, transact
from pydash_events.inbox import inbox
from tests.pydash_app.alert.conftest import Watch

DOWN = {"kind": "down"}
MANY = {"kind": "above", "statistic": "total_visits", "window": 300, "threshold": 2}


def event_types() -> list[str]:
    batches = transact(lambda: inbox().batches())
    return [row.event_type for _, rows in batches for row in rows if "alert" in row.event_type]


def test_an_app_that_goes_down_and_up_is_two_messages(watch: Watch) -> None:
    shop = watch.add_app()
    watch.ping(shop)
    watch.add_rule(DOWN, severity="critical")
    watch.take_down(shop)
    (message,) = watch.messages
    assert message["state"] == "firing"
    assert message["text"] == "The app refused the connection."
    assert message["dashboard"]["name"] == "Shop"
    assert message["severity"] == "critical"
    watch.evaluate(seconds=60)
    watch.ping(shop)
    watch.ping(shop)
    watch.evaluate()
    _, end = watch.messages
    assert (end["id"], end["state"]) == (message["id"], "resolved")
    assert end["duration"] == 105  # since the first failed ping
    sent = "alert.notified"
    assert event_types() == ["alert.fired", sent, "alert.resolved", sent]


def test_a_rule_for_all_dashboards_covers_later_ones(watch: Watch) -> None:
    rule_id = watch.add_rule(MANY)
    first, second = watch.add_app("One"), watch.add_app("Two")
    watch.fetch(first, [1, 1, 1])
    watch.fetch(second, [1])
    watch.evaluate()
    assert watch.state(rule_id, first).phase is Phase.FIRING
    assert watch.state(rule_id, second).phase is Phase.OK
    assert [each["dashboard"]["name"] for each in watch.messages] == ["One"]


def test_what_has_no_news_is_not_read_again(watch: Watch, monkeypatch: pytest.MonkeyPatch) -> None:
    shop = watch.add_app()
    watch.add_rule(MANY)
    watch.fetch(shop, [1, 1, 1])
    watch.evaluate()
    monkeypatch.setattr("pydash_app.alert.evaluation.read", None)
    watch.evaluate(seconds=60)  # it still fires, because of the reading that is stored
    assert watch.told == ["firing"]


def test_a_transaction_that_fails_loses_nothing_and_repeats_nothing(
    watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = watch.add_app()
    watch.add_rule(MANY)
    watch.fetch(shop, [1, 1, 1])

    def die(*_: object) -> None:
        raise RuntimeError("killed")

    with monkeypatch.context() as patch:
        patch.setattr(repository, "reschedule", die)  # after the message was queued
        with pytest.raises(ExceptionGroup):
            watch.evaluate()
    assert watch.told == []
    assert watch.alerts == []
    watch.evaluate()
    watch.evaluate()
    assert watch.told == ["firing"]


def test_one_dashboard_that_fails_does_not_delay_the_others(
    watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken, shop = watch.add_app("Broken"), watch.add_app()
    watch.add_rule(MANY)
    for each in (broken, shop):
        watch.fetch(each, [1, 1, 1])
    states_of = repository.states_of

    def read(dashboard_id: UUID) -> object:
        if dashboard_id == broken:
            raise RuntimeError("a bug")
        return states_of(dashboard_id)

    monkeypatch.setattr(repository, "states_of", read)
    with pytest.raises(ExceptionGroup) as raised:
        watch.evaluate()
    assert len(raised.value.exceptions) == 1
    assert [each["dashboard"]["name"] for each in watch.messages] == ["Shop"]


def test_a_muted_rule_sends_nothing_until_it_is_not_muted(watch: Watch) -> None:
    shop = watch.add_app()
    rule_id = watch.add_rule(MANY)
    watch.change(rule_id, lambda rule: rules.mute(rule, watch.now + timedelta(hours=1)))
    watch.fetch(shop, [1, 1, 1])
    watch.evaluate()
    assert watch.told == []
    assert [each.state for each in watch.alerts] == ["firing"]
    watch.evaluate(seconds=3_600)
    assert watch.told == ["firing"]


def test_muting_until_it_is_resolved_ends_with_the_alert(watch: Watch) -> None:
    shop = watch.add_app()
    rule_id = watch.add_rule({**MANY, "window": 60}, repeat=300)
    watch.fetch(shop, [1, 1, 1])
    watch.evaluate()
    watch.change(rule_id, rules.mute_until_resolved)
    watch.evaluate(seconds=400)
    assert watch.told == ["firing"]
    watch.fetch(shop)
    watch.evaluate()
    assert watch.told == ["firing", "resolved"]
    watch.fetch(shop, [1, 1, 1])
    watch.evaluate()
    assert watch.told == ["firing", "resolved", "firing"]


def test_a_muted_app_sends_nothing(watch: Watch) -> None:
    shop = watch.add_app(muted_until=watch.now + timedelta(hours=1))
    watch.add_rule(MANY)
    watch.fetch(shop, [1, 1, 1])
    watch.evaluate()
    assert watch.told == []
    watch.evaluate(seconds=3_600)
    assert watch.told == ["firing"]


def test_an_app_is_muted_until_nothing_is_wrong_with_it(watch: Watch) -> None:
    shop = watch.add_app(is_muted_until_resolved=True)
    watch.add_rule({**MANY, "window": 60})
    watch.fetch(shop, [1, 1, 1])
    for calls in ([], [1, 1, 1]):
        watch.evaluate()
        assert watch.told == []
        watch.evaluate(seconds=120)
        watch.fetch(shop, calls)
    watch.evaluate()
    assert watch.told == ["firing"]


def test_maintenance_holds_messages_back_until_it_is_over(watch: Watch) -> None:
    shop = watch.add_app()
    watch.ping(shop)
    watch.add_rule(DOWN)
    period = Once(watch.now, watch.now + timedelta(minutes=5))
    window = Window(watch.owner.id, "Upgrade", period, watch.now)
    transact(lambda: maintenance.add(window))
    watch.take_down(shop)
    assert watch.told == []
    watch.evaluate(seconds=300)
    assert watch.told == ["firing"]


def test_reminders_stop_when_it_is_acknowledged(watch: Watch) -> None:
    shop = watch.add_app()
    watch.add_rule(MANY, repeat=3_600)
    watch.fetch(shop, [1, 1, 1])
    watch.evaluate()
    watch.evaluate(seconds=3_600)
    assert [each["reminder"] for each in watch.messages] == [False, True]
    (found,) = watch.alerts
    transact(lambda: repository.find_alert(found.id).acknowledge("Alice", watch.now, "On it."))  # type: ignore[union-attr]
    watch.evaluate(seconds=3_600)
    assert len(watch.messages) == 2


def test_an_app_that_is_down_silences_its_other_alerts(watch: Watch) -> None:
    shop = watch.add_app()
    watch.ping(shop)
    watch.add_rule(DOWN)
    failing = watch.add_rule({"kind": "fetch_failing"})
    watch.ping(shop, is_up=False)
    watch.fail_to_fetch(shop)
    watch.evaluate(seconds=15)  # not even before it is certain
    assert watch.state(failing, shop).phase is Phase.FIRING
    watch.take_down(shop)
    assert [each["rule"]["condition"]["kind"] for each in watch.messages] == ["down"]
    watch.evaluate(seconds=60)
    for _ in range(2):
        watch.ping(shop)
    watch.evaluate()
    assert watch.told == ["firing", "resolved"]  # it is not known yet whether it can be fetched
    watch.evaluate(seconds=60)
    watch.fetch(shop)
    watch.evaluate()
    assert watch.told == ["firing", "resolved"]


def test_without_a_rule_for_it_an_app_that_is_down_silences_nothing(watch: Watch) -> None:
    shop = watch.add_app()
    watch.add_rule({"kind": "fetch_failing"})
    watch.take_down(shop)
    watch.fail_to_fetch(shop)
    watch.evaluate()
    assert watch.told == ["firing"]


@pytest.mark.parametrize(
    "change",
    [
        lambda rule, owner: rules.delete(rule),
        lambda rule, owner: rules.change(rule, owner, {"enabled": False}),
        lambda rule, owner: rules.change(rule, owner, {"no_data": "ok"}),
    ],
)
def test_a_rule_that_is_deleted_or_changed_ends_its_alerts(
    change: Callable[..., None], watch: Watch
) -> None:
    shop = watch.add_app()
    rule_id = watch.add_rule(MANY)
    watch.fetch(shop, [1, 1, 1])
    watch.evaluate()
    watch.change(rule_id, lambda rule: change(rule, watch.owner))
    assert watch.told == ["firing", "resolved"]
    assert transact(lambda: alert.counts(watch.owner)) == {}


def test_another_name_does_not_end_the_alerts_of_a_rule(watch: Watch) -> None:
    shop = watch.add_app()
    rule_id = watch.add_rule(MANY)
    watch.fetch(shop, [1, 1, 1])
    watch.evaluate()
    watch.change(rule_id, lambda rule: rules.change(rule, watch.owner, {"name": "Many"}))
    watch.evaluate()
    assert watch.told == ["firing"]


def test_deleting_a_dashboard_deletes_its_rules_and_alerts(watch: Watch) -> None:
    shop = watch.add_app()
    general, own = watch.add_rule(MANY), watch.add_rule(DOWN, dashboard_id=shop)
    watch.fetch(shop, [1, 1, 1])
    watch.evaluate()
    transact(lambda: deletion.delete_dashboard(shop))
    watch.evaluate()
    assert watch.told == ["firing", "resolved"]
    assert watch.alerts == []
    found = transact(lambda: [repository.find(each) is None for each in (general, own)])
    assert found == [False, True]
    assert nothing_is_left(watch, rules=1)


def test_what_is_evaluated_while_its_dashboard_is_deleted_is_deleted_later(watch: Watch) -> None:
    shop = watch.add_app()
    watch.add_rule(MANY)
    watch.fetch(shop, [1, 1, 1])
    watch.evaluate()
    transact(lambda: dashboards.delete(dashboards.find(shop)))  # as if alerts did not exist
    watch.evaluate()
    assert watch.told == ["firing", "resolved"]
    assert nothing_is_left(watch, rules=1)


def test_deleting_an_account_deletes_its_rules_and_alerts(watch: Watch) -> None:
    shop = watch.add_app()
    watch.add_rule(MANY)
    watch.fetch(shop, [1, 1, 1])
    watch.evaluate()
    transact(lambda: deletion.delete_account(watch.owner))
    watch.evaluate()
    assert nothing_is_left(watch, rules=0)


def nothing_is_left(watch: Watch, *, rules: int) -> bool:
    def read() -> bool:
        names = ("alert_states", "alert_due", "alerts", "alert_index", "alert_outages")
        left = [name for name in names if len(database_root()[name])]
        assert not left
        assert not news.waiting()
        return len(database_root()["alert_rules"]) == rules

    return transact(read)


def test_counts_are_of_alerts_that_fire(watch: Watch) -> None:
    shop, other = watch.add_app(), watch.add_app("Other")
    watch.add_rule(MANY)
    watch.add_rule({**MANY, "threshold": 1}, for_=300)
    for each in (shop, other):
        watch.fetch(each, [1, 1, 1])
    watch.evaluate()
    assert transact(lambda: alert.counts(watch.owner)) == {shop: 1, other: 1}
    found = transact(lambda: [each.state for each in alert.active(dashboards.find(shop))])
    assert found == ["firing"]
    assert sorted(each.state for each in watch.alerts) == [*["firing"] * 2, *["pending"] * 2]


def test_a_pending_alert_that_does_not_fire_is_not_kept(watch: Watch) -> None:
    shop = watch.add_app()
    watch.add_rule({**MANY, "window": 60}, for_=300)
    watch.fetch(shop, [1, 1, 1])
    watch.evaluate()
    watch.evaluate(seconds=120)
    watch.fetch(shop)
    watch.evaluate()
    assert watch.alerts == []
    assert event_types() == ["alert.pending"]


def test_a_pending_alert_fires_when_it_is_due(watch: Watch) -> None:
    shop = watch.add_app()
    watch.add_rule(MANY, for_=300)
    watch.fetch(shop, [1, 1, 1])
    for _ in range(5):
        watch.evaluate(seconds=60)
        assert watch.told == []
    watch.evaluate(seconds=60)
    assert watch.told == ["firing"]


def test_an_account_without_rules_has_no_news(watch: Watch) -> None:
    shop = watch.add_app()
    assert transact(news.waiting) == {}
    rule_id = watch.add_rule(MANY)
    assert list(transact(news.waiting)) == [shop]
    watch.evaluate()
    watch.change(rule_id, rules.delete)
    watch.fetch(shop)
    assert transact(news.waiting) == {}


def test_news_of_a_dashboard_that_cannot_be_evaluated_do_not_pile_up(
    watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = watch.add_app()
    watch.add_rule(MANY)
    with monkeypatch.context() as patch:
        patch.setattr(repository, "states_of", lambda _: 1 / 0)
        for _ in range(20):
            watch.fetch(shop, [1])
            with pytest.raises(ExceptionGroup):
                watch.evaluate(seconds=60)
        assert len(transact(news.waiting)[shop]) == 1
    watch.evaluate()
    assert watch.told == ["firing"], "one is enough to evaluate it when the failure is fixed"
    assert transact(news.waiting) == {}


def test_without_rules_muting_ends_when_nothing_is_wrong(watch: Watch) -> None:
    shop, other = watch.add_app(), watch.add_app("Other")
    for dashboard_id in (shop, other):
        watch.fail_to_fetch(dashboard_id)
        transact(
            lambda key=dashboard_id: alert.mute_until_resolved(dashboards.find(key))  # type: ignore[misc]
        )

    def muted() -> list[bool]:
        watch.evaluate()
        return transact(
            lambda: [dashboards.find(each).is_muted_until_resolved for each in (shop, other)]
        )

    assert muted() == [True, True]
    watch.fetch(shop)
    assert muted() == [False, True]
    watch.change(watch.add_rule(MANY), rules.delete)
    assert muted() == [False, True]
    watch.fetch(other)
    assert muted() == [False, False]
    watch.fetch(shop)
    assert transact(news.waiting) == {}, "nothing needs the news of this account any more"


def test_a_deleted_channel_is_not_told(watch: Watch) -> None:
    shop = watch.add_app()
    watch.add_rule(MANY)
    rule = transact(lambda: repository.of_owner(watch.owner.id)[0])
    transact(lambda: setattr(repository.find(rule.id), "channels", (uuid4(),)))
    watch.fetch(shop, [1, 1, 1])
    watch.evaluate()
    assert channel.send_due(watch.now) == 0


def test_alerts_that_ended_long_ago_are_dropped(watch: Watch) -> None:
    shop = watch.add_app()
    watch.add_rule({**MANY, "window": 60})
    for _ in range(2):
        watch.fetch(shop, [1, 1, 1])
        watch.evaluate()
        watch.evaluate(seconds=120)
        watch.fetch(shop)
        watch.evaluate()
        watch.evaluate(seconds=7_200)
    newest, oldest = watch.alerts
    transact(lambda: alert.drop(newest.pending_since))
    assert [each.id for each in watch.alerts] == [newest.id]
    assert oldest.resolved_at is not None


def test_the_rules_of_an_account_share_a_limit_of_time(
    watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One account with many slow rules would keep those of all others waiting."""
    app = watch.add_app()
    rule = watch.add_rule(MANY, for_=0)
    watch.fetch(app, [1, 1, 1])
    monkeypatch.setattr(evaluation, "MAX_QUERY_SECONDS", 0)
    watch.evaluate()
    assert watch.state(rule, app).name == "error"
    monkeypatch.undo()
    watch.fetch(app, [1, 1, 1])
    watch.evaluate()
    assert watch.state(rule, app).name == "firing"


def test_the_rules_of_an_account_take_turns_if_time_is_short(
    watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Otherwise the last ones would never be evaluated."""
    apps = [watch.add_app(name) for name in ("One", "Two")]
    for threshold in range(3):
        watch.add_rule({**MANY, "threshold": threshold})
    evaluated: Counter[tuple[str, float]] = Counter()
    left = 0

    def check_time() -> None:
        if left <= 0:
            raise QueryTimeout

    def read(condition: Above, dashboard: Dashboard, *_: object, **__: object) -> Reading:
        nonlocal left
        left -= 1
        if left >= 0:
            evaluated[dashboard.name, condition.threshold] += 1
        return Reading(Outcome.UNMET if left >= 0 else Outcome.ERROR)

    monkeypatch.setattr(evaluation, "read", read)
    monkeypatch.setattr(evaluation, "check_time", check_time)
    for _ in range(6):
        for each in apps:
            watch.fetch(each)
        left = 3
        watch.evaluate(seconds=60)
    assert len(evaluated) == 6
    assert min(evaluated.values()) >= 2
