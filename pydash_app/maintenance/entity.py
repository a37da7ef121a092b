"""A maintenance window: when an app, or all apps of an account, are expected to be down."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple
from uuid import UUID, uuid4

from persistent import Persistent

from pydash_app.errors import InvalidInput
from pydash_app.intervals import Interval, joined
from pydash_app.maintenance.schedule import DAY, FOREVER, Once, Schedule

LONG_AGO = datetime.min.replace(tzinfo=UTC)
MAX_PLANS = 20
KEEP = timedelta(days=400)
"""For how long a window is kept after its end, as outages are."""

# What began or ended before that is no longer news.
_NEWS = timedelta(days=30)
_MOMENT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Plan:
    """A schedule, and from when until when it applies.

    A change of the schedule adds a plan. So the past remains what it was.
    """

    schedule: Schedule
    since: datetime
    until: datetime = FOREVER

    def intervals(self, start: datetime, end: datetime) -> Iterator[Interval]:
        """Yield the periods that overlap [start, end)."""
        start, end = max(start, self.since), min(end, self.until)
        for first, last in self.schedule.occurrences(start, end) if start < end else ():
            yield max(first, self.since), min(last, self.until)


class Change(NamedTuple):
    """The begin or the end of a maintenance.

    :ivar since: when it began.
    """

    began: bool
    moment: datetime
    since: datetime


class Window(Persistent):
    """A maintenance window.

    :param owner_id: the account that it belongs to.
    :param dashboard_id: the app; None for all apps of the account.
    :param now: the current time (UTC).
    :ivar plans: its schedules, oldest first; the last one is the current one.
    :ivar due: when to look for changes of its state again.
    """

    def __init__(
        self,
        owner_id: UUID,
        name: str,
        schedule: Schedule,
        now: datetime,
        dashboard_id: UUID | None = None,
    ) -> None:
        self.id = uuid4()
        self.owner_id, self.dashboard_id, self.name = owner_id, dashboard_id, name
        self.created = self.due = now
        self.plans: tuple[Plan, ...] = (_plan(schedule, now),)
        first = schedule.start if isinstance(schedule, Once) else now
        self._announced = min(now, first) - _MOMENT

    @property
    def schedule(self) -> Schedule:
        """The current schedule."""
        return self.plans[-1].schedule

    def ended(self, now: datetime) -> datetime | None:
        """Return when the last period ended; None if there will be others."""
        plan = self.plans[-1]
        end = plan.until
        if isinstance(plan.schedule, Once):
            end = min(end, plan.schedule.end or FOREVER)
        return end if end <= now else None

    def intervals(self, start: datetime, end: datetime) -> list[Interval]:
        """Return the periods that overlap [start, end), oldest first, without overlaps."""
        return joined(periods(self.plans, start, end))

    def period_at(self, moment: datetime) -> Interval | None:
        """Return the period at a time; None if there is none."""
        found = self.intervals(moment, moment + _MOMENT)
        return found[0] if found else None

    def next_start(self, now: datetime) -> datetime | None:
        """Return when the next period begins, if that is known to be within 62 days or once."""
        plan = self.plans[-1]
        end = FOREVER if isinstance(plan.schedule, Once) else now + 62 * DAY
        return next((start for start, _ in plan.intervals(now, end) if start > now), None)

    def change_schedule(self, schedule: Schedule, now: datetime) -> None:
        """Replace the schedule from now on. A single period is replaced as a whole.

        :raises InvalidInput: it was changed too often.
        """
        *earlier, last = self.plans
        if not (isinstance(last.schedule, Once) and isinstance(schedule, Once)):
            earlier.append(replace(last, until=min(last.until, now)))
        kept = [plan for plan in earlier if plan.since < plan.until and plan.until > now - KEEP]
        if len(kept) >= MAX_PLANS:
            reason = "The schedule was changed too often. Stop this window, and create another."
            raise InvalidInput(errors={"schedule": [reason]})
        self.plans = (*kept, _plan(schedule, now))

    def stop(self, now: datetime) -> None:
        """End the window now. What has passed remains."""
        *earlier, last = self.plans
        self.plans = (*earlier, replace(last, until=min(last.until, now)))

    def announce(self, now: datetime) -> list[Change]:
        """Return the changes of its state that were not announced yet, oldest first."""
        # If the clock was ahead, it was announced too early, and begins again.
        since = max(min(self._announced, now), now - _NEWS)
        changes = [
            change
            for start, end in self.intervals(since, now + _MOMENT)
            for change in (Change(True, start, start), Change(False, end, start))
            if since < change.moment <= now
        ]
        self._announced = now
        return changes


@lru_cache(maxsize=1024)
def periods(plans: tuple[Plan, ...], start: datetime, end: datetime) -> tuple[Interval, ...]:
    """Return the periods of plans that overlap [start, end).

    They are kept, because the uptime of each dashboard of an account leaves out the same.
    """
    return tuple(each for plan in plans for each in plan.intervals(start, end))


def _plan(schedule: Schedule, now: datetime) -> Plan:
    # Who enters a single period may enter one that has begun. Others begin to apply now.
    return Plan(schedule, LONG_AGO if isinstance(schedule, Once) else now)
