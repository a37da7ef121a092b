"""Provides functionality to periodically remove all users that have not verified their account."""

from datetime import timedelta

import periodic_tasks
from pydash_app.user import repository
from pydash_app.user.services import deletion
from pydash_database import transact
from pydash_logger.logger import Logger

logger = Logger(__name__)


def prune_unverified_users() -> int:
    """Remove the users whose verification code expired unused; answer how many there were.

    That is 7 days after the last code was sent, and 30 days after the registration however often
    another one was asked for. Called outside of any transaction. Their names are free again.
    """
    pruned = transact(_prune)
    if pruned:
        logger.info("Removed users who never verified their address", users=pruned)
    return pruned


def schedule_periodic_pruning_task(
    interval: timedelta = timedelta(days=1),
    scheduler: periodic_tasks.TaskScheduler = periodic_tasks.default_task_scheduler,
) -> None:
    """Let a scheduler call `prune_unverified_users` periodically."""
    periodic_tasks.add_periodic_task(
        "prune unverified users", interval, prune_unverified_users, scheduler=scheduler
    )


def _prune() -> int:
    expired = [user for user in repository.all_unverified() if user.has_verification_code_expired()]
    for user in expired:
        deletion.delete(user)
    return len(expired)
