"""What has to be done now and then, besides fetching."""

from datetime import timedelta

import pydash_database
from periodic_tasks import TaskScheduler
from pydash_app import outbox
from pydash_app.user.services import pruning

MAIL_INTERVAL = timedelta(seconds=5)
MAIL_TIME_LIMIT = timedelta(minutes=2)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def schedule(scheduler: TaskScheduler) -> None:
    """Add the tasks that do not depend on any dashboard.

    The daily ones run some time in the first hour, too: a daemon may never live for a day.
    """
    scheduler.add_periodic_task(
        "send mails", MAIL_INTERVAL, outbox.send_due, True, time_limit=MAIL_TIME_LIMIT
    )
    pruning.schedule_periodic_pruning_task(HOUR, scheduler)
    scheduler.add_periodic_task("pack", DAY, pydash_database.pack, run_at_start=True, jitter=HOUR)
