"""Routes outside the API: the front end and the metrics."""

from flask import Flask

from pydash_web import react_server
from pydash_web.http import metrics


def install(app: Flask) -> None:
    """Add the routes."""
    app.url_map.converters["page"] = react_server.PagePath
    app.add_url_rule("/", "index", react_server.serve)
    app.add_url_rule("/<page:path>", "page", react_server.serve)
    app.add_url_rule("/metrics", "metrics", metrics.serve)
