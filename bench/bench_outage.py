"""From the first failed ping to a delivered webhook, with default settings, by a real clock."""

from datetime import UTC, datetime
from uuid import UUID

from bench.bench_api import PASSWORD
from bench.bench_overview import zeo
from bench.cube_database import Row
from pydash_app.alert import rules
from pydash_app.alert.condition import Down
from pydash_app.channel import repository as channels
from pydash_app.channel.entity import Channel
from pydash_app.dashboard import repository
from pydash_app.dashboard.entity import Dashboard
from pydash_app.user.services import registration
from pydash_database import transact
from tests.pydash_app.fetching.support.fetcher_process import FetcherProcess
from tests.support.receiver import running_receiver
from tests.support.waiting import wait_for

TARGET_SECONDS = 75.0
PATIENCE_SECONDS = 300.0


def run() -> list[Row]:
    """Run the benchmark; takes about three minutes."""
    with zeo() as configuration, running_receiver() as receiver, running_receiver() as app:
        dashboard_id = transact(lambda: _watch(app.url, receiver.url))
        settings = {
            "PYDASH_DATA_DIR": str(configuration.data_dir),
            "PYDASH_DATABASE_URI": configuration.database_uri,
            "PYDASH_SECRET_KEY": configuration.secret_key,
            "PYDASH_FETCH_ALLOW": "loopback",
        }
        fetcher = FetcherProcess(settings, is_hasty=False)
        try:
            wait_for(lambda: transact(lambda: _last_ping(dashboard_id)), PATIENCE_SECONDS)
            app.shutdown()
            app.server_close()
            wait_for(lambda: receiver.received, PATIENCE_SECONDS)
            delivered = datetime.now(UTC)
            failing = transact(lambda: repository.find(dashboard_id).downtime.failing_since)
        finally:
            fetcher.kill()
        assert failing is not None
        seconds = (delivered - failing).total_seconds()
    return [
        {
            "name": "first failed ping to a delivered webhook",
            "value": seconds,
            "unit": "s",
            "peer": TARGET_SECONDS,
            "ratio": TARGET_SECONDS / seconds,
            "against": "limit",
            "target": 1,
        }
    ]


def _watch(url: str, hook: str) -> UUID:
    """Add an account with an app, a webhook and a rule, all with default settings."""
    owner = registration.create("Ada", PASSWORD, "ada@example.com", verified=True)
    dashboard = Dashboard(url, "token", owner.id, "Shop")
    dashboard.monitor_downtime = True
    repository.add(dashboard)
    settings = {"url": hook, "secret": "a secret of a receiver"}
    channel = Channel(owner.id, "Hook", "webhook", settings, datetime.now(UTC))
    channels.add(channel)
    rules.create(owner, Down(), {"channels": [channel.id]})
    return dashboard.id


def _last_ping(dashboard_id: UUID) -> datetime | None:
    return repository.find(dashboard_id).downtime.last_ping
