"""What has to be done now and then, besides fetching."""

from datetime import UTC, datetime, timedelta

import pydash_database
from periodic_tasks import TaskScheduler
from pydash_app import outbox
from pydash_app.dashboard import repository
from pydash_app.dashboard.services import retention
from pydash_app.user.services import pruning

MAIL_INTERVAL = timedelta(seconds=5)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def schedule(scheduler: TaskScheduler) -> None:
    """Add the tasks that do not depend on any dashboard.

    The daily ones run some time in the first hour, too: a daemon may never live for a day.
    """
    scheduler.add_periodic_task(
        "send mails", MAIL_INTERVAL, outbox.send_due, True, time_limit=timedelta(minutes=2)
    )
    pruning.schedule_periodic_pruning_task(HOUR, scheduler)
    for name, task in (("drop calls", drop_expired_calls), ("pack", pydash_database.pack)):
        scheduler.add_periodic_task(name, DAY, task, run_at_start=True, jitter=HOUR)



def drop_expired_calls() -> None:
    """Drop what every dashboard's user does not want to keep any longer."""
    now = datetime.now(UTC)
    ids = pydash_database.transact(lambda: [board.id for board in repository.all()])
    for dashboard_id in ids:
        retention.drop_expired(dashboard_id, now)
