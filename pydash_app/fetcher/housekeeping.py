"""What has to be done now and then, besides fetching."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pydash_database
from periodic_tasks import TaskScheduler
from pydash_app import outbox
from pydash_app.dashboard import repository
from pydash_app.dashboard.services import retention
from pydash_app.user.services import mail_requests, pruning

MAIL_INTERVAL = timedelta(seconds=5)
MAIL_TIME_LIMIT = timedelta(minutes=2)
HOUR = timedelta(hours=1)
QUARTER_DAY = timedelta(hours=6)


def schedule(scheduler: TaskScheduler) -> None:
    """Add the tasks that do not depend on any dashboard."""
    scheduler.add_periodic_task(
        "send mails", MAIL_INTERVAL, send_mails, True, time_limit=MAIL_TIME_LIMIT
    )
    pruning.schedule_periodic_pruning_task(HOUR, scheduler)
    for name, task in (("drop calls", drop_expired_calls), ("pack", pydash_database.pack)):
        scheduler.add_periodic_task(name, QUARTER_DAY, task, jitter=QUARTER_DAY)


def send_mails() -> None:
    """Write the mails that visitors asked for, and send all that are due."""
    mail_requests.process_all()
    outbox.send_due()


def drop_expired_calls() -> None:
    """Drop what the users do not want to keep any longer, of all dashboards."""
    for dashboard_id in pydash_database.transact(_dashboard_ids):
        try:
            retention.drop_expired(dashboard_id, datetime.now(UTC))
        except KeyError:
            continue  # deleted meanwhile, with all its calls


def _dashboard_ids() -> list[UUID]:
    return [dashboard.id for dashboard in repository.all()]
