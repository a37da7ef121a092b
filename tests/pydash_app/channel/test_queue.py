"""Alerts are grouped into messages, and each message is delivered or given up."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from itertools import chain
from threading import Event, Lock
from typing import Any
from uuid import uuid4

import pytest

from pydash_app import channel as channels
from pydash_app import deletion, outbox
from pydash_app.channel import queue, repository
from pydash_app.channel.entity import Channel, Delivery, DeliveryState
from pydash_app.dashboard import repository as dashboards
from pydash_app.dashboard.entity import Dashboard as StoredDashboard
from pydash_app.event import EventType
from pydash_app.user import find
from pydash_app.user.entity import User
from pydash_database import database_root, transact
from pydash_events.inbox import inbox
from pydash_notify import kinds
from pydash_notify.message import Dashboard
from pydash_notify.sending import Result
from tests.pydash_app.channel.conftest import START, alert, notify, send_at
from tests.support.receiver import Received, Receiver, Response

MakeChannel = Callable[..., Channel]
DAY = 86_400


def ids(receiver: Receiver) -> list[list[str]]:
    """Return the alerts of each received message."""
    return [[each["id"] for each in body["alerts"]] for body in receiver.bodies]


def deliveries(channel: Channel) -> list[Delivery]:
    return transact(lambda: list(repository.deliveries(channel.id)))


def respond(receiver: Receiver, status: int, **headers: str) -> None:
    fields = {name.replace("_", "-"): value for name, value in headers.items()}
    receiver.respond = lambda request: Response(status, fields)


def test_alerts_of_a_dashboard_are_sent_together_after_the_wait(
    make_channel: MakeChannel, receiver: Receiver
) -> None:
    channel = make_channel()
    notify(channel, alert(1))
    assert send_at(0) == 0
    notify(channel, alert(2), at=20)
    assert send_at(29) == 0
    assert send_at(30) == 1
    assert ids(receiver) == [["episode-1", "episode-2"]]


def test_later_alerts_of_the_dashboard_wait_for_the_end_of_the_interval(
    make_channel: MakeChannel, receiver: Receiver
) -> None:
    channel = make_channel()
    notify(channel, alert(1))
    send_at(30)
    for number in (2, 3):
        notify(channel, alert(number), at=40)
        assert send_at(40) == 0
    assert send_at(329) == 0
    assert send_at(330) == 1
    assert ids(receiver) == [["episode-1"], ["episode-2", "episode-3"]]


def test_after_a_quiet_interval_an_alert_waits_for_the_short_time_again(
    make_channel: MakeChannel, receiver: Receiver
) -> None:
    channel = make_channel()
    notify(channel, alert(1))
    send_at(30)
    send_at(330)
    notify(channel, alert(2), at=400)
    assert send_at(429) == 0
    assert send_at(430) == 1
    send_at(10_000)
    assert not transact(lambda: list(database_root()["channel_groups"])), "no group is left behind"


def test_dashboards_and_channels_are_grouped_separately(
    make_channel: MakeChannel, receiver: Receiver
) -> None:
    for channel in (make_channel(), make_channel()):
        notify(channel, alert(1), alert(2, "blog"), alert(3, dashboard="blog"))
        notify(channel, alert(4, None))
    assert send_at(0) == 0
    assert send_at(30) == 6
    assert sorted(ids(receiver)) == sorted(
        2 * [["episode-1"], ["episode-2", "episode-3"], ["episode-4"]]
    )


def test_a_channel_without_waiting_sends_immediately(
    make_channel: MakeChannel, receiver: Receiver
) -> None:
    channel = make_channel(group_wait=timedelta(), group_interval=timedelta())
    for number in range(3):
        notify(channel, alert(number))
        assert send_at(number) == 1
    assert ids(receiver) == [[f"episode-{number}"] for number in range(3)]


def test_a_flood_is_split_into_messages_of_a_hundred(
    make_channel: MakeChannel, receiver: Receiver
) -> None:
    channel = make_channel()
    notify(channel, *(alert(number) for number in range(250)))
    assert send_at(0) == 3
    assert [len(found) for found in ids(receiver)] == [100, 100, 50]
    assert list(chain.from_iterable(ids(receiver))) == [f"episode-{each}" for each in range(250)]


@pytest.mark.parametrize("what", ["unknown", "disabled", "deleted"])
def test_alerts_for_a_channel_that_is_not_there_vanish(
    make_channel: MakeChannel, receiver: Receiver, what: str
) -> None:
    channel = make_channel(enabled=what != "disabled")
    if what == "deleted":
        notify(channel, alert(1))
        send_at(0)
        notify(channel, alert(2), at=1)
        transact(lambda: repository.delete(channel))
    notify(uuid4() if what == "unknown" else channel, alert(3), at=2)
    assert send_at(0) == send_at(60) == send_at(1_000) == 0
    assert not receiver.received
    assert not deliveries(channel)
    assert not transact(lambda: list(database_root()["channel_groups"]))


def test_nothing_is_sent_if_the_transaction_of_the_alert_is_aborted(
    make_channel: MakeChannel, receiver: Receiver
) -> None:
    channel = make_channel()

    def fail() -> None:
        channels.notify(channel.id, alert(), START)
        raise ValueError

    with pytest.raises(ValueError):
        transact(fail)
    assert send_at(30) == 0


def test_a_message_that_fails_is_tried_again_with_the_same_id(
    make_channel: MakeChannel, receiver: Receiver
) -> None:
    channel = make_channel(group_wait=timedelta())
    respond(receiver, 503)
    notify(channel, alert())
    at = [0.0, 5, 15]
    for delay in (60, 120, 240, 480, 960, 1920, 3600, 3600):
        at.append(at[-1] + delay)
    for number, second in enumerate(at):
        assert send_at(second - 0.1) == send_at(second) == 0
        assert len(receiver.received) == number + 1
    (delivery,) = deliveries(channel)
    assert (delivery.state, delivery.attempts, delivery.status) == ("waiting", 11, 503)
    assert channel.failures == 0
    respond(receiver, 204)
    assert send_at(at[-1] + 3600) == 1
    assert {body["id"] for body in receiver.bodies} == {str(delivery.id)}
    assert {request.headers["X-PyDash-Delivery"] for request in receiver.received} == {
        str(delivery.id)
    }
    (delivery,) = deliveries(channel)
    assert (delivery.state, delivery.status, delivery.error) == ("sent", 204, None)
    assert delivery.sent == START + timedelta(seconds=at[-1] + 3600)
    assert send_at(10 * DAY) == 0


def test_recipients_that_have_the_message_are_remembered(
    make_channel: MakeChannel, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = f"tgram://123456789:{'a' * 35}/111/222"
    settings = {"url": url}
    channel = make_channel(group_wait=timedelta(), kind="apprise", settings=settings)
    attempts: list[frozenset[str]] = []

    def fail(*_: Any, served: frozenset[str], **__: Any) -> Result:
        attempts.append(served)
        # A failure of another kind knows of none.
        return Result("One of them failed.", 500, served=frozenset({f"{len(attempts)}"}))

    monkeypatch.setattr(kinds, "send", fail)
    notify(channel, alert())
    for second in (0, 5, 15):
        send_at(second)
    assert attempts == [frozenset(), {"1"}, {"1", "2"}]


def test_what_follows_about_an_alert_waits_for_the_message_before(
    make_channel: MakeChannel, receiver: Receiver
) -> None:
    make_channel_now = partial(make_channel, group_wait=timedelta(), group_interval=timedelta())
    channel, other = make_channel_now(), make_channel_now("/other")
    respond(receiver, 503)
    notify(channel, alert(1), alert(2))
    assert send_at(0) == 0
    respond(receiver, 200)
    receiver.received.clear()
    end: dict[str, Any] = {"state": "resolved", "resolved_at": START, "duration": 1.0}
    notify(channel, alert(1, **end), at=1)
    notify(other, alert(1, **end), at=1)
    assert send_at(1) == 1, "the other channel does not wait"
    notify(channel, alert(3), at=2)
    assert send_at(2) == 1, "another alert does not wait"
    assert send_at(5) == 2
    states = [
        [(each["id"][-1], each["state"]) for each in body["alerts"]] for body in receiver.bodies
    ]
    firing = [("1", "firing"), ("2", "firing")]
    assert states == [[("1", "resolved")], [("3", "firing")], firing, [("1", "resolved")]]


def test_the_end_of_an_alert_is_sent_although_the_message_before_was_given_up(
    make_channel: MakeChannel, receiver: Receiver
) -> None:
    channel = make_channel(group_wait=timedelta(), group_interval=timedelta())
    respond(receiver, 503)
    notify(channel, alert(1))
    send_at(0)
    notify(channel, alert(1, state="resolved", resolved_at=START, duration=1.0), at=1)
    send_at(1)
    receiver.respond = lambda request: Response(400 if b"firing" in request.body else 200)
    assert send_at(5) == 1
    assert receiver.bodies[-1]["alerts"][0]["state"] == "resolved"


def test_it_gives_up_after_a_day(make_channel: MakeChannel, receiver: Receiver) -> None:
    channel = make_channel(group_wait=timedelta())
    respond(receiver, 500)
    notify(channel, alert())
    hours = [hour for hour in range(40) if send_at(hour * 3600) == 0 and deliveries(channel)[0].due]
    assert 23 <= len(hours) <= 33
    (delivery,) = deliveries(channel)
    error = "The response is 500 Internal Server Error."
    assert (delivery.state, delivery.error) == ("failed", error)
    assert (channel.failures, channel.last_error) == (1, error)


def test_one_reading_of_a_clock_that_is_ahead_abandons_nothing(
    make_channel: MakeChannel, receiver: Receiver
) -> None:
    channel = make_channel(group_wait=timedelta())
    respond(receiver, 500)
    notify(channel, alert(1))
    send_at(0)
    send_at(500 * DAY)
    notify(channel, alert(2), at=500 * DAY)
    notify(channel, alert(3, "blog"), at=500 * DAY)
    send_at(500 * DAY + 1)
    respond(receiver, 200)
    assert send_at(2) == 3, "although their next attempts are in 500 days"
    notify(channel, alert(4, "blog"), at=3)
    assert send_at(3) == 1, "although the interval since the last message ends in 500 days"


def test_an_attempt_whose_sender_was_killed_is_repeated_soon(
    make_channel: MakeChannel, receiver: Receiver
) -> None:
    channel = make_channel(group_wait=timedelta())
    notify(channel, alert())
    (attempt,) = transact(lambda: queue._begin_attempts(START, []))
    assert send_at(4) == 0
    assert send_at(5) == 1
    assert receiver.bodies[0]["id"] == str(attempt.key.delivery_id)
    assert deliveries(channel)[0].attempts == 2


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 301, 302, 307])
def test_what_another_attempt_cannot_change_fails_immediately(
    make_channel: MakeChannel, receiver: Receiver, status: int
) -> None:
    channel = make_channel(group_wait=timedelta())
    respond(receiver, status, Location=f"{receiver.url}/elsewhere")
    notify(channel, alert())
    assert send_at(0) == 0
    (delivery,) = deliveries(channel)
    assert (delivery.state, delivery.status, delivery.due) == ("failed", status, None)
    assert send_at(DAY) == 0
    assert [request.path for request in receiver.received] == ["/"], "no redirect is followed"


@pytest.mark.parametrize("status", [408, 429, 503])
def test_it_waits_as_long_as_the_other_side_asks(
    make_channel: MakeChannel, receiver: Receiver, status: int
) -> None:
    channel = make_channel(group_wait=timedelta())
    respond(receiver, status, Retry_After="90")
    notify(channel, alert())
    send_at(0)
    respond(receiver, 200)
    assert send_at(89) == 0
    assert send_at(90) == 1


@pytest.mark.parametrize("wait", ["999999999999999999999", "Fri, 31 Dec 9999 23:59:59 GMT"])
def test_it_gives_up_immediately_if_it_is_to_wait_for_too_long(
    make_channel: MakeChannel, receiver: Receiver, wait: str
) -> None:
    channel = make_channel(group_wait=timedelta())
    respond(receiver, 429, Retry_After=wait)
    notify(channel, alert())
    send_at(0)
    assert deliveries(channel)[0].state == "failed"


@pytest.mark.parametrize("wait", ["-5", "soon", "1e400", "Mon, 99 Xyz", "٣"])
def test_an_invalid_time_to_wait_is_ignored(
    make_channel: MakeChannel, receiver: Receiver, wait: str
) -> None:
    channel = make_channel(group_wait=timedelta())
    respond(receiver, 429, Retry_After=wait.encode().decode("latin-1"))
    notify(channel, alert())
    send_at(0)
    respond(receiver, 200)
    assert send_at(5) == 1


def test_ten_failures_in_a_row_disable_the_channel_and_its_owner_is_told(
    make_channel: MakeChannel, receiver: Receiver, alice: User
) -> None:
    channel = make_channel(group_wait=timedelta(), group_interval=timedelta())
    respond(receiver, 404)
    for number in range(12):
        if number == 9:
            assert channel.enabled
        notify(channel, alert(number))
        send_at(number)
    assert not channel.enabled
    assert len(receiver.received) == 10
    (mail,) = transact(lambda: outbox.repository.due(START + timedelta(days=999), 9))
    assert mail.recipient == alice.mail
    assert "Hook" in mail.subject
    assert "The response is 404 Not Found." in mail.plain
    assert "/alerts/channels" in mail.plain


def test_a_success_starts_the_count_of_failures_again(
    make_channel: MakeChannel, receiver: Receiver
) -> None:
    channel = make_channel(group_wait=timedelta(), group_interval=timedelta())
    for number in range(19):
        respond(receiver, 200 if number == 9 else 404)
        notify(channel, alert(number))
        send_at(number)
    assert channel.enabled
    assert channel.failures == 9
    assert channel.last_success == START + timedelta(seconds=9)


def test_what_waits_for_a_channel_that_is_disabled_is_given_up(
    make_channel: MakeChannel, receiver: Receiver
) -> None:
    channel = make_channel(group_wait=timedelta())
    respond(receiver, 500)
    notify(channel, alert())
    send_at(0)
    transact(lambda: setattr(channel, "enabled", False))
    send_at(DAY)
    assert len(receiver.received) == 1
    assert [(each.state, each.error) for each in deliveries(channel)] == [
        ("failed", "The channel was disabled.")
    ]


def test_a_channel_that_hangs_does_not_delay_others(
    make_channel: MakeChannel, receiver: Receiver
) -> None:
    others_arrived, arrived, one_by_one = Event(), [], Lock()

    def wait_for_others(request: Received) -> Response:
        if request.path == "/hangs":
            assert one_by_one.acquire(blocking=False), "messages of a channel wait for each other"
            assert others_arrived.wait(9)
            one_by_one.release()
        else:
            arrived.append(request)
            if len(arrived) == 3:
                others_arrived.set()
        return Response()

    receiver.respond = wait_for_others
    hanging = make_channel("/hangs", group_wait=timedelta())
    other = make_channel("/other", group_wait=timedelta())
    for number, dashboard in enumerate(("blog", "shop", "wiki")):
        notify(hanging, alert(number, dashboard))
        notify(other, alert(number, dashboard))
    assert send_at(0) == 6
    hung = [
        found
        for found, request in zip(ids(receiver), receiver.received, strict=True)
        if request.path == "/hangs"
    ]
    assert sorted(hung) == [["episode-0"], ["episode-1"], ["episode-2"]]


def test_what_was_sent_about_an_alert_can_be_found(
    make_channel: MakeChannel, receiver: Receiver
) -> None:
    first, second = (make_channel(group_wait=timedelta(), group_interval=timedelta()) for _ in "12")
    notify(first, alert(1), alert(2))
    send_at(0)
    respond(receiver, 500)
    notify(second, alert(1), at=1)
    send_at(1)
    found = transact(lambda: channels.messages_about("episode-1"))
    assert [(each.channel_id, each.state) for each in found] == [
        (first.id, DeliveryState.SENT),
        (second.id, DeliveryState.WAITING),
    ]
    assert found[0].id == deliveries(first)[0].id
    transact(lambda: repository.delete(first))
    assert [each.channel_id for each in transact(lambda: channels.messages_about("episode-1"))] == [
        second.id
    ]
    assert not transact(lambda: channels.messages_about("episode"))


def test_complete_deliveries_are_dropped_before_those_that_wait(
    make_channel: MakeChannel, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(repository, "MAX_DELIVERIES", 3)
    channel = make_channel(group_wait=timedelta(), group_interval=timedelta())
    for number, status in enumerate((500, 200, 200, 200, 200)):
        respond(receiver, status)
        notify(channel, alert(number), at=number / 10)
        send_at(number / 10)
    assert [each.alert_ids for each in deliveries(channel)] == [
        (f"episode-{number}",) for number in (4, 3, 0)
    ]
    assert channel.dropped == 0
    assert transact(outbox.repository.count) == 0
    root = transact(lambda: dict(database_root()))
    assert len(transact(lambda: list(root["channel_due_deliveries"]))) == 1
    assert len(transact(lambda: list(root["channel_messages"]))) == 3


def test_the_owner_is_told_of_messages_that_are_dropped(
    make_channel: MakeChannel, receiver: Receiver, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(repository, "MAX_DELIVERIES", 3)
    channel = make_channel(group_wait=timedelta(), group_interval=timedelta())
    shop = StoredDashboard("https://shop", "token", alice.id, "Shop")
    transact(lambda: dashboards.add(shop))
    respond(receiver, 500)
    for number in range(6):
        notify(channel, alert(number, Dashboard(str(shop.id), "Shop", "")), at=number)
        send_at(number)
    assert [each.alert_ids for each in deliveries(channel)] == [
        (f"episode-{number}",) for number in (5, 4, 3)
    ]
    assert channel.dropped == 3
    (mail,) = transact(lambda: outbox.repository.due(START + timedelta(days=999), 9))
    assert (mail.recipient, "Hook" in mail.subject) == (alice.mail, True)
    assert "The response is 500 Internal Server Error." in mail.plain
    rows = transact(lambda: [row for _, rows in inbox().batches() for row in rows])
    failed = [row for row in rows if row.event_type == EventType.ALERT_FAILED]
    assert len(failed) == 3
    assert "More than 3 messages were waiting." in str(failed[0].traits)
    respond(receiver, 200)
    send_at(1_000)
    assert channel.dropped == 0


def test_an_account_takes_its_channels_along(
    make_channel: MakeChannel, receiver: Receiver, alice: User
) -> None:
    channel = make_channel()
    notify(channel, alert(1))
    send_at(30)
    notify(channel, alert(2), at=40)
    send_at(41)

    def delete() -> None:
        user = find(alice.id)
        assert user is not None
        deletion.delete_account(user)

    transact(delete)
    notify(channel, alert(3), at=42)
    assert send_at(1_000) == 0
    for name in ("groups", "due_groups", "deliveries", "due_deliveries", "messages"):
        assert not transact(lambda name=name: list(database_root()[f"channel_{name}"])), name  # type: ignore[misc]
