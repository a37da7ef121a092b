"""The periodic tasks that do not belong to a dashboard."""

import contextlib
from datetime import UTC, datetime, timedelta

import pydash_database
from periodic_tasks import TaskScheduler
from pydash_app import (
    alert,
    backup,
    channel,
    clock,
    configuration,
    diagnosis,
    event,
    links,
    maintenance,
    outbox,
    status_page,
)
from pydash_app.dashboard import repository
from pydash_app.dashboard.services import retention
from pydash_app.event import deletion, usage
from pydash_app.event.vocabulary import Subject
from pydash_app.maintenance.entity import Window
from pydash_app.user import invite_repository
from pydash_app.user import repository as users
from pydash_app.user.services import mail_requests, pruning
from pydash_events import moving

MAIL_INTERVAL = timedelta(seconds=5)
NOTIFICATIONS_INTERVAL = timedelta(seconds=1)
MAINTENANCE_INTERVAL = timedelta(seconds=5)
RULES_INTERVAL = timedelta(seconds=2)
EVENTS_INTERVAL = timedelta(seconds=1)
MAIL_TIME_LIMIT = timedelta(minutes=2)
PRUNING_INTERVAL = timedelta(hours=1)
DELETION_INTERVAL = timedelta(minutes=1)
BACKUP_INTERVAL = timedelta(minutes=1)
USAGE_INTERVAL = timedelta(minutes=1)
DATABASE_INTERVAL = timedelta(hours=6)
GROWTH_INTERVAL = timedelta(seconds=10)
# The growth (bytes) below which the database is not packed.
MIN_GROWTH = 256 * 1024**2
_PACKED_SIZE = "packed_size"


def schedule(scheduler: TaskScheduler) -> None:
    """Add the tasks to a scheduler."""
    scheduler.add_periodic_task(
        "send mails", MAIL_INTERVAL, send_mails, True, time_limit=MAIL_TIME_LIMIT
    )
    scheduler.add_periodic_task(
        "notify", NOTIFICATIONS_INTERVAL, notify, True, time_limit=MAIL_TIME_LIMIT
    )
    scheduler.add_periodic_task(
        "evaluate rules", RULES_INTERVAL, evaluate_rules, True, time_limit=MAIL_TIME_LIMIT
    )
    scheduler.add_periodic_task(
        "move events", EVENTS_INTERVAL, move_events, True, time_limit=MAIL_TIME_LIMIT
    )
    scheduler.add_periodic_task(
        "announce maintenance", MAINTENANCE_INTERVAL, announce_maintenance, True
    )
    scheduler.add_periodic_task("expire events", PRUNING_INTERVAL, expire_events)
    scheduler.add_periodic_task("delete events", DELETION_INTERVAL, deletion.delete_due)
    scheduler.add_periodic_task("extract usage", USAGE_INTERVAL, extract_usage)
    scheduler.add_periodic_task("back up", BACKUP_INTERVAL, back_up)
    pruning.schedule_periodic_pruning_task(PRUNING_INTERVAL, scheduler)
    scheduler.add_periodic_task("drop records", PRUNING_INTERVAL, drop_expired_records)
    scheduler.add_periodic_task("pack if grown", GROWTH_INTERVAL, pack_if_grown)
    for name, task in (("drop calls", drop_expired_calls), ("pack", pydash_database.pack)):
        scheduler.add_periodic_task(name, DATABASE_INTERVAL, task, jitter=DATABASE_INTERVAL)


def send_mails() -> None:
    """Write the mails that visitors requested and subscribers expect, and send all due mails."""
    mail_requests.process_all()
    status_page.mail_due()
    outbox.send_due()


def notify() -> None:
    """Deliver the messages that are due through all channels."""
    channel.send_due()


def announce_maintenance() -> None:
    """Record the maintenances that began and ended as events."""

    def subject_of(window: Window) -> Subject | None:
        if window.dashboard_id is None:
            owner = users.find(window.owner_id)
            return owner and event.of_user(owner)
        with contextlib.suppress(KeyError):
            return event.of_dashboard(repository.find(window.dashboard_id))
        return None

    pydash_database.transact(lambda: maintenance.announce(datetime.now(UTC), subject_of))


def evaluate_rules() -> None:
    """Evaluate the rules of all dashboards that have news."""
    alert.evaluate_due()


def move_events() -> None:
    """Move recorded events to the event store, which gives each its place in the sequence."""
    if configuration.current().events_uri == "zodb://":
        moving.move()
    else:
        moving.ship(event.store())


def expire_events() -> None:
    """Delete the events that are older than their retention."""
    now, days = datetime.now(UTC), configuration.current().events_retention
    if pydash_database.transact(lambda: clock.is_confirmed(now)):
        event.store().clear_expired_data(timedelta(days=days).total_seconds(), now=now)


def extract_usage() -> None:
    """Extract the days that are due for the usage report, also those that were missed."""
    now, at = datetime.now(UTC), configuration.current().usage_at
    since_midnight = timedelta(hours=at.hour, minutes=at.minute)
    # The last day that is due: the day before, from that time on.
    end = (now - since_midnight).date() - timedelta(days=1)
    # A clock that is ahead would complete days that have hardly begun.
    if pydash_database.transact(lambda: clock.is_confirmed(now)):
        for day in usage.days_to_extract(now, end=end):
            usage.extract_day(day, now)


def back_up() -> None:
    """Create the daily backup, if it is due."""
    backup.back_up_if_due(configuration.current(), datetime.now(UTC))


def drop_expired_records() -> None:
    """Drop expired invitations, links and alerts, and mails that no longer count for a limit."""
    now = datetime.now(UTC)

    def drop() -> None:
        if clock.is_confirmed(now):
            invite_repository.remove_expired(now)
            links.drop_expired(now)
            status_page.forget_unconfirmed(now)
            outbox.repository.drop_sent(now - outbox.MAILBOX_PERIOD)
            days = configuration.current().events_retention
            if days:
                alert.drop(now - timedelta(days=days))

    pydash_database.transact(drop)


def drop_expired_calls() -> None:
    """Drop the calls of all dashboards that are older than their retention, and their diagnosis.

    :raises ExceptionGroup: the failures of some dashboards, after all others are done.
    """
    now = datetime.now(UTC)
    if not pydash_database.transact(lambda: clock.is_confirmed(now)):
        return
    pydash_database.transact(lambda: diagnosis.keep_only(repository.ids()))
    dashboards = pydash_database.transact(repository.ids)
    failures: list[Exception] = []
    for dashboard_id in dashboards:
        try:
            retention.drop_expired(dashboard_id, now)
        except KeyError:
            continue  # deleted in the meantime, with all its calls
        except pydash_database.DatabaseUnavailable:
            raise
        except Exception as error:  # noqa: BLE001 (raised after all others are done)
            failures.append(error)
    if failures:
        raise ExceptionGroup("Could not drop the expired calls of some dashboards", failures)


def pack_if_grown() -> None:
    """Pack the database if its size has more than doubled since it was last packed.

    Quotas limit the stored data. Without packing, nothing would limit overwritten revisions.
    """
    packed = pydash_database.transact(lambda: pydash_database.database_root().get(_PACKED_SIZE, 0))
    if pydash_database.size() > 2 * packed + MIN_GROWTH:
        pydash_database.pack(days=0)
        packed = pydash_database.size()
        pydash_database.transact(
            lambda: pydash_database.database_root().update({_PACKED_SIZE: packed})
        )
