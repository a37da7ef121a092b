"""Alerts about versions that are worse than the one before."""

from datetime import timedelta
from uuid import UUID

import pytest

from pydash_app.alert.condition import VersionWorse
from pydash_app.alert.history import Replay
from pydash_app.alert.machine import Phase, Timing
from pydash_app.dashboard import news, repository
from pydash_app.verdict import CHECKS, Check, EndpointVerdict, JudgedVersion, Verdict, VersionLog
from pydash_database import transact
from tests.pydash_app.alert.conftest import NOON, Watch

WORSE = {"kind": "version_worse"}
HALF_HOUR, TWO_HOURS, DAY = CHECKS


def endpoint(name: str, latency: Verdict, errors: Verdict) -> EndpointVerdict:
    return EndpointVerdict(name, 500, 400, 90, 45, 1e-9, 0.04, 0.01, 1e-6, latency, errors)


def judge(watch: Watch, app: UUID, after: timedelta, verdict: Verdict, name: str = "2") -> None:
    """Store the outcome of a check of a version that began at noon."""

    def store() -> None:
        dashboard = repository.find(app)
        if dashboard.version_log is None:
            dashboard.version_log = VersionLog()
        log = dashboard.version_log
        version = log.versions.get(name) or JudgedVersion(name, NOON)
        log.versions = {**log.versions, name: version}
        endpoints = (
            endpoint("search", verdict, Verdict.SAME),
            endpoint("checkout", Verdict.SAME, verdict),
            endpoint("home", Verdict.SAME, Verdict.SAME),
        )
        log.store(version, Check(after, verdict, "1", NOON - timedelta(days=7), endpoints))
        news.add(app, watch.owner.id)

    watch.now = NOON + after + timedelta(minutes=2)
    transact(store)
    watch.evaluate()


def test_each_check_is_told_once_with_its_figures(watch: Watch) -> None:
    app = watch.add_app("Shop")
    rule = watch.add_rule(WORSE)
    watch.evaluate()
    judge(watch, app, HALF_HOUR, Verdict.WORSE)
    for _ in range(3):
        watch.fetch(app)
        watch.evaluate(seconds=600)
    [message] = watch.messages
    assert message["text"] == (
        "After 30 min, version 2 is worse than 1: search: p95 from 45 ms to 90 ms (+100%);"
        " checkout: errors from 1% to 4%."
    )
    assert message["since"] == "2026-11-25T12:00:00Z"
    assert message["url"].endswith(f"/dashboards/{app}/versions?judged=2")
    assert message["dashboard"]["url"].endswith(f"/dashboards/{app}")
    judge(watch, app, TWO_HOURS, Verdict.WORSE)
    assert watch.told == ["firing", "resolved", "firing"]
    first, end, second = watch.messages
    assert first["id"] == end["id"] != second["id"]
    assert second["text"].startswith("After 2 h, version 2 is worse than 1: ")
    # Both began with the version.
    assert sorted(each.is_open for each in watch.alerts) == [False, True]
    # It has no reminders, and is over when the next check says otherwise.
    watch.evaluate(seconds=8 * 3_600)
    judge(watch, app, DAY, Verdict.SAME)
    assert watch.told == ["firing", "resolved", "firing", "resolved"]
    assert watch.state(rule, app).phase is Phase.OK


@pytest.mark.parametrize("verdict", [Verdict.BETTER, Verdict.SAME, Verdict.TOO_LITTLE_DATA])
def test_nothing_else_fires(watch: Watch, verdict: Verdict) -> None:
    app = watch.add_app()
    rule = watch.add_rule(WORSE)
    judge(watch, app, HALF_HOUR, verdict)
    assert watch.told == []
    reading = watch.state(rule, app).reading
    assert reading is not None
    assert verdict.words in reading.text


def test_versions_of_the_past_do_not_fire(watch: Watch) -> None:
    app = watch.add_app()
    judge(watch, app, HALF_HOUR, Verdict.WORSE)
    watch.now += timedelta(days=3)
    watch.add_rule(WORSE)
    watch.evaluate()
    assert watch.told == []


def test_a_preview_shows_when_it_would_have_fired(watch: Watch) -> None:
    app = watch.add_app()
    judge(watch, app, HALF_HOUR, Verdict.WORSE)
    judge(watch, app, TWO_HOURS, Verdict.SAME)
    watch.fetch(app)

    replay = Replay(VersionWorse(), Timing())
    day_before = watch.now - timedelta(days=1)
    [period] = transact(lambda: replay.run(repository.find(app), day_before, watch.now))
    assert abs(period.since - NOON - HALF_HOUR) < timedelta(minutes=2)
    assert period.until is not None
    assert abs(period.until - NOON - TWO_HOURS) < timedelta(minutes=2)
