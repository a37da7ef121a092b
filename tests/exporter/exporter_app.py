"""A monitored app for the tests: `python exporter_app.py '{"setting": value, ..}'`.

The settings are those of FMD, and `steps`: what to bind, in order. The app prints its port, and
serves until its standard input ends.
"""

import json
import os
import sys
import threading
from collections.abc import Callable

import flask_monitoringdashboard as dashboard
from flask import Flask
from werkzeug.serving import make_server

import pydash_exporter

settings = json.loads(sys.argv[1])
steps = settings.pop("steps")
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

server = make_server("127.0.0.1", 0, app, threaded=True)
print(server.server_port, flush=True)
threading.Thread(target=server.serve_forever, daemon=True).start()
sys.stdin.read()
os._exit(0)  # past the threads that FMD started
