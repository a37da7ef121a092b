"""A page of Alice's, with her shop."""

import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from pydash_app.dashboard import repository as dashboards
from pydash_app.dashboard.entity import Dashboard
from pydash_app.status_page import managing
from pydash_app.status_page.entity import StatusPage
from pydash_app.user.entity import User
from pydash_database import transact

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


@pytest.fixture
def make_app(alice: User) -> Callable[..., Dashboard]:
    """Store a dashboard of Alice's; the outcomes of its last pings are given oldest first."""

    def make(name: str, outcomes: str = "+", interval: timedelta = MINUTE) -> Dashboard:
        dashboard = Dashboard("http://10.1.2.3/internal", "the-token", alice.id, f"internal {name}")
        dashboard.monitor_downtime = bool(outcomes)
        for number, outcome in enumerate(outcomes):
            moment = NOW - (len(outcomes) - 1 - number) * interval
            latency = 20.0 if outcome == "+" else None
            dashboard.downtime.record(moment, latency, interval=interval)
        transact(lambda: dashboards.add(dashboard))
        return dashboard

    return make


@pytest.fixture
def shop(make_app: Callable[..., Dashboard]) -> Dashboard:
    return make_app("shop")


@pytest.fixture
def make_page(alice: User) -> Callable[..., StatusPage]:
    """Store a page of Alice's with these dashboards, each in a group of the same name."""

    def make(*apps: Dashboard, slug: str = "acme") -> StatusPage:
        def named(app: Dashboard) -> tuple[str, list[tuple[uuid.UUID, str]]]:
            name = app.name.removeprefix("internal ").title()
            return name, [(app.id, name)]

        settings = managing.Settings(groups=[named(app) for app in apps])
        return transact(lambda: managing.create(alice, slug, "Acme", settings, NOW))

    return make
