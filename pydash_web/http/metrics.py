"""Counts and times what the web process answers, and shows it with the fetcher's figures.

Served as Prometheus text at `/metrics`, to this machine and to administrators only: how much is
fetched from whom is nobody else's business.
"""

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from ipaddress import ip_address

from flask import Flask, Response, current_app, g, request
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from periodic_tasks import SchedulerFigures
from pydash_app.dashboard import repository
from pydash_app.errors import Forbidden
from pydash_app.fetcher import last_beat
from pydash_database import DatabaseUnavailable, transact
from pydash_web.http import session

BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
GAUGES = {
    "tasks": "Tasks in the timetable.",
    "queue_length": "Tasks that should run and wait for a free process.",
    "running": "Runs in progress.",
    "lag_p99": "99th percentile of how much too late recent runs started, in seconds.",
    "duration_p99": "99th percentile of how long recent runs took, in seconds.",
}
COUNTERS = {
    "runs": "Finished runs.",
    "failures": "Runs that failed.",
    "timed_out": "Runs that were ended for taking too long.",
    "lost": "Runs whose process died.",
    "lag_sum": "How much too late runs started, in seconds, in all.",
    "duration_sum": "How long runs took, in seconds, in all.",
}


def install(app: Flask) -> None:
    """Let the app measure itself."""
    registry = CollectorRegistry()
    registry.register(_DatabaseCollector())
    seconds = Histogram(
        "pydash_web_request_seconds",
        "Time to answer a request, without sending it.",
        ["route", "method", "status"],
        buckets=BUCKETS,
        registry=registry,
    )

    def start() -> None:
        g.started = time.perf_counter()

    def note(response: Response) -> Response:
        route, method = "none", "any"
        if request.url_rule:
            route, method = request.url_rule.rule, request.method
        status = f"{response.status_code // 100}xx"
        seconds.labels(route, method, status).observe(time.perf_counter() - g.started)
        return response

    app.before_request(start)
    app.after_request(note)
    app.extensions["pydash_metrics"] = registry


def serve() -> Response:
    """Answer with all figures.

    :raises Forbidden: the request comes neither from this machine nor from an administrator.
    """
    if not (_is_local() or session.is_admin()):
        raise Forbidden("Metrics are for this machine, and for administrators.")
    registry: CollectorRegistry = current_app.extensions["pydash_metrics"]
    return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


def _is_local() -> bool:
    """Tell whether the request was made on this machine, and not passed on by a proxy on it."""
    forwarded = "X-Forwarded-For" in request.headers or "Forwarded" in request.headers
    return not forwarded and ip_address(request.remote_addr or "::").is_loopback


class _DatabaseCollector(Collector):
    """Reads what the fetcher wrote to the database."""

    def describe(self) -> list[Metric]:
        """Keep the registry from asking the database what there is before anybody wants to know."""
        return []

    def collect(self) -> Iterator[Metric]:
        """Say at least whether the database is there."""
        try:
            families = transact(_read)
        except DatabaseUnavailable:
            families = []
        up = GaugeMetricFamily("pydash_database_up", "Whether the database answers.")
        up.add_metric([], float(bool(families)))
        yield up
        yield from families


def _read() -> list[Metric]:
    beat, now = last_beat(), datetime.now(UTC)
    return [*_of_scheduler(beat.figures), _age_of_beat(beat.time, now), _lags(now)]


def _of_scheduler(figures: SchedulerFigures) -> Iterator[Metric]:
    for name, meaning in GAUGES.items():
        yield GaugeMetricFamily(f"pydash_fetcher_{name}", meaning, getattr(figures, name))
    for name, meaning in COUNTERS.items():
        yield CounterMetricFamily(f"pydash_fetcher_{name}", meaning, getattr(figures, name))


def _age_of_beat(beat: datetime | None, now: datetime) -> Metric:
    meaning = "Seconds since the fetcher gave a sign of life."
    age = GaugeMetricFamily("pydash_fetcher_silence_seconds", meaning)
    if beat:
        age.add_metric([], (now - beat).total_seconds())
    return age


def _lags(now: datetime) -> Metric:
    meaning = "Seconds since a dashboard was last fetched."
    lags = GaugeMetricFamily("pydash_dashboard_lag_seconds", meaning, labels=["dashboard"])
    for dashboard in repository.all():
        fetched = dashboard.fetching.last_fetch_time
        if fetched:
            lags.add_metric([dashboard.get_id()], (now - fetched).total_seconds())
    return lags
