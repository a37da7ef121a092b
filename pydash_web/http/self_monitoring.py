"""Monitors PyDash itself with Flask-MonitoringDashboard, to be fetched like any other app.

FMD's own pages are not served: their default password is "admin", and one of them deletes without
authentication. Only the exporter is served, with a random token.
"""

import fcntl
import secrets
from typing import TYPE_CHECKING

import pydash_files
from pydash_app.configuration import Configuration

if TYPE_CHECKING:
    from flask import Flask

# The default link of FMD, so that it is found with the URL of PyDash.
LINK = "dashboard"
ENDPOINT_LEVEL = 1


def token(configuration: Configuration) -> str:
    """Return the token that the exporter requires, and create it on first use."""
    path = configuration.data_dir / "self-monitoring-token"
    return pydash_files.read_or_create(path, secrets.token_urlsafe(32))


def bind(app: "Flask", configuration: Configuration) -> None:
    """Monitor the app. Call this once per process, after all routes have been added."""
    # The first process creates the tables. No file of SQLite, which has its own locks.
    with (configuration.data_dir / "self-monitoring.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        _bind(app, configuration)


def _bind(app: "Flask", configuration: Configuration) -> None:
    import flask_monitoringdashboard as dashboard

    import pydash_exporter

    database = configuration.data_dir / "self-monitoring.sqlite"
    dashboard.config.link = LINK
    dashboard.config.blueprint_name = "self_monitoring"
    dashboard.config.version = app.config["VERSION"]
    dashboard.config.monitor_level = ENDPOINT_LEVEL
    dashboard.config.database_name = f"sqlite:///{database}"
    dashboard.config.security_token = token(configuration)
    pydash_files.create(database, b"")  # It contains IP addresses.
    dashboard.bind(app, schedule=False, include_dashboard=False)
    pydash_exporter.bind(app)
