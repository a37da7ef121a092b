"""The domain layer: all business logic of PyDash, independent of the web.

Each concept has an *entity* (a plain class without I/O), a *repository* (the only module that
accesses the database) and *services* (operations that involve several of them).
"""

from functools import partial
from typing import TYPE_CHECKING

# Modules are imported where they are used, so that one concept does not load all others.
if TYPE_CHECKING:
    from pydash_app.configuration import Configuration


def configure(configuration: "Configuration") -> None:
    """Set up the logging, secret key, database and configuration of this process.

    Every process calls this once before anything else. So do the workers of a pool.

    :raises ConfigurationError: the database requires an optional dependency.
    """
    import pydash_database
    import pydash_logger
    from pydash_app import secrets
    from pydash_app.configuration import install
    from pydash_app.migrations import MIGRATIONS, RENAMED_CLASSES

    for name in ("database_uri", "events_uri"):
        configuration.require_extra(name)
    install(configuration)
    pydash_logger.configure(configuration.log_level, configuration.data_dir / "logs")
    secrets.configure(configuration.secret_key)
    pydash_database.configure(
        configuration.database_uri,
        MIGRATIONS,
        RENAMED_CLASSES,
        partial(_back_up_before_migration, configuration),
    )


def _back_up_before_migration(configuration: "Configuration") -> None:
    from pydash_app import backup

    # Others are used by a single process, for development.
    if configuration.database_uri.startswith(("postgresql:", "zeo:")):
        backup.back_up_before_migration(configuration)


def seed_datastructures() -> None:
    """Fill an empty database with users and dashboards for development.

    :raises Forbidden: this is not a development environment, or the database has users.
    """
    from pydash_app.dashboard.services import seeding as dashboard_seeding
    from pydash_app.user.services import seeding as user_seeding
    from pydash_database import transact

    def seed() -> None:
        user_seeding.seed()
        dashboard_seeding.seed()

    transact(seed)


def schedule_periodic_tasks() -> None:
    """Schedule the periodic fetching of dashboards and pruning of users (default scheduler)."""
    from pydash_app.dashboard.services import fetching
    from pydash_app.user.services import pruning

    fetching.schedule_all_periodic_dashboards_tasks()
    pruning.schedule_periodic_pruning_task()


def start_task_scheduler() -> None:
    """Start the default scheduler in a separate process, configured like this one."""
    import periodic_tasks
    from pydash_app.configuration import current

    periodic_tasks.start_default_scheduler({"initializer": configure, "initargs": [current()]})


def stop_task_scheduler() -> None:
    """Stop the default scheduler."""
    import periodic_tasks

    periodic_tasks.default_task_scheduler.stop()
