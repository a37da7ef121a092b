"""Limits the data stored by a dashboard, and by all dashboards and events of a user."""

from uuid import UUID

from pydash_app import configuration
from pydash_app.dashboard import repository
from pydash_app.dashboard.entity import Dashboard
from pydash_app.dashboard.stored import Stored
from pydash_app.errors import InvalidInput, PyDashError
from pydash_app.event import reporting

MEGABYTE = 1_000_000


class QuotaExceeded(PyDashError):  # noqa: N818 (as in `pydash_app.errors`)
    """A quota is used up. The message is for the owner of the dashboard."""


def check(dashboard: Dashboard) -> None:
    """Check that another page of calls may be stored; runs in the caller's transaction.

    The page itself may exceed a limit, so each limit is exceeded by at most one page per dashboard.

    :raises QuotaExceeded: a limit is reached. The message names it.
    """
    settings = configuration.current()
    own = repository.stored_of(dashboard)
    of_user = repository.stored_of_user(dashboard.user_id)
    of_user = of_user._replace(bytes=of_user.bytes + reporting.reported_bytes(dashboard.user_id))
    for owner, stored, most in (
        ("This dashboard has", own, _limits("dashboard", settings)),
        ("Your account has", of_user, _limits("user", settings)),
    ):
        if stored.calls >= most.calls:
            limit = f"{most.calls:,} stored requests"
        elif stored.bytes >= most.bytes:
            limit = f"{most.bytes // MEGABYTE:,} MB of storage"
        else:
            continue
        raise QuotaExceeded(
            f"{owner} reached the limit of {limit}, so fetching has stopped. To free space, keep"
            " requests for fewer days, or delete a dashboard. Fetching then resumes where it"
            " stopped."
        )


def check_events(user_id: UUID, size: int) -> None:
    """Check that a user may report more events.

    :param size: of the events (bytes).
    :raises InvalidInput: the limit would be exceeded.
    """
    most = _limits("user", configuration.current()).bytes
    stored = repository.stored_of_user(user_id).bytes + reporting.reported_bytes(user_id)
    if stored + size > most:
        limit = f"{most // MEGABYTE:,} MB of storage"
        raise InvalidInput(f"Your account has reached the limit of {limit}.")


def _limits(owner: str, settings: configuration.Configuration) -> Stored:
    return Stored(
        getattr(settings, f"max_{owner}_requests"),
        getattr(settings, f"max_{owner}_megabytes") * MEGABYTE,
    )
