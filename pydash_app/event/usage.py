"""The usage report: how many distinct users signed in per day, week, month, quarter or year.

Once a day of the log is complete, it is extracted: the day's distinct pairs of user and quarter
hour are stored, from which a report in any time zone is computed, also after the events have
expired. The checkpoint, the last complete day, is stored in the same transaction as that day. Days
after it are read from the log itself, so that a report is never behind.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import StrEnum
from typing import NamedTuple

from BTrees.OOBTree import OOBTree
from persistent.mapping import PersistentMapping

from pydash_app import configuration
from pydash_app.errors import InvalidInput
from pydash_app.event.recording import record
from pydash_app.event.store import store
from pydash_app.event.vocabulary import INSTALLATION, EventType
from pydash_database import BACKGROUND_TIMEOUT, database_root, transact
from pydash_database.schema import Root
from pydash_events import Event, EventFilter
from pydash_events.event_rows import to_event
from pydash_events.inbox import inbox

MAX_PERIODS = 10_000
DAY = timedelta(days=1)
QUARTER = timedelta(minutes=15)
QUARTERS = DAY // QUARTER
# A transaction that records a sign-in just before midnight may take a while to be stored.
COMPLETE_AFTER = timedelta(minutes=10)

_ROOT_NAME = "usage"
_CHECKPOINT, _LOGINS = "checkpoint", "logins"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

# The quarter hours (UTC) in which users signed in, as the bits of a number, by day and user's ID.
SignIns = dict[date, dict[str, int]]


class Aggregate(StrEnum):
    """The length of the periods of a report."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"

    def first_day(self, day: date) -> date:
        """Return the first day of the period that has a day.

        >>> Aggregate.QUARTER.first_day(date(2026, 11, 30))
        datetime.date(2026, 10, 1)
        """
        match self:
            case Aggregate.DAY:
                return day
            case Aggregate.WEEK:
                return day - timedelta(days=day.weekday())
            case Aggregate.MONTH:
                return day.replace(day=1)
            case Aggregate.QUARTER:
                return day.replace(month=day.month - (day.month - 1) % 3, day=1)
            case Aggregate.YEAR:
                return day.replace(month=1, day=1)

    def next_first_day(self, first: date) -> date:
        """Return the first day of the period after the one with this first day.

        >>> Aggregate.MONTH.next_first_day(date(2026, 12, 1))
        datetime.date(2027, 1, 1)
        """
        return self.first_day(first + timedelta(days=_MOST_DAYS[self]))

    def label(self, first: date) -> str:
        """Return the name of the period with this first day.

        >>> [each.label(each.first_day(date(2027, 1, 1))) for each in Aggregate]
        ['2027-01-01', '2026-W53', '2027-01', '2027-Q1', '2027']
        """
        quarter = (first.month + 2) // 3
        return first.strftime(_LABELS[self].replace("QUARTER", str(quarter)))


_MOST_DAYS = {
    Aggregate.DAY: 1,
    Aggregate.WEEK: 7,
    Aggregate.MONTH: 31,
    Aggregate.QUARTER: 92,
    Aggregate.YEAR: 366,
}
_LABELS = {
    Aggregate.DAY: "%Y-%m-%d",
    Aggregate.WEEK: "%G-W%V",
    Aggregate.MONTH: "%Y-%m",
    Aggregate.QUARTER: "%Y-QQUARTER",
    Aggregate.YEAR: "%Y",
}


class UsageOfPeriod(NamedTuple):
    """How many users signed in during a period.

    :ivar period: its name, such as `2026-W48`.
    :ivar timestamp: midnight at the beginning of its last day.
    :ivar user: the number of distinct users.
    """

    period: str
    timestamp: datetime
    user: int


def create(root: Root) -> None:
    """Create the usage in a database."""
    root[_ROOT_NAME] = PersistentMapping({_CHECKPOINT: None, _LOGINS: OOBTree()})


def checkpoint() -> date | None:
    """Return the last day (UTC) that is complete; None before the first extraction."""
    found: date | None = database_root()[_ROOT_NAME][_CHECKPOINT]
    return found


def days_to_extract(
    now: datetime, start: date | None = None, end: date | None = None, *, reset: bool = False
) -> list[date]:
    """Return the days (UTC) to extract, in order. Days that are not over yet are left out.

    Days that were never extracted are not left out: an extraction begins with the first of them at
    the latest. Days before all sign-ins are left out.

    :param start: the first day; by default the one after the checkpoint.
    :param end: the last day, inclusive; by default today.
    :param reset: begin with the first day of the log instead of the checkpoint.
    :raises InvalidInput: `end` is before `start`, or one of them is in the future.
    """
    today = now.astimezone(UTC).date()
    last = today if end is None else end
    for name, day in (("start", start), ("end", end)):
        if day is not None and day > today:
            raise InvalidInput(f"The {name}, {day}, is in the future.")
    if start is not None and last < start:
        raise InvalidInput(f"The end, {last}, is before the start, {start}.")

    def first_day() -> date | None:
        candidates = [_first_incomplete_day()]
        if start is not None:
            stored = next(iter(database_root()[_ROOT_NAME][_LOGINS]), None)
            known = [_first_sign_in(), date.fromordinal(stored[0]) if stored else None]
            earliest = min(filter(None, known), default=None)
            candidates.append(earliest and max(start, earliest))
        elif reset:
            candidates.append(_first_day_of_log())
        return min(filter(None, candidates), default=None)

    first = transact(first_day)
    if first is None:
        return []
    complete = (now.astimezone(UTC) - COMPLETE_AFTER).date() - DAY
    count = (min(last, complete) - first).days + 1
    return [first + index * DAY for index in range(count)]


def extract_day(day: date, now: datetime, *, restart: bool = False) -> None:
    """Store a day's sign-ins instead of what was extracted before, in one transaction.

    The checkpoint moves on if the day follows it.

    :param day: a day (UTC) of `days_to_extract`.
    :param now: the current time. What may have expired by now stays as it was extracted before.
    :param restart: make this day the checkpoint in any case.
    """

    def extract() -> None:
        usage = database_root()[_ROOT_NAME]
        found = sign_ins(day, day).get(day, {})
        stored = _stored(day, day).get(day, {})
        retention = configuration.current().events_retention
        if retention and _midnight(day, UTC) < now - timedelta(days=retention):
            users = stored.keys() | found.keys()
            found = {user: stored.get(user, 0) | found.get(user, 0) for user in users}
        logins = usage[_LOGINS]
        for user in stored.keys() - found.keys():
            del logins[day.toordinal(), user]
        for user, quarters in found.items():
            if stored.get(user) != quarters:
                logins[day.toordinal(), user] = quarters
        before = usage[_CHECKPOINT]
        if restart or before is None or day == before + DAY:
            usage[_CHECKPOINT] = day
        record(EventType.USAGE_EXTRACTED, INSTALLATION, since=_midnight(day, UTC), count=len(found))

    transact(extract, timeout=BACKGROUND_TIMEOUT)


def report(
    start: datetime, end: datetime, aggregate: Aggregate, zone: tzinfo
) -> list[UsageOfPeriod]:
    """Return the number of distinct users of each period, in order; 0 for an empty one.

    :param start: the beginning, rounded down to a quarter hour. The first period begins here.
    :param end: exclusive; the quarter hour that it is in counts as a whole.
    :param aggregate: the length of the periods.
    :param zone: the time zone in which they begin.
    :raises InvalidInput: there are too many periods.
    """
    days = list(_first_days(start, end, aggregate, zone))
    limits = (start - _EPOCH) // QUARTER, -((_EPOCH - end) // QUARTER)
    edges = [(_midnight(day, zone) - _EPOCH) // QUARTER for day in days]
    edges = [min(max(edge, limits[0]), limits[1]) for edge in edges]
    users: list[set[str]] = [set() for _ in days[1:]]
    for day, of_day in _all_sign_ins(start, end):
        first = (_midnight(day, UTC) - _EPOCH) // QUARTER
        number = max(bisect_right(edges, first) - 1, 0)
        while number < len(users) and edges[number] < first + QUARTERS:
            low, high = max(edges[number] - first, 0), min(edges[number + 1] - first, QUARTERS)
            within = (1 << high) - (1 << low) if low < high else 0
            users[number].update(user for user, quarters in of_day.items() if quarters & within)
            number += 1
    return [
        UsageOfPeriod(
            aggregate.label(days[number]), _midnight(days[number + 1] - DAY, zone), len(found)
        )
        for number, found in enumerate(users)
    ]


def sign_ins(first: date, last: date) -> SignIns:
    """Return the sign-ins that the log has of some days (UTC), without excluded users."""
    excluded = {name.casefold() for name in configuration.current().usage_exclude}
    found: SignIns = defaultdict(dict)
    for event in _recorded(first, last):
        traits = {trait.name: trait.value for trait in event.traits}
        if str(traits["user"]).casefold() not in excluded:
            day, user = event.generated.date(), str(traits["user_id"])
            number = (event.generated - _midnight(day, UTC)) // QUARTER
            found[day][user] = found[day].get(user, 0) | 1 << number
    return found


def _first_days(
    start: datetime, end: datetime, aggregate: Aggregate, zone: tzinfo
) -> Iterator[date]:
    """Return the first day of each period, and of the one after the last."""
    day = aggregate.first_day(start.astimezone(zone).date())
    for _ in range(MAX_PERIODS):
        yield day
        if _midnight(day, zone) >= end:
            return
        day = aggregate.next_first_day(day)
    raise InvalidInput(f"The range has more than {MAX_PERIODS:,} periods. Choose longer ones.")


def _all_sign_ins(start: datetime, end: datetime) -> Iterable[tuple[date, dict[str, int]]]:
    """Return the sign-ins of each day: those that were extracted, and those in the log since."""
    first, last = (each.astimezone(UTC).date() for each in (start, end))
    yield from _stored(first, last).items()
    following = _first_incomplete_day()
    if following is not None and following <= last:
        yield from sign_ins(max(first, following), last).items()


def _stored(first: date, last: date) -> SignIns:
    found: SignIns = defaultdict(dict)
    limits = (first.toordinal(), ""), (last.toordinal() + 1, "")
    for (day, user), quarters in database_root()[_ROOT_NAME][_LOGINS].items(*limits):
        found[date.fromordinal(day)][user] = quarters
    return found


def _first_incomplete_day() -> date | None:
    """Return the first day after the checkpoint; None if there has never been a sign-in."""
    before = checkpoint()
    return _first_day_of_log() if before is None else before + DAY


def _first_day_of_log() -> date | None:
    """Return the first day with a sign-in in the log, not before the configured start."""
    found = _first_sign_in()
    return found and max(found, configuration.current().usage_start or found)


def _first_sign_in() -> date | None:
    """Return the first day with a sign-in in the log."""
    connection, waiting = store(), _waiting()
    wanted = EventFilter(
        event_type=EventType.USER_LOGIN, admin_proj=connection.get_projects(EventType.USER_LOGIN)
    )
    first = [*connection.get_events(wanted, {"limit": 1}), *waiting]
    return min((event.generated.date() for event in first), default=None)


def _recorded(first: date, last: date) -> Iterator[Event]:
    """Return the sign-ins of some days, some of them twice."""
    connection = store()
    start, end = _midnight(first, UTC), _midnight(last + DAY, UTC) - timedelta(microseconds=1)
    wanted = EventFilter(
        *(start, end, EventType.USER_LOGIN),
        admin_proj=connection.get_projects(EventType.USER_LOGIN),
    )
    yield from connection.get_events(wanted)
    yield from (event for event in _waiting() if start <= event.generated <= end)


def _waiting() -> Iterator[Event]:
    """Return the sign-ins that have not reached the event store.

    They are in this transaction's view of the inbox, or were in the store before it began.
    """
    for _, batch in inbox().batches():
        yield from (to_event(row) for row in batch if row.event_type == EventType.USER_LOGIN)


def _midnight(day: date, zone: tzinfo) -> datetime:
    return datetime.combine(day, time.min, zone)
