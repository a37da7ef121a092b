"""What has to be done now and then, besides fetching."""

from datetime import UTC, datetime, timedelta

import pydash_database
from periodic_tasks import TaskScheduler
from pydash_app import outbox
from pydash_app.dashboard import repository
from pydash_app.dashboard.services import retention
from pydash_app.user.services import pruning

MAIL_INTERVAL = timedelta(seconds=5)
DAILY = timedelta(days=1)


def schedule(scheduler: TaskScheduler) -> None:
    """Add the tasks that do not depend on any dashboard."""
    scheduler.add_periodic_task(
        "send mails", MAIL_INTERVAL, outbox.send_due, True, time_limit=timedelta(minutes=2)
    )
    pruning.schedule_periodic_pruning_task(scheduler=scheduler)
    scheduler.add_periodic_task("drop expired calls", DAILY, drop_expired_calls)
    scheduler.add_periodic_task("pack the database", DAILY, pydash_database.pack)


def drop_expired_calls() -> None:
    """Drop what every dashboard's user does not want to keep any longer."""
    now = datetime.now(UTC)
    ids = pydash_database.transact(lambda: [board.id for board in repository.all()])
    for dashboard_id in ids:
        retention.drop_expired(dashboard_id, now)
