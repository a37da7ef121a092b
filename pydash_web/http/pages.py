"""Routes outside the API: the front end, the exporter, the metrics and the checks of health."""

from flask import Flask

from pydash_web import exporter_wheel, react_server
from pydash_web.http import health, metrics


def install(app: Flask) -> None:
    """Add the routes."""
    app.url_map.converters["page"] = react_server.PagePath
    app.add_url_rule("/", "index", react_server.serve)
    app.add_url_rule("/<page:path>", "page", react_server.serve)
    app.add_url_rule("/exporter/<name>", "exporter", exporter_wheel.serve)
    app.add_url_rule("/metrics", "metrics", metrics.serve)
    for check in (health.status, health.healthz, health.readyz):
        app.add_url_rule(f"/{check.__name__}", check.__name__, check)
