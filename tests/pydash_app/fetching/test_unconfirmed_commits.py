"""A page whose commit was not confirmed is counted once, whether it was stored or not."""

import time
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from ZEO.asyncio.client import ClientThread

import pydash_app
import pydash_database
from pydash_app.configuration import Configuration
from pydash_app.dashboard import repository
from pydash_app.dashboard.entity import Dashboard
from pydash_app.dashboard.services import fetching
from pydash_database import DatabaseUnavailable, transact
from tests.pydash_app.fetching.support.monitored_process import MonitoredApp

if TYPE_CHECKING:
    from tests.conftest import ZeoServer

CALLS = 25
NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)

pytestmark = pytest.mark.timeout(60)


@pytest.fixture
def dashboard_id(
    own_zeo_server: "ZeoServer", monitored_app: MonitoredApp, tmp_path: Path
) -> Iterator[uuid.UUID]:
    """A dashboard with calls that have not been fetched yet."""
    environ = {"PYDASH_DATA_DIR": str(tmp_path), "PYDASH_DATABASE_URI": own_zeo_server.uri}
    pydash_app.configure(
        Configuration.from_environment({**environ, "PYDASH_FETCH_ALLOW": "loopback"})
    )
    monitored_app.delete_calls()
    monitored_app.write_calls(("alpha", NOW + timedelta(seconds=n), 1.0) for n in range(CALLS))
    dashboard = Dashboard(monitored_app.url, monitored_app.token, uuid.uuid4())
    identifier = dashboard.id
    transact(lambda: repository.add(dashboard))
    fetching.fetch_and_add_endpoints(dashboard)
    yield identifier
    pydash_database.close()


@pytest.mark.parametrize("step", ["call", "tpc_finish"])
def test_an_unconfirmed_commit_is_counted_once(
    dashboard_id: uuid.UUID,
    own_zeo_server: "ZeoServer",
    monkeypatch: pytest.MonkeyPatch,
    step: str,
) -> None:
    """Either the vote is missing, so it was not stored; or it was stored without confirmation."""
    proceed = getattr(ClientThread, step)

    def hang_and_proceed(client: ClientThread, *given: Any, **options: Any) -> Any:
        if step == "tpc_finish" or given[0] == "vote":
            own_zeo_server.hang()
        return proceed(client, *given, **options)

    with own_zeo_server.recovering(), monkeypatch.context() as patch:
        patch.setattr(fetching, "BACKGROUND_TIMEOUT", 1.0)
        patch.setattr(ClientThread, step, hang_and_proceed)
        with pytest.raises(DatabaseUnavailable):
            fetching.fetch_and_update_new_dashboard_info(dashboard_id)
    was_stored = visits(dashboard_id) == CALLS
    assert was_stored == (step == "tpc_finish")
    fetching.fetch_and_update_new_dashboard_info(dashboard_id)
    assert visits(dashboard_id) == CALLS


def visits(dashboard_id: uuid.UUID) -> int:
    """Return the number of stored calls, once the database is available again."""
    while True:
        try:
            return int(transact(lambda: repository.find(dashboard_id).statistic("total_visits")))
        except DatabaseUnavailable:
            time.sleep(0.02)
