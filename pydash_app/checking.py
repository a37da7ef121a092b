"""Checks an installation: whether it can start, and whether its data is sound.

Nothing is changed, and PyDash may be running.
"""

import os
import stat
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from ZODB.POSException import POSError

from pydash_app.configuration import RESTORING, Configuration, ConfigurationError, require_writable
from pydash_app.migrations import MIGRATIONS, RENAMED_CLASSES
from pydash_cube.consistency import contradictions
from pydash_database import BackupFailed, IncompatibleDatabase, SchemaTooNew, schema
from pydash_database.backup import FileEngine, engine
from pydash_database.files import check_file, check_index
from pydash_database.readability import check_readable
from pydash_database.server import FILE_NAME


class Check(NamedTuple):
    """One check.

    :ivar name: what was checked.
    :ivar problem: what is wrong and what to do; None if nothing is.
    """

    name: str
    problem: str | None


def checks(configuration: Configuration) -> Iterator[Check]:
    """Check an installation, from its settings to the numbers of each dashboard.

    :param configuration: made without creating a key; see `Configuration.from_environment`.
    """
    yield _checked("configuration", partial(_check_configuration, configuration))
    yield _checked("data directory", partial(_check_data_directory, configuration))
    try:
        database = engine(configuration.database_uri, configuration.data_dir, RENAMED_CLASSES)
    except BackupFailed:
        return  # in memory
    if isinstance(database, FileEngine):
        on_file = {"database file": _check_file, "index of the database file": check_index}
        for name, check in on_file.items():
            checked = _checked(name, partial(check, database.path))
            yield checked
            if checked.problem is not None:
                return  # what is in it cannot be read
    if database.exists():
        problems: dict[str, str | None] = {}
        yield _checked("objects", lambda: database.read(partial(_check_objects, problems)))
        for name, problem in problems.items():
            yield Check(name, problem)


def _checked(name: str, check: Callable[[], None]) -> Check:
    try:
        check()
    except (BackupFailed, ConfigurationError, IncompatibleDatabase) as error:
        return Check(name, str(error))
    except (OSError, POSError) as error:
        return Check(name, f"It cannot be read: {error}")
    return Check(name, None)


def _check_file(path: Path) -> None:
    check_file(path, completely=True)
    if not path.exists():
        raise ConfigurationError(
            f"{path} does not exist. Either PyDash was never started with this data directory, or"
            " the database is on another machine."
        )


def _check_configuration(configuration: Configuration) -> None:
    for name in ("database_uri", "events_uri", "rate_limit_store", "executor"):
        configuration.require_extra(name)
    needed = ("secret_key", FILE_NAME, RESTORING)
    if any((configuration.data_dir / name).exists() for name in needed):
        # With the key; none is created, because the installation is not new.
        Configuration.from_environment(os.environ, data_dir=configuration.data_dir)


def _check_data_directory(configuration: Configuration) -> None:
    directories = [configuration.data_dir]
    if configuration.backup_at is not None and configuration.backup_dir.exists():
        directories.append(configuration.backup_dir)
    for path in directories:
        if not path.exists():
            raise ConfigurationError(f"{path} does not exist. Set PYDASH_DATA_DIR.")
        require_writable(path)
    key = configuration.data_dir / "secret_key"
    if key.exists() and stat.S_IMODE(key.stat().st_mode) & 0o077:
        raise ConfigurationError(f"Others can read {key}. Protect it: chmod 600 {key}")


def _check_objects(problems: dict[str, str | None], root: Any) -> None:
    """Load all objects, and compare the numbers of all dashboards."""
    version = root.get(schema.VERSION, 0)
    if version > len(MIGRATIONS):
        raise SchemaTooNew(
            f"The database has schema {version}, but this PyDash knows only {len(MIGRATIONS)}. Use"
            " the newer PyDash that wrote it, or restore a backup."
        )
    check_readable(root._p_jar)
    if version < len(MIGRATIONS):
        return  # The numbers of an earlier version can be compared after the migration.
    for dashboard in root["dashboards"].values():
        try:
            problem = next(contradictions(dashboard.aggregator_group.cube), None)
        except Exception as error:  # noqa: BLE001 (see there)
            problem = f"Its columns are damaged ({type(error).__name__}: {error})."
        name = f"dashboard {dashboard.id} ({dashboard.name})"
        problems[name] = problem and f"{problem} Restore a backup, or delete the dashboard."
