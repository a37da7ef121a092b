"""A monitored app for the tests: `python exporter_app.py '{"setting": value, ..}'`.

The settings are those of FMD; `steps`: what to bind, in order; `refuse`: the database refuses to
create or write tables of this name; and `has_groups`: the group of a request is in its query. The
app prints its port, and serves until its standard input ends.
"""

import json
import os
import sqlite3
import sys
import threading
from collections.abc import Callable
from typing import Any

import flask_monitoringdashboard as dashboard
from flask import Flask, request
from werkzeug.serving import make_server

import pydash_exporter
from pydash_exporter.groups import quote_none

settings = json.loads(sys.argv[1])
steps = settings.pop("steps")
refused = settings.pop("refuse", None)
if settings.pop("has_groups", False):
    dashboard.config.group_by = lambda: lambda: request.args.get("group")
for name, value in settings.items():
    setattr(dashboard.config, name, value)

app = Flask("monitored")
app.secret_key = "only a test"
app.add_url_rule("/", "home", lambda: "home")
app.add_url_rule("/gone", "gone", lambda: ("gone", 410))
BIND: dict[str, Callable[[], None]] = {
    "dashboard": lambda: dashboard.bind(app, schedule=False),
    "no pages": lambda: dashboard.bind(app, schedule=False, include_dashboard=False),
    "exporter": lambda: pydash_exporter.bind(app),
    "again": quote_none,
}
for step in steps:
    BIND[step]()

if "dashboard" in steps:
    from flask_monitoringdashboard.database import DBSession
    from sqlalchemy import event

    engine = DBSession().get_bind()
    losses = 0

    @app.route("/lose-connections/<int:times>")
    def lose_connections(times: int) -> str:
        """Let the next statements find that the database has closed their connection."""
        global losses
        losses = times
        return ""

    @event.listens_for(engine, "before_cursor_execute")
    def fail(connection: Any, cursor: Any, statement: str, *_: object) -> None:
        global losses
        if losses and request.path.startswith("/dashboard/get_json"):
            losses -= 1
            raise sqlite3.OperationalError("server has gone away")
        is_write = not statement.lstrip().startswith(("SELECT", "PRAGMA"))
        if refused and refused in statement and is_write:
            raise sqlite3.OperationalError("attempt to write a readonly database")

    @event.listens_for(engine, "handle_error")
    def recognize_loss(context: Any) -> None:
        if "gone away" in str(context.original_exception):
            context.is_disconnect = True


server = make_server("127.0.0.1", 0, app, threaded=True)
print(server.server_port, flush=True)
threading.Thread(target=server.serve_forever, daemon=True).start()
sys.stdin.read()
os._exit(0)  # past the threads that FMD started
