"""Seeds the database with dashboards for development."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from pydash_app.configuration import current
from pydash_app.dashboard import repository
from pydash_app.dashboard.endpoint import Endpoint
from pydash_app.dashboard.endpoint_call import EndpointCall
from pydash_app.dashboard.entity import Dashboard
from pydash_app.errors import Forbidden
from pydash_app.user import repository as users
from pydash_cube.call_batch import CallBatch

_NAMES = ("Bookshop", "Blog")
_URL = "http://localhost:5001/dashboard"
_TOKEN = "not the token of an app"  # noqa: S105
# The typical execution time of each endpoint (ms).
_ENDPOINTS = {"index": 12.0, "search": 80.0, "checkout": 240.0}
_CALLS = 500
_DAYS = 7


def seed() -> None:
    """Add some dashboards with a week of realistic calls for each user.

    :raises Forbidden: this is not a development environment.
    """
    if current().environment != "development":
        raise Forbidden("Seeding requires PYDASH_ENVIRONMENT=development.")
    now = datetime.now(UTC)
    for user in users.all():
        for name in _NAMES:
            dashboard = Dashboard(_URL, _TOKEN, user.id, name)
            dashboard.add_endpoints(Endpoint(endpoint, True) for endpoint in _ENDPOINTS)
            dashboard.add_endpoint_calls(CallBatch.from_calls(list(_calls(now))))
            dashboard.update_summary(now)
            repository.add(dashboard)
            print(f"Adding dashboard {dashboard}")  # noqa: T201 (the output of the command)
    print("Seeding of dashboards is done!")  # noqa: T201


def _calls(now: datetime) -> Iterator[EndpointCall]:
    noise = random.Random(2018)  # noqa: S311 (reproducible)
    start = now - timedelta(days=_DAYS)
    for number in range(_CALLS):
        endpoint = noise.choice(list(_ENDPOINTS))
        yield EndpointCall(
            endpoint,
            execution_time=noise.lognormvariate(0, 0.5) * _ENDPOINTS[endpoint],
            time=start + timedelta(days=_DAYS) * number / _CALLS,
            version="1.0" if number < _CALLS / 2 else "1.1",
            group_by=noise.choice(["alice", "bob"]),
            ip=f"192.0.2.{noise.randrange(1, 20)}",
        )
