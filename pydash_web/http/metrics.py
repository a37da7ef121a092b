"""Measures the web process, and serves its metrics together with those of the fetcher.

They are served in the Prometheus text format at `/metrics`, only to this machine and to
administrators. Requests from this machine must use a host name of PyDash, because a browser on it
may show a page of another site whose host name resolves to this machine (DNS rebinding).
"""

import os
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from ipaddress import ip_address
from urllib.parse import urlsplit

from flask import Flask, Response, current_app, g, request
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from pydash_app.configuration import Configuration
from pydash_app.dashboard import repository
from pydash_app.errors import Forbidden
from pydash_app.fetcher import last_heartbeat
from pydash_database import DatabaseUnavailable, transact
from pydash_http.hosts import is_loopback
from pydash_web.http import session

BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
GAUGES = {
    "tasks": "Scheduled tasks.",
    "queue_length": "Due tasks that wait for a free process.",
    "running": "Runs in progress.",
    "lag_p99": "99th percentile of the delay of recent runs, in seconds.",
    "duration_p99": "99th percentile of the duration of recent runs, in seconds.",
}
COUNTERS = {
    "runs": "Finished runs.",
    "failures": "Runs that failed.",
    "timed_out": "Runs that were terminated at their time limit.",
    "lost": "Runs whose process died.",
    "lag_sum": "Total delay of all runs, in seconds.",
    "duration_sum": "Total duration of all runs, in seconds.",
}


def install(app: Flask) -> None:
    """Measure all requests."""
    registry = CollectorRegistry()
    registry.register(_DatabaseCollector())
    # The library keeps the figures in files of this directory, for all processes together.
    is_shared = "PROMETHEUS_MULTIPROC_DIR" in os.environ
    if is_shared:
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    seconds = Histogram(
        "pydash_web_request_seconds",
        "Time until the response is ready to be sent, in seconds.",
        ["route", "method", "status"],
        buckets=BUCKETS,
        registry=None if is_shared else registry,
    )

    def start() -> None:
        g.started = time.perf_counter()

    def observe(response: Response) -> Response:
        route, method = "none", "any"
        if request.url_rule:
            route, method = request.url_rule.rule, request.method
        status = f"{response.status_code // 100}xx"
        seconds.labels(route, method, status).observe(time.perf_counter() - g.started)
        return response

    app.before_request(start)
    app.after_request(observe)
    app.extensions["pydash_metrics"] = registry


def serve() -> Response:
    """Return all metrics.

    :raises Forbidden: the request comes neither from this machine nor from an administrator.
    """
    if not (_is_local() or session.is_admin()):
        raise Forbidden("Only administrators and clients on this machine can read metrics.")
    registry: CollectorRegistry = current_app.extensions["pydash_metrics"]
    return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


def _is_local() -> bool:
    """Return whether the request was sent on this machine and not forwarded by a proxy on it."""
    forwarded = "X-Forwarded-For" in request.headers or "Forwarded" in request.headers
    if forwarded or not ip_address(request.remote_addr or "::").is_loopback:
        return False
    configuration: Configuration = current_app.config["PYDASH"]
    try:
        host = urlsplit(f"//{request.host}").hostname or ""
    except ValueError:
        return False
    return is_loopback(host) or host in (
        configuration.host.lower(),
        urlsplit(configuration.public_url).hostname,
    )


class _DatabaseCollector(Collector):
    """Reads the metrics that the fetcher stores in the database."""

    def describe(self) -> list[Metric]:
        """Return nothing, so that registration does not read the database."""
        return []

    def collect(self) -> Iterator[Metric]:
        """Return the metrics, or only one that says that the database is unavailable."""
        try:
            families = transact(_read)
        except DatabaseUnavailable:
            families = []
        up = GaugeMetricFamily("pydash_database_up", "Whether the database is available.")
        up.add_metric([], float(bool(families)))
        yield up
        yield from families


def _read() -> list[Metric]:
    heartbeat, now = last_heartbeat(), datetime.now(UTC)
    age = GaugeMetricFamily(
        "pydash_fetcher_silence_seconds", "Seconds since the last heartbeat of the fetcher."
    )
    if heartbeat.time:
        age.add_metric([], (now - heartbeat.time).total_seconds())
    return [
        *(
            family(f"pydash_fetcher_{name}", meaning, getattr(heartbeat.figures, name))
            for family, meanings in ((GaugeMetricFamily, GAUGES), (CounterMetricFamily, COUNTERS))
            for name, meaning in meanings.items()
        ),
        age,
        _lags(now),
    ]


def _lags(now: datetime) -> Metric:
    meaning = "Seconds since a dashboard was last fetched."
    lags = GaugeMetricFamily("pydash_dashboard_lag_seconds", meaning, labels=["dashboard"])
    for dashboard in repository.all():
        fetched = dashboard.fetching.last_fetch_time
        if fetched:
            lags.add_metric([dashboard.get_id()], (now - fetched).total_seconds())
    return lags
