"""Periodically deletes users who have not verified their account."""

from datetime import UTC, datetime, timedelta

import periodic_tasks
from pydash_app import clock
from pydash_app.user import repository
from pydash_app.user.services import deletion
from pydash_database import transact
from pydash_logger.logger import Logger

logger = Logger(__name__)


def prune_unverified_users() -> int:
    """Delete users whose verification code has expired, and return their number.

    A code expires 7 days after it was sent, and 30 days after the registration at the latest.
    Nobody is deleted while the clock is not confirmed (`pydash_app.clock`). Call it outside any
    transaction.
    """

    def prune() -> int:
        if not clock.is_confirmed(datetime.now(UTC)):
            return 0
        unverified = repository.all_unverified()
        expired = [user for user in unverified if user.has_verification_code_expired()]
        for user in expired:
            deletion.delete(user)
        return len(expired)

    pruned = transact(prune)
    if pruned:
        logger.info("Deleted users with expired verification codes", users=pruned)
    return pruned


def schedule_periodic_pruning_task(
    interval: timedelta = timedelta(days=1),
    scheduler: periodic_tasks.TaskScheduler = periodic_tasks.default_task_scheduler,
) -> None:
    """Call `prune_unverified_users` periodically."""
    periodic_tasks.add_periodic_task(
        "prune unverified users", interval, prune_unverified_users, scheduler=scheduler
    )
