"""The periodic tasks that do not belong to a dashboard."""

from datetime import UTC, datetime, timedelta

import pydash_database
from periodic_tasks import TaskScheduler
from pydash_app import outbox
from pydash_app.dashboard import repository
from pydash_app.dashboard.services import retention
from pydash_app.user.services import mail_requests, pruning

MAIL_INTERVAL = timedelta(seconds=5)
MAIL_TIME_LIMIT = timedelta(minutes=2)
PRUNING_INTERVAL = timedelta(hours=1)
DATABASE_INTERVAL = timedelta(hours=6)


def schedule(scheduler: TaskScheduler) -> None:
    """Add the tasks to a scheduler."""
    scheduler.add_periodic_task(
        "send mails", MAIL_INTERVAL, send_mails, True, time_limit=MAIL_TIME_LIMIT
    )
    pruning.schedule_periodic_pruning_task(PRUNING_INTERVAL, scheduler)
    for name, task in (("drop calls", drop_expired_calls), ("pack", pydash_database.pack)):
        scheduler.add_periodic_task(name, DATABASE_INTERVAL, task, jitter=DATABASE_INTERVAL)


def send_mails() -> None:
    """Write the mails that visitors requested, and send all that are due."""
    mail_requests.process_all()
    outbox.send_due()


def drop_expired_calls() -> None:
    """Drop the calls of all dashboards that are older than their retention."""
    dashboards = pydash_database.transact(lambda: [each.id for each in repository.all()])
    for dashboard_id in dashboards:
        try:
            retention.drop_expired(dashboard_id, datetime.now(UTC))
        except KeyError:
            continue  # deleted in the meantime, with all its calls
