"""A monitored app for the tests: `python exporter_app.py '{"setting": value, ..}'`.

The settings are those of FMD; `steps`: what to bind, in order; and `refuse`: the database refuses
to create or write tables of this name. The app prints its port, and serves until its standard
input ends.
"""

import json
import os
import sqlite3
import sys
import threading
from collections.abc import Callable
from typing import Any

import flask_monitoringdashboard as dashboard
from flask import Flask
from werkzeug.serving import make_server

import pydash_exporter

settings = json.loads(sys.argv[1])
steps = settings.pop("steps")
refused = settings.pop("refuse", None)
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
}
for step in steps:
    BIND[step]()

if refused:
    from flask_monitoringdashboard.database import DBSession
    from sqlalchemy import event

    @event.listens_for(DBSession().get_bind(), "before_cursor_execute")
    def refuse(connection: Any, cursor: Any, statement: str, *_: object) -> None:
        if refused in statement and not statement.lstrip().startswith(("SELECT", "PRAGMA")):
            raise sqlite3.OperationalError("attempt to write a readonly database")


server = make_server("127.0.0.1", 0, app, threaded=True)
print(server.server_port, flush=True)
threading.Thread(target=server.serve_forever, daemon=True).start()
sys.stdin.read()
os._exit(0)  # past the threads that FMD started
