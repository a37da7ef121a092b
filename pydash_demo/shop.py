"""The bookshop, which is a monitored Flask app."""

import random
import time
from collections.abc import Callable
from pathlib import Path

import flask_monitoringdashboard as dashboard
from flask import Flask, Response, abort, request

import pydash_exporter
from pydash_demo.behaviour import NEW_VERSION, PAGES, Page


def create_shop(data_dir: Path, security_token: str) -> Flask:
    """Create the app, with Flask-MonitoringDashboard and the exporter bound to it.

    :param data_dir: the directory of the monitoring database.
    :param security_token: the token of the exporter, and the password of FMD's own pages.
    """
    app = Flask("bookshop")
    app.secret_key = security_token
    for page in PAGES:
        app.add_url_rule(page.path, page.endpoint, _handler(page))

    dashboard.config.version = NEW_VERSION
    dashboard.config.database_name = f"sqlite:///{data_dir / 'monitoring.sqlite'}"
    dashboard.config.group_by = lambda: request.headers.get("X-Customer") or None
    dashboard.config.username = "demo"
    dashboard.config.password = security_token
    dashboard.config.security_token = security_token
    dashboard.bind(app, schedule=False)
    pydash_exporter.bind(app)
    return app


def _handler(page: Page) -> Callable[[], Response]:
    rng = random.Random()

    def handle() -> Response:
        time.sleep(page.execution_time(rng, NEW_VERSION) / 1000)
        status = page.status_code(rng)
        if status != 200:
            abort(status)
        return Response(f"{page.endpoint}\n", mimetype="text/plain")

    return handle
