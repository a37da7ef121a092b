"""Runs work in transactions, and repeats it after conflicts."""

import errno
import random
import time
from collections.abc import Callable
from typing import Any, TypeVar

from transaction.interfaces import TransientError
from ZEO.Exceptions import ServerException
from ZODB.POSException import StateLoadError

from pydash_database.errors import DatabaseUnavailable, DiskFull, IncompatibleDatabase
from pydash_database.storages import disconnected

Result = TypeVar("Result")

ATTEMPTS = 10
_FIRST_PAUSE_SECONDS = 0.002
# No space, quota exceeded, and the limit of a file's size.
_DISK_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_POSTGRESQL_DISK_FULL = "53100"


def run(manager: Any, work: Callable[[], Result], attempts: int = ATTEMPTS) -> Result:
    """Call `work()` in a transaction of `manager` and commit it.

    :param attempts: the maximum number of attempts, each of which a conflict can end.
    :raises DatabaseUnavailable: the database does not respond, or all attempts had conflicts.
    :raises DiskFull: a disk is full, so nothing can be stored.
    :raises IncompatibleDatabase: `work` read objects that this PyDash cannot read.
    """
    for attempt in range(attempts):
        try:
            try:
                manager.begin()
                result = work()
                manager.commit()
            except BaseException:
                manager.abort()
                raise
        except disconnected() as error:
            raise (DiskFull if _is_disk_full(error) else DatabaseUnavailable) from error
        except (OSError, ServerException) as error:
            if _is_disk_full(error):
                raise DiskFull from error
            raise
        except StateLoadError as error:
            # ZODB wraps every exception that prevents an object from being loaded.
            if isinstance(error.__cause__, IncompatibleDatabase):
                raise error.__cause__ from None
            raise
        except TransientError as error:
            conflict = error
        else:
            return result
        # Random, so that two transactions do not conflict again.
        time.sleep(random.uniform(0, _FIRST_PAUSE_SECONDS * 2**attempt))  # noqa: S311
    raise DatabaseUnavailable("The database is too busy.") from conflict


def _is_disk_full(error: Exception) -> bool:
    """Return whether an error of this process or of the server means that a disk is full."""
    if isinstance(error, OSError):
        return error.errno in _DISK_FULL
    if not isinstance(error, ServerException):
        return getattr(error, "pgcode", None) == _POSTGRESQL_DISK_FULL
    # ZEO sends the name of the class and the arguments of the server's exception.
    name, arguments = error.args
    return name == "builtins.OSError" and bool(arguments) and arguments[0] in _DISK_FULL
