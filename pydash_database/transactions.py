"""Runs work in transactions, and repeats it after conflicts."""

import random
import time
from collections.abc import Callable
from typing import Any, TypeVar

from transaction.interfaces import TransientError
from ZODB.POSException import StateLoadError

from pydash_database.errors import DatabaseUnavailable, IncompatibleDatabase
from pydash_database.storages import DISCONNECTED

Result = TypeVar("Result")

ATTEMPTS = 10
_FIRST_PAUSE_SECONDS = 0.002


def run(manager: Any, work: Callable[[], Result], attempts: int = ATTEMPTS) -> Result:
    """Call `work()` in a transaction of `manager` and commit it.

    :param attempts: the maximum number of attempts; a conflict with another transaction ends one.
    :raises DatabaseUnavailable: the database does not respond, or all attempts met conflicts.
    :raises IncompatibleDatabase: `work` read objects that this PyDash cannot read.
    """
    for attempt in range(attempts):
        try:
            return _run_once(manager, work)
        except DISCONNECTED as error:
            raise DatabaseUnavailable from error
        except StateLoadError as error:
            # ZODB wraps every exception that prevents an object from being loaded.
            if isinstance(error.__cause__, IncompatibleDatabase):
                raise error.__cause__ from None
            raise
        except TransientError as error:
            conflict = error
        # Random, so that two transactions do not conflict again.
        time.sleep(random.uniform(0, _FIRST_PAUSE_SECONDS * 2**attempt))  # noqa: S311
    raise DatabaseUnavailable("The database is too busy.") from conflict


def _run_once(manager: Any, work: Callable[[], Result]) -> Result:
    try:
        manager.begin()
        result = work()
        manager.commit()
    except BaseException:
        manager.abort()
        raise
    return result
