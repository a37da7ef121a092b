"""Limits how much a dashboard, and all dashboards of a user together, may store."""

from pydash_app import configuration
from pydash_app.dashboard import repository
from pydash_app.dashboard.entity import Dashboard
from pydash_app.dashboard.stored import Stored
from pydash_app.errors import PyDashError

MEGABYTE = 1_000_000


class QuotaExceeded(PyDashError):  # noqa: N818 (as in `pydash_app.errors`)
    """There is no room for more calls; the message is for the owner of the dashboard."""


def check(dashboard: Dashboard) -> None:
    """Check that there is room for another page of calls; runs in a transaction of the caller.

    The page itself may exceed a limit, so each is exceeded by at most one page per dashboard.

    :raises QuotaExceeded: names the limit that is reached.
    """
    settings = configuration.current()
    own = dashboard.stored
    of_user = repository.stored_of_user(dashboard.user_id)
    for owner, stored, most in (
        ("This dashboard has", own, _limits("dashboard", settings)),
        ("Your dashboards have", of_user, _limits("user", settings)),
    ):
        if stored.calls >= most.calls:
            limit = f"{most.calls:,} stored requests"
        elif stored.bytes >= most.bytes:
            limit = f"{most.bytes // MEGABYTE:,} MB of storage"
        else:
            continue
        raise QuotaExceeded(
            f"{owner} reached the limit of {limit}, so nothing more is fetched. Fetching resumes"
            " where it stopped as soon as there is room: keep requests for fewer days, or delete a"
            " dashboard that is not needed."
        )


def _limits(owner: str, settings: configuration.Configuration) -> Stored:
    return Stored(
        getattr(settings, f"max_{owner}_requests"),
        getattr(settings, f"max_{owner}_megabytes") * MEGABYTE,
    )
