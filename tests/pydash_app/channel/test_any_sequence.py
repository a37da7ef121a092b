"""Whatever alerts come when, and whatever the other side does: each is in one message."""

from collections import defaultdict
from datetime import timedelta
from itertools import pairwise
from uuid import UUID

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pydash_app.channel import repository
from pydash_app.channel.entity import Channel
from pydash_app.user.entity import User
from pydash_database import transact
from tests.pydash_app.channel.conftest import SECRET, START, alert, notify, send_at
from tests.support.receiver import Receiver, Response

WAIT, INTERVAL = 30, 300
DASHBOARDS = ("shop", "blog", None)
STEPS = st.lists(
    st.tuples(
        st.integers(0, 400),  # seconds since the step before
        st.lists(st.sampled_from(DASHBOARDS), max_size=3),  # alerts of which dashboards
        st.sampled_from([200, 200, 500, 429, 0]),  # what the other side responds; 0: nothing
    ),
    min_size=1,
    max_size=12,
)


@given(STEPS)
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_each_alert_is_in_one_message_that_is_on_time(
    alice: User, receiver: Receiver, steps: list[tuple[int, list[str | None], int]]
) -> None:
    channel = Channel(alice.id, "Hook", "webhook", {"url": receiver.url, "secret": SECRET}, START)
    transact(lambda: repository.add(channel))
    receiver.received.clear()
    queued: dict[str, int] = {}
    dashboard_of: dict[str, str | None] = {}
    now = 0
    for seconds, dashboards, status in steps:
        now += seconds
        receiver.respond = lambda request, status=status: Response(status or 200)  # type: ignore[misc]
        for dashboard in dashboards:
            number = len(queued)
            queued[f"episode-{number}"] = now
            dashboard_of[f"episode-{number}"] = dashboard
            notify(channel, alert(number, dashboard), at=now)
        if status:
            send_at(now)
    receiver.respond = lambda request: Response()
    for second in range(now, now + 4 * INTERVAL + 4_000, WAIT):
        send_at(second)

    formed = transact(lambda: sorted(repository.deliveries(channel.id), key=lambda one: one.key))
    assert {each.state for each in formed} <= {"sent"}
    assert sorted(about for each in formed for about in each.alert_ids) == sorted(queued)
    assert {UUID(body["id"]) for body in receiver.bodies} == {each.id for each in formed}
    of_group = defaultdict(list)
    for each in formed:
        (dashboard,) = {dashboard_of[about] for about in each.alert_ids}
        of_group[dashboard].append(each)
        waited = [
            (each.created - START).total_seconds() - queued[about] for about in each.alert_ids
        ]
        assert max(waited) >= WAIT, "the first alert waits"
    for messages in of_group.values():
        for first, second in pairwise(messages):
            # Those that are formed at the same time differ by microseconds.
            least = timedelta(seconds=INTERVAL, milliseconds=-1)
            assert second.created - first.created >= least
