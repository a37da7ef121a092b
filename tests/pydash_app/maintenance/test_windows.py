"""When a window is active, what it changes of the past, and what it announces."""

import uuid
from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pydash_app import deletion, event, maintenance
from pydash_app.dashboard import repository as dashboards
from pydash_app.dashboard.entity import Dashboard
from pydash_app.dashboard.services import registration
from pydash_app.errors import InvalidInput
from pydash_app.fetcher import housekeeping
from pydash_app.maintenance import repository
from pydash_app.maintenance.entity import KEEP, MAX_PLANS, Window
from pydash_app.maintenance.schedule import Once, Schedule, Weekly
from pydash_app.user import repository as users
from pydash_app.user.entity import User
from pydash_database import transact
from pydash_events import EventFilter

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
MONDAY = datetime(2026, 3, 2, tzinfo=UTC)
DAILY = Weekly(time(2), HOUR, "UTC", frozenset(range(7)))


def window(schedule: Schedule, now: datetime = MONDAY, **how: Any) -> Window:
    return Window(how.pop("owner_id", uuid.uuid4()), "Upgrade", schedule, now, **how)


def hours(periods: list[tuple[datetime, datetime]]) -> list[tuple[float, float]]:
    return [((start - MONDAY) / HOUR, (end - MONDAY) / HOUR) for start, end in periods]


class TestWindow:
    def test_now_lasts_until_it_is_stopped(self) -> None:
        one = window(Once(MONDAY))
        assert one.period_at(MONDAY - HOUR) is None
        assert one.period_at(MONDAY + 1000 * DAY)
        one.stop(MONDAY + 3 * HOUR)
        one.stop(MONDAY + 5 * HOUR)
        assert hours(one.intervals(MONDAY, MONDAY + DAY)) == [(0, 3)]
        assert one.period_at(MONDAY + 2 * HOUR) == (MONDAY, MONDAY + 3 * HOUR)
        assert one.period_at(MONDAY + 3 * HOUR) is None
        assert one.ended(MONDAY + 3 * HOUR) == MONDAY + 3 * HOUR
        assert one.ended(MONDAY + 2 * HOUR) is None

    def test_a_single_period_may_have_begun_earlier(self) -> None:
        one = window(Once(MONDAY - 5 * HOUR, MONDAY - HOUR))
        assert hours(one.intervals(MONDAY - DAY, MONDAY)) == [(-5, -1)]
        assert one.ended(MONDAY) == MONDAY - HOUR

    def test_a_recurring_one_begins_when_it_is_made(self) -> None:
        one = window(DAILY, MONDAY + 2.5 * HOUR)
        assert hours(one.intervals(MONDAY - 9 * DAY, MONDAY + 2 * DAY)) == [(2.5, 3), (26, 27)]
        assert one.next_start(MONDAY + 3 * HOUR) == MONDAY + 26 * HOUR
        assert one.ended(MONDAY + DAY) is None

    def test_a_new_schedule_does_not_change_the_past(self) -> None:
        one = window(DAILY)
        one.change_schedule(Weekly(time(2), 2 * HOUR, "UTC", DAILY.weekdays), MONDAY + DAY)
        one.stop(MONDAY + 2 * DAY + 3 * HOUR)
        assert hours(one.intervals(MONDAY, MONDAY + 9 * DAY)) == [(2, 3), (26, 28), (50, 51)]
        one.change_schedule(DAILY, MONDAY + 3 * DAY)
        found = hours(one.intervals(MONDAY + 2 * DAY, MONDAY + 4 * DAY))
        assert found == [(50, 51), (74, 75)]

    def test_a_single_period_is_replaced(self) -> None:
        one = window(Once(MONDAY, MONDAY + HOUR))
        one.change_schedule(Once(MONDAY - HOUR, MONDAY + 2 * HOUR), MONDAY + DAY)
        assert hours(one.intervals(MONDAY - DAY, MONDAY + DAY)) == [(-1, 2)]

    def test_the_number_of_changes_is_limited(self) -> None:
        one = window(DAILY)
        moments = [MONDAY + number * HOUR for number in range(1, MAX_PLANS + 1)]
        for moment in moments[:-1]:
            one.change_schedule(DAILY, moment)
        with pytest.raises(InvalidInput):
            one.change_schedule(DAILY, moments[-1])
        one.change_schedule(DAILY, moments[-1] + KEEP)

    @given(
        data=st.lists(
            st.tuples(
                st.sampled_from(["stop", "longer", "daily", "once"]), st.integers(1, 30 * 60)
            ),
            max_size=6,
        ),
        checks=st.lists(st.integers(1, 20 * 60), max_size=20),
    )
    @settings(max_examples=60, deadline=None, derandomize=True)
    def test_what_is_announced_is_what_there_was(
        self, data: list[tuple[str, int]], checks: list[int]
    ) -> None:
        """Each begin has one end, however seldom somebody looks, unless the past was changed."""
        one = window(DAILY)
        now, announced = MONDAY, []
        moments = sorted(minute for _, minute in data)
        for (what, _), minute in zip(data, moments, strict=True):
            until = MONDAY + timedelta(minutes=minute)
            for check in sorted(checks):
                if now < MONDAY + timedelta(minutes=check) < until:
                    announced += one.announce(MONDAY + timedelta(minutes=check))
            now = until
            if what == "stop":
                one.stop(now)
            elif what != "once":
                one.change_schedule(DAILY if what == "daily" else LONGER, now)
        announced += one.announce(MONDAY + 9 * DAY + 12 * HOUR)
        periods = one.intervals(MONDAY, MONDAY + 9 * DAY + 12 * HOUR)
        began = [each.moment for each in announced if each.began]
        ended = [(each.since, each.moment) for each in announced if not each.began]
        assert began == [start for start, _ in periods]
        assert ended == periods


LONGER = Weekly(time(1), 3 * HOUR, "UTC", frozenset({1, 2, 4}))


@pytest.mark.usefixtures("database")
class TestStoredWindows:
    @pytest.fixture
    def alice(self) -> User:
        user = User("Alice", "the password of Alice", "alice@example.com")
        transact(lambda: users.add(user))
        return user

    @pytest.fixture
    def shop(self, alice: User) -> Dashboard:
        return self.add_dashboard(alice)

    def add_dashboard(self, owner: User) -> Dashboard:
        dashboard = Dashboard("http://example.com", "token", owner.id, "Shop")
        transact(lambda: dashboards.add(dashboard))
        return dashboard

    def add(self, owner: User, dashboard: Dashboard | None = None, **how: Any) -> Window:
        now = how.pop("now", MONDAY)
        schedule = how.pop("schedule", Once(MONDAY, MONDAY + HOUR))
        of = dashboard.id if dashboard else None
        one = window(schedule, now, owner_id=owner.id, dashboard_id=of)
        transact(lambda: maintenance.add(one))
        return one

    def active(self, dashboard: Dashboard, now: datetime = MONDAY) -> bool:
        return transact(lambda: maintenance.is_active(dashboard, now))

    def test_it_concerns_one_app_or_all_of_an_account(self, alice: User, shop: Dashboard) -> None:
        blog = self.add_dashboard(alice)
        bob = User("Bob", "the password of Bob", "bob@example.com")
        others = self.add_dashboard(bob)
        self.add(alice, shop)
        assert [self.active(each) for each in (shop, blog, others)] == [True, False, False]
        assert not self.active(shop, MONDAY + HOUR)
        self.add(alice)
        assert [self.active(each) for each in (shop, blog, others)] == [True, True, False]

    def test_the_number_is_limited(self, alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(maintenance, "MAX_WINDOWS", 2)
        for _ in range(2):
            self.add(alice)
        with pytest.raises(InvalidInput, match="2 maintenance windows"):
            self.add(alice)

    def test_it_is_deleted_with_its_dashboard_and_account(
        self, alice: User, shop: Dashboard
    ) -> None:
        self.add(alice, shop)
        of_all = self.add(alice)
        registration.delete(shop.id)
        assert transact(lambda: repository.of_owner(alice.id)) == [of_all]
        transact(lambda: deletion.delete_account(alice))
        assert transact(lambda: repository.due(MONDAY + DAY, MONDAY + 9 * DAY)) == []

    @pytest.fixture
    def look(self, monkeypatch: pytest.MonkeyPatch) -> Callable[[datetime], None]:
        """Announce at a time."""

        class Clock(datetime):
            reading = MONDAY

            @classmethod
            def now(cls, tz: Any = None) -> Any:
                return cls.reading

        monkeypatch.setattr(housekeeping, "datetime", Clock)

        def look(now: datetime) -> None:
            Clock.reading = now
            housekeeping.announce_maintenance()

        return look

    def recorded(self, project: str) -> list[tuple[str, datetime]]:
        events = event.store(project).get_events(EventFilter())
        return [
            (each.event_type, each.generated)
            for each in events
            if each.event_type.startswith("maintenance.")
        ]

    def test_begin_and_end_are_events(
        self, alice: User, shop: Dashboard, look: Callable[[datetime], None]
    ) -> None:
        self.add(alice, shop, schedule=DAILY)
        self.add(alice, schedule=Once(MONDAY + HOUR, MONDAY + 2 * HOUR))
        # Not at once, and not again.
        for hour in (0, 1.5, 2, 2.5, 2.6, 26.5, 26.6):
            look(MONDAY + hour * HOUR)
        of_shop = self.recorded(event.of_dashboard(shop).project)
        assert of_shop == [
            ("maintenance.began", MONDAY + 2 * HOUR),
            ("maintenance.ended", MONDAY + 3 * HOUR),
            ("maintenance.began", MONDAY + 26 * HOUR),
        ]
        assert self.recorded(event.of_user(alice).project) == [
            ("maintenance.began", MONDAY + HOUR),
            ("maintenance.ended", MONDAY + 2 * HOUR),
        ]

    def test_it_announces_again_after_the_clock_was_ahead(
        self, alice: User, shop: Dashboard, look: Callable[[datetime], None]
    ) -> None:
        self.add(alice, shop, schedule=Once(MONDAY + 3 * DAY, MONDAY + 4 * DAY))
        for day in (0, 500, 1, 3.5):
            look(MONDAY + day * DAY)
        assert ("maintenance.began", MONDAY + 3 * DAY) in self.recorded(
            event.of_dashboard(shop).project
        )

    def test_windows_that_ended_long_ago_are_deleted(
        self,
        alice: User,
        look: Callable[[datetime], None],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        self.add(alice)
        daily = self.add(alice, schedule=DAILY)
        look(MONDAY + KEEP + 2 * HOUR)
        assert len(transact(lambda: repository.of_owner(alice.id))) == 2, "the clock may be wrong"
        monkeypatch.setattr("pydash_app.clock.is_confirmed", lambda now: True)
        look(MONDAY + KEEP + 2 * DAY)
        assert transact(lambda: repository.of_owner(alice.id)) == [daily]
