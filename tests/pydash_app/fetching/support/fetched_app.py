"""A Flask app that Flask-MonitoringDashboard monitors: `python fetched_app.py PORT DIRECTORY`."""

import sys
from pathlib import Path

import flask_monitoringdashboard as dashboard
from flask import Flask
from waitress import serve

import pydash_exporter

TOKEN = "a token for the tests"


def create_app(directory: Path) -> Flask:
    app = Flask(__name__)
    app.secret_key = TOKEN
    app.add_url_rule("/alpha", "alpha", lambda: "alpha")
    app.add_url_rule("/beta", "beta", lambda: "beta")
    dashboard.config.version = "1.0"
    dashboard.config.database_name = f"sqlite:///{directory / 'monitoring.sqlite'}"
    dashboard.config.security_token = TOKEN
    dashboard.bind(app, schedule=False)
    pydash_exporter.bind(app, exceptions=True, outliers=True, profiles=True, graphs=True)
    return app


if __name__ == "__main__":
    serve(create_app(Path(sys.argv[2])), host="127.0.0.1", port=int(sys.argv[1]), threads=4)
