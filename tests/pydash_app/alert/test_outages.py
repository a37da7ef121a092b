"""Many apps of an account that become unreachable at once are one message."""

from datetime import datetime, timedelta
from functools import partial
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pydash_app import deletion
from pydash_app.alert import repository, rules
from pydash_app.alert.outages import MAX_HOLD, App, judge
from pydash_app.channel import repository as channels
from pydash_database import transact
from tests.pydash_app.alert.conftest import NOON, Watch

DOWN = {"kind": "down"}
MINUTE = timedelta(minutes=1)


def app(
    failing_since: datetime | None = None,
    *,
    host: str | None = None,
    is_down: bool | None = None,
    last_ping: datetime | None = NOON,
) -> App:
    is_down = failing_since is not None if is_down is None else is_down
    return App(uuid4(), host or str(uuid4()), failing_since, is_down, last_ping)


def failing(count: int, **properties: object) -> list[App]:
    return [app(NOON, **properties) for _ in range(count)]  # type: ignore[arg-type]


def up(count: int, last_ping: datetime = NOON) -> list[App]:
    return [app(last_ping=last_ping) for _ in range(count)]


@pytest.mark.parametrize(
    ("apps", "is_outage"),
    [
        (failing(5) + up(5), True),
        (failing(4) + up(5), False),  # fewer than half
        (failing(2), False),  # fewer than three
        (failing(3), True),
        (failing(5, host="shared.example") + up(5), False),  # one host
        (failing(5, is_down=False) + up(5), False),  # a ping was lost
        ([app(NOON - number * 3 * MINUTE) for number in range(5)], False),  # one after the other
        ([app(NOON - number * MINUTE / 2) for number in range(5)], True),
    ],
)
def test_an_outage_is_of_many_apps_on_several_hosts_at_once(
    apps: list[App], is_outage: bool
) -> None:
    verdict = judge(apps, None, NOON)
    assert (verdict.outage is not None) == is_outage
    if verdict.outage is not None:
        assert verdict.held == {each.id for each in apps if each.failing_since}


def test_a_single_app_waits_until_the_others_were_pinged() -> None:
    down = app(NOON)
    unknown = up(3, NOON - MINUTE)
    now = NOON + MINUTE / 2
    assert judge([down, *unknown], None, now).held == {down.id}
    assert judge([down, *up(3, now)], None, now).held == set()  # they respond
    assert judge([down, *unknown], None, NOON + MINUTE).held == set()  # for a minute at most
    assert judge([down, *unknown[:1]], None, now).held == set()  # two apps are never many
    assert judge([down, *unknown[:1], *up(3, now)], None, now).held == set()  # nor two of five


def test_an_outage_ends_when_none_of_its_apps_fails() -> None:
    apps = failing(3) + up(1)
    outage = judge(apps, None, NOON).outage
    assert outage is not None
    one_left = [apps[0], *(each._replace(failing_since=None) for each in apps[1:])]
    assert judge(one_left, outage, NOON + MINUTE).outage == outage
    none_left = [each._replace(failing_since=None) for each in apps]
    assert judge(none_left, outage, NOON + MINUTE).outage is None


def test_messages_are_held_back_for_ten_minutes_at_most() -> None:
    apps = failing(3)
    outage = judge(apps, None, NOON).outage
    assert len(judge(apps, outage, NOON + MAX_HOLD - MINUTE).held) == 3
    assert judge(apps, outage, NOON + MAX_HOLD).held == set()


def test_apps_that_fail_a_little_later_are_part_of_it() -> None:
    apps = failing(3) + up(2)
    outage = judge(apps, None, NOON).outage
    late = apps[3]._replace(failing_since=NOON + MINUTE)
    very_late = apps[4]._replace(failing_since=NOON + 3 * MINUTE)
    held = judge([*apps[:3], late, very_late], outage, NOON + 4 * MINUTE).held
    assert held == {each.id for each in (*apps[:3], late)}


@given(
    st.lists(
        st.builds(
            app,
            st.none() | st.integers(-10, 0).map(lambda number: NOON + number * MINUTE),
            host=st.sampled_from(["a", "b", "c"]),
            is_down=st.booleans(),
            last_ping=st.none() | st.integers(-10, 0).map(lambda number: NOON + number * MINUTE),
        ),
        max_size=8,
    )
)
def test_only_apps_that_fail_are_held_back_and_only_if_many_may(apps: list[App]) -> None:
    verdict = judge(apps, None, NOON)
    by_id = {each.id: each for each in apps}
    times = [by_id[each].failing_since or NOON for each in verdict.held]
    assert all(by_id[each].failing_since for each in verdict.held)
    if verdict.held:
        assert max(times) - min(times) <= 2 * MINUTE
        assert len(apps) >= 3
    if verdict.outage is not None:
        assert len(verdict.outage.apps) >= max(3, len(apps) / 2)


def ten_apps(watch: Watch) -> list[UUID]:
    apps = [watch.add_app(f"App {number}", f"host-{number}.example") for number in range(10)]
    watch.ping(*apps)
    watch.add_rule(DOWN)
    watch.evaluate(seconds=60)
    return apps


def test_five_of_ten_apps_are_one_message_and_others_are_unaffected(
    watch: Watch, watch_of_bob: Watch
) -> None:
    apps = ten_apps(watch)
    bobs = watch_of_bob.add_app("Bob's")
    watch_of_bob.ping(bobs)
    watch_of_bob.add_rule(DOWN)
    watch_of_bob.now = watch.now
    for _ in range(3):
        watch.ping(*apps[:5], is_up=False)
        watch.ping(*apps[5:])
        watch_of_bob.ping(bobs, is_up=False)
        watch.evaluate(seconds=15)
        watch_of_bob.now = watch.now
    (message,) = watch.messages
    assert message["dashboard"] is None
    assert message["text"] == (
        "5 of 10 apps unreachable; possibly PyDash's own network:"
        " App 0, App 1, App 2, App 3, App 4."
    )
    assert [each["dashboard"]["name"] for each in watch_of_bob.messages] == ["Bob's"]
    assert len(watch.alerts) == 6
    for _ in range(2):
        watch.ping(*apps)
        watch.evaluate(seconds=15)
    assert watch.told == ["firing", "resolved"]
    assert all(each.state == "resolved" for each in watch.alerts)
    watch.take_down(apps[0])
    watch.evaluate(seconds=15)
    assert watch.told == ["firing", "resolved", "firing"]  # an outage of one app, as ever


def test_what_is_still_down_after_ten_minutes_is_told_one_by_one(watch: Watch) -> None:
    apps = ten_apps(watch)
    watch.take_down(*apps[:5])
    watch.evaluate(seconds=15)
    assert watch.told == ["firing"]
    for _ in range(50):  # and one of them recovers
        watch.ping(*apps[:4], is_up=False)
        watch.ping(*apps[4:])
        watch.evaluate(seconds=15)
    first, *others = watch.messages
    assert first["dashboard"] is None
    assert sorted(each["dashboard"]["name"] for each in others) == [
        *("App 0", "App 1", "App 2", "App 3"),
    ]


def test_without_the_others_a_single_app_is_told_within_a_minute(watch: Watch) -> None:
    apps = ten_apps(watch)
    wait = timedelta(seconds=30)
    transact(lambda: setattr(channels.find(watch.channel_id), "group_wait", wait))
    began = watch.now
    watch.take_down(apps[0])
    while not watch.told:
        watch.evaluate(seconds=5)
    assert watch.now - began <= timedelta(seconds=75)


def test_the_outage_ends_when_no_rule_watches_the_pings_any_more(watch: Watch) -> None:
    apps = ten_apps(watch)
    watch.take_down(*apps[:5])
    watch.evaluate(seconds=15)
    assert watch.told == ["firing"]
    (rule,) = transact(lambda: repository.of_owner(watch.owner.id))
    watch.change(rule.id, rules.delete)
    assert watch.told == ["firing", "resolved"]
    assert all(each.state == "resolved" for each in watch.alerts)


def test_the_outage_ends_when_its_dashboards_are_deleted(watch: Watch) -> None:
    apps = ten_apps(watch)
    watch.take_down(*apps[:5])
    watch.evaluate(seconds=15)
    assert watch.told == ["firing"]
    for each in apps[:5]:
        transact(partial(deletion.delete_dashboard, each))
    watch.fetch(apps[5])
    watch.evaluate()
    assert watch.told == ["firing", "resolved"]
