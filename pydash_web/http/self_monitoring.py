"""Binds Flask-MonitoringDashboard to PyDash itself, which reads it like any other app.

FMD's own pages stay out: they begin with the password admin, and one of them deletes without a
login. The exporter alone is served, and asks for a random token.
"""

import os
import secrets
from pathlib import Path
from typing import TYPE_CHECKING

from pydash_app.configuration import Configuration

if TYPE_CHECKING:
    from flask import Flask

# Where a dashboard is looked for, so that the address of PyDash itself is enough to find it.
LINK = "dashboard"
ENDPOINT_LEVEL = 1


def token(configuration: Configuration) -> str:
    """Read the token that the exporter asks for; make it the first time."""
    path = configuration.data_dir / "self-monitoring-token"
    if not path.exists():
        _write_secret(path, secrets.token_urlsafe(32))
    return path.read_text(encoding="ascii")


def bind(app: "Flask", configuration: Configuration) -> None:
    """Monitor the app; to be called once all of its routes are there, and once in a process."""
    import flask_monitoringdashboard as dashboard

    import pydash_exporter

    database = configuration.data_dir / "self-monitoring.sqlite"
    dashboard.config.link = LINK
    dashboard.config.blueprint_name = "self_monitoring"
    dashboard.config.version = app.config["VERSION"]
    dashboard.config.monitor_level = ENDPOINT_LEVEL
    dashboard.config.database_name = f"sqlite:///{database}"
    dashboard.config.security_token = token(configuration)
    database.touch(mode=0o600)  # It tells who came from which address.
    dashboard.bind(app, schedule=False, include_dashboard=False)
    pydash_exporter.bind(app)


def _write_secret(path: Path, secret: str) -> None:
    """Write a file that only its owner may read; another process may have been first."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(secret)
