"""Counts and times what the web process answers, and shows it with the fetcher's figures.

Served as Prometheus text at `/metrics`, to this machine and to administrators only: figures of
how much is fetched from whom are nobody else's business.
"""

import time
from ipaddress import ip_address

from flask import Flask, Response, current_app, g, request
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Histogram, generate_latest

from pydash_app.errors import Forbidden
from pydash_web import session

BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


def install(app: Flask) -> None:
    """Let the app measure itself."""
    registry = CollectorRegistry()
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
        route = request.url_rule.rule if request.url_rule else "none"
        method = request.method if request.url_rule else "any"
        labels = route, method, f"{response.status_code // 100}xx"
        seconds.labels(*labels).observe(time.perf_counter() - g.started)
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
