"""A monitored app that raises, slows down and profiles, with every version of FMD from 3.0 on.

    python diagnosis_app.py DATABASE_URL TOKEN [KIND..]

The kinds are the arguments of `pydash_exporter.bind` that are true. The app prints its port, and
serves until its standard input ends.
"""

import os
import sys
import threading
import time
from pathlib import Path
from types import ModuleType
from typing import Any

import flask_monitoringdashboard as dashboard
from flask import Flask, request
from sqlalchemy import event
from sqlalchemy.engine import Engine
from werkzeug.serving import make_server

import pydash_exporter

MOVING = """
def pay(order):
    basket = {"a": 1}
    return basket[order]
"""
database, token, *kinds = sys.argv[1:]
config = dashboard.config
config.database_name, config.security_token = database, token
config.version, config.monitor_level = "7.1", 3
config.group_by = lambda: request.headers.get("X-User")


@event.listens_for(Engine, "connect")
def write_fast(connection: Any, _: object) -> None:
    """Do not wait for the disk, as FMD commits for each exception."""
    if database.startswith("sqlite"):
        connection.execute("PRAGMA synchronous=OFF")


app = Flask(__name__)
app.secret_key = "only a test"


def moved(lines: int) -> ModuleType:
    """Return a module as it would be if its functions were some lines further down."""
    folder = Path.cwd() / f"release-{lines}"
    folder.mkdir(exist_ok=True)
    path = folder / "moving.py"
    if not path.exists():
        path.write_text("\n" * lines + MOVING)
        sys.path.append(str(folder))
    module = ModuleType("moving")
    exec(compile(path.read_text(), str(path), "exec"), vars(module))
    return module


@app.route("/captured/<int:count>")
def captured(count: int) -> str:
    """Raise the same fault some times, on changing lines and with changing orders."""
    for number in range(count):
        try:
            moved(number % 20).pay(f"order-{number}")
        except KeyError as error:
            dashboard.capture(error)
    return ""


@app.route("/raised/<int:number>")
def raised(number: int) -> str:
    """Raise one of three faults, of which two look the same."""
    if number == 1:
        raise ValueError(f"wrong: {time.time()}")
    if number == 2:
        raise ValueError(f"wrong: {time.time()}")
    raise ValueError("another")


@app.route("/message", methods=["POST"])
def message() -> str:
    """Raise an exception whose message is the body or the form."""
    raise RuntimeError(request.form or request.get_data(as_text=True))


@app.route("/deep/<int:depth>")
def deep(depth: int) -> str:
    """Raise an exception at some depth."""
    return deep(depth - 1) if depth else str(1 // depth)


@app.route("/work")
@app.route("/invite/<invite_token>/<int:number>")
@app.route("/files/<path:rest>")
def work(invite_token: str = "", number: int = 0, rest: str = "") -> str:
    """Work for a moment if asked to."""
    until = time.monotonic() + float(request.headers.get("X-Seconds", "0"))
    while time.monotonic() < until:
        time.sleep(0.005)
    return "done"


@app.route("/value/<float:value>")
def value(value: float) -> str:
    """Add a value to a custom graph, as FMD's scheduler does."""
    from flask_monitoringdashboard.database import session_scope
    from flask_monitoringdashboard.database.custom_graph import (
        add_value,
        get_graph_id_from_name,
    )

    with session_scope() as session:
        add_value(session, get_graph_id_from_name(session, "Baskets"), value)
    return ""


dashboard.bind(app, schedule=False)
pydash_exporter.bind(app, **dict.fromkeys(kinds, True))


def with_settings(environ: dict[str, Any], start_response: Any) -> Any:
    """Serve a request as behind a web server that passes its settings on."""
    if environ["PATH_INFO"] == "/storing":
        # How many threads of FMD still store something.
        names = [type(each).__name__ for each in threading.enumerate()]
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [str(sum(name.endswith("Profiler") for name in names)).encode()]
    environ.update({"DATABASE_URL": "planted-setting-1", "shop.key": "planted-setting-2"})
    return app(environ, start_response)


server = make_server("127.0.0.1", 0, with_settings, threaded=True)
print("port", server.server_port, flush=True)
threading.Thread(target=server.serve_forever, daemon=True).start()
sys.stdin.read()
os._exit(0)  # past the threads that FMD started
