"""The bookshop, which is a monitored Flask app."""

import random
import time
from collections.abc import Callable
from pathlib import Path

import flask_monitoringdashboard as dashboard
from flask import Flask, Response, abort, request

import pydash_exporter
from pydash_demo.behaviour import LATEST_VERSION, PAGES, Page
from pydash_demo.faults import fail


def create_shop(data_dir: Path, security_token: str) -> Flask:
    """Create the app, with Flask-MonitoringDashboard and the exporter bound to it.

    :param data_dir: the directory of the monitoring database.
    :param security_token: the token of the exporter, and the password of FMD's own pages.
    """
    # In this folder are its own modules, as opposed to packages.
    app = Flask("bookshop", root_path=str(Path(__file__).parent))
    # Its failures are meant to be seen in PyDash.
    app.logger.disabled = True
    app.secret_key = security_token
    for page in PAGES:
        app.add_url_rule(page.path, page.endpoint, handler(page, random.Random()))

    dashboard.config.version = LATEST_VERSION
    dashboard.config.database_name = f"sqlite:///{data_dir / 'monitoring.sqlite'}"
    dashboard.config.group_by = lambda: request.headers.get("X-Customer") or None
    dashboard.config.username = "demo"
    dashboard.config.password = security_token
    dashboard.config.security_token = security_token
    dashboard.config.monitor_level = 2
    dashboard.bind(app, schedule=False)
    pydash_exporter.bind(
        app, exceptions=True, outliers=True, profiles=True, graphs=True, source=True
    )
    return app


def handler(page: Page, rng: random.Random) -> Callable[..., Response]:
    """Return the view of a page.

    :param rng: decides how long its requests take, and how they end.
    """

    def handle(status: int | None = None, version: str = LATEST_VERSION) -> Response:
        if status is None:
            time.sleep(page.execution_time(rng, version) / 1000)
            status = page.status_code(rng, version)
        if status == 500:
            fail(page.endpoint, version, rng)
        if status != 200:
            abort(status)
        return Response(f"{page.endpoint}\n", mimetype="text/plain")

    return handle
