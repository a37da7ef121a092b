"""A small monitored app that runs with every version of Flask-MonitoringDashboard.

    python compat_app.py DATABASE_URL TOKEN

It prints its port, and serves until its standard input ends.
"""

import os
import sys
import threading
import time

import flask_monitoringdashboard as dashboard
from flask import Flask, request
from werkzeug.serving import make_server

APP_VERSION = "4.2"


def user() -> str | None:
    """Return the user of a request, for FMD to group by."""
    return request.headers.get("X-User")


def slow() -> str:
    """Respond more slowly than the other pages."""
    time.sleep(0.005)
    return "slow"


def create_app(database: str, token: str) -> Flask:
    """Return the app, monitored."""
    app = Flask("compat")
    app.secret_key = "only a test"
    app.add_url_rule("/", "home", lambda: "home")
    app.add_url_rule("/item/<int:number>", "item", lambda number: "item")
    app.add_url_rule("/slow", "slow", slow)
    app.add_url_rule("/gone", "gone", lambda: ("gone", 410))
    config = dashboard.config
    config.version = APP_VERSION
    config.database_name = database
    config.security_token = token
    config.group_by = config.get_group_by = user
    config.monitor_level = 1
    dashboard.bind(app)
    if "EXPORTER" in os.environ:
        import pydash_exporter

        pydash_exporter.bind(app)
    if "MONITOR" in os.environ:
        monitor_all()
    return app


def monitor_all() -> None:
    """Enable all rules, as users of FMD 1.11 and older do on its page of rules."""
    from flask_monitoringdashboard.database.endpoint import get_monitor_rule, update_monitor_rule

    for name in ("home", "item", "slow", "gone"):
        get_monitor_rule(name)
        update_monitor_rule(name, True)


def main() -> None:
    """Serve on a free port of the loopback interface."""
    server = make_server("127.0.0.1", 0, create_app(*sys.argv[1:3]), threaded=True)
    print("port", server.server_port, flush=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    sys.stdin.read()
    # FMD's own threads may never end.
    os._exit(0)


if __name__ == "__main__":
    main()
