"""Checks the clock, so that no data is deleted permanently because of one wrong reading.

A clock may be far off, briefly or until it is synchronized after a start. The fetcher therefore
records readings in the database while it runs. A reading is confirmed once the readings before it
have advanced steadily for hours. Nothing here commits.
"""

from datetime import datetime, timedelta

from persistent.mapping import PersistentMapping

from pydash_database import database_root

STEADY = timedelta(hours=6)
MAX_PAUSE = timedelta(minutes=15)
# Not every reading writes to the database.
PRECISION = timedelta(minutes=1)

_ROOT_NAME = "clock"


def record(now: datetime) -> None:
    """Record a reading of the clock. After a pause or a jump, the steady period starts over.

    :param now: the reading (UTC).
    """
    readings = database_root().setdefault(_ROOT_NAME, PersistentMapping())
    first, last = readings.get("steady", (now, now))
    if not last <= now <= last + MAX_PAUSE:
        first = now
    elif readings and now < last + PRECISION:
        return
    readings["steady"] = first, now


def is_confirmed(now: datetime) -> bool:
    """Return whether data may be deleted permanently because of this reading.

    :param now: the reading (UTC) of the clock of any machine.
    """
    first, last = database_root().get(_ROOT_NAME, {}).get("steady", (now, now))
    return bool(last - first >= STEADY and abs(now - last) <= MAX_PAUSE)
