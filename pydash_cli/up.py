"""`pydash up` and `pydash reload`: run all of PyDash under one supervisor."""

import errno
import fcntl
import json
import os
import shutil
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, TextIO
from urllib.parse import quote

import click

from pydash_app.configuration import Configuration, require_writable
from pydash_app.upgrade import LOCK
from pydash_cli import demo as demo_content
from pydash_cli.processes import LIMITS_SOCKET
from pydash_cli.settings import configure, data_dir_option, host_option, port_option
from pydash_http.hosts import hosts_to_listen_on, local_url
from pydash_supervisor import (
    Heart,
    Service,
    Stopped,
    Supervisor,
    find_free_port,
    listen,
    responds,
)

# Where Vite serves the pages of `make dev`. It forwards API requests to Flask.
VITE_PORTS = range(5173, 5273)
# After a crash, a large file is read; before a migration, it is copied.
DATABASE_START_SECONDS = 3_600.0
# Longer than a web process needs after it was asked to stop.
SPARE_SECONDS = 10
# The directory in which the web processes share what `/metrics` shows.
METRICS = "metrics"
RELOAD_POLL_SECONDS = 0.05
RELOAD_ATTEMPTS = 100


@click.command()
@host_option
@port_option
@data_dir_option
@click.option("--demo", is_flag=True, help="Add a demo user and a monitored demo app.")
@click.option("--reload", is_flag=True, hidden=True, help="Reload changed source code (make dev).")
def up(host: str | None, port: int | None, data_dir: Path | None, demo: bool, reload: bool) -> None:
    """Run everything: the database, the web server and the fetcher.

    The database is not started if PYDASH_DATABASE_URI refers to another one.
    """
    if demo:
        os.environ.setdefault("PYDASH_FETCH_ALLOW", "global,private,loopback")
        os.environ.setdefault("PYDASH_FETCH_INTERVAL", str(demo_content.FETCH_SECONDS))
        os.environ.setdefault("PYDASH_SELF_MONITORING", "on")
    configuration = configure(host=host, port=port, data_dir=data_dir)
    for name in ("database_uri", "events_uri", "rate_limit_store", "executor"):
        configuration.require_extra(name)
    _check(configuration.data_dir)
    heart = Heart()
    with (
        _lock(configuration.data_dir) as lock,
        Supervisor() as supervisor,
        suppress(Stopped),
    ):
        try:
            sockets = listen(hosts_to_listen_on(configuration.host), configuration.port)
        except OSError as error:
            message = (
                f"Port {configuration.port} is in use. Choose another one with --port."
                if error.errno == errno.EADDRINUSE
                else f"Cannot listen on {configuration.host}: {error.strerror}."
            )
            raise click.ClickException(message) from None
        click.echo(
            f"Dashboards may be fetched from: {configuration.fetch_allow}.",
            err=True,
        )
        metrics = configuration.data_dir / METRICS
        # Of a `pydash up` that was killed.
        shutil.rmtree(metrics, ignore_errors=True)
        metrics.mkdir(mode=0o700)
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(metrics)
        click.echo(_start(supervisor, configuration, sockets, demo, reload=reload))
        supervisor.run(heart.beat, partial(_report_reload, lock))


@click.command()
@data_dir_option
def reload(data_dir: Path | None) -> None:
    """Let the web and fetcher processes of `pydash up` be replaced by those of new code.

    No request fails. Until the new processes are ready, the old ones do all the work.
    """
    directory = configure(data_dir=data_dir).data_dir
    before = _running(directory)
    os.kill(before["pid"], signal.SIGHUP)
    while (now := _running(directory))["reloads"] == before["reloads"]:
        time.sleep(RELOAD_POLL_SECONDS)
    if now["problem"]:
        raise click.ClickException(f"{now['problem']} The old processes continue to run.")
    click.echo("PyDash has been reloaded.")


def _check(data_dir: Path) -> None:
    """Check the data directory, before processes fail that cannot start.

    :raises DamagedDatabase: the database file is damaged.
    """
    from pydash_database import server
    from pydash_database.files import check_file

    require_writable(data_dir)
    file = data_dir / server.FILE_NAME
    # Without its index, the file is read completely anyway.
    check_file(file, completely=not Path(f"{file}.index").exists())


def _start(
    supervisor: Supervisor,
    configuration: Configuration,
    sockets: list[socket.socket],
    demo: bool,
    *,
    reload: bool,
) -> str:
    """Start all processes in order, and return the line that reports that they are ready."""
    from pydash_database import server
    from pydash_database.zeo_uri import ZeoUri

    url = local_url(configuration.host, configuration.port)
    shown_url = url
    descriptors = [each.fileno() for each in sockets]
    web = replace(
        _command("web", "web", *(f"--descriptor={each}" for each in descriptors)),
        is_ready=lambda: responds(f"{url}/api/status"),
        files=descriptors,
        finish=signal.SIGQUIT,
        finish_seconds=configuration.drain + SPARE_SECONDS,
    )
    if configuration.web_processes > 1 and configuration.rate_limit_store == "memory://":
        supervisor.start(_command("limits", "limits"))
        store = f"unix://{quote(str(configuration.data_dir / LIMITS_SOCKET))}"
        web = replace(web, environment={"PYDASH_RATE_LIMIT_STORE": store})
    names = [f"web {number + 1}" for number in range(configuration.web_processes)]
    services = [web] if len(names) == 1 else [replace(web, name=name) for name in names]
    if reload:
        vite_port = find_free_port("localhost", VITE_PORTS)
        shown_url = f"http://localhost:{vite_port}"
        for each in sockets:
            each.close()
        services = _reloading(configuration, url, shown_url)
    services.append(replace(_command("fetcher", "fetcher"), finish=signal.SIGTERM))
    data_dir = configuration.data_dir
    if ZeoUri.parse(configuration.database_uri).address == str(data_dir / server.SOCKET_NAME):
        command = _command("database", "database", is_ready=lambda: server.is_accepting(data_dir))
        supervisor.start(
            replace(command, restart_seconds=DATABASE_START_SECONDS),
            timeout=DATABASE_START_SECONDS,
        )
    if configuration.database_uri.startswith("postgresql:"):
        # Before that, it is dumped, which may take longer than the web server may need to start.
        supervisor.run_once(_command("migration", "migrate"))
    if not demo:
        supervisor.start(*services)
        return f"PyDash is ready at {shown_url}"
    shop_url = demo_content.shop_url(configuration)
    supervisor.run_once(_command("demo user", "demo", "user"))
    supervisor.start(demo_content.shop(configuration, shop_url), *services)
    supervisor.run_once(_command("demo dashboards", "demo", "dashboards", shop_url, url))
    password = demo_content.password(configuration)
    return (
        f"PyDash is ready at {shown_url} (sign in as {demo_content.USER_NAME}, password {password})"
    )


def _reloading(configuration: Configuration, url: str, vite_url: str) -> list[Service]:
    """Return the web server of `make dev`, and Vite, which serves the pages and reloads them."""
    port = ("--port", str(configuration.port))
    flask = ("-m", "flask", "--app", "pydash", "run", "--reload", "--no-debugger", *port)
    npm = ("npm", "--prefix", "frontend", "run", "dev", "--")
    return [
        Service("web", [sys.executable, *flask], is_ready=lambda: responds(f"{url}/api/status")),
        Service(
            "pages",
            [*npm, "--strictPort", "--port", vite_url.rpartition(":")[2]],
            is_ready=lambda: responds(vite_url),
            environment={"PYDASH_BACKEND": url},
        ),
    ]


def _command(name: str, *arguments: str, is_ready: Callable[[], bool] | None = None) -> Service:
    """Return the service that runs a `pydash` command."""
    return Service(name, [sys.executable, "-m", "pydash", *arguments], is_ready, beats=True)


@contextmanager
def _lock(data_dir: Path) -> Iterator[TextIO]:
    """Ensure that no other `pydash up` uses the data directory during the block.

    :returns: a file in which `pydash reload` finds the process and what became of a reload.
    """
    with (data_dir / LOCK).open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise click.ClickException(f"PyDash is already running on {data_dir}.") from None
        _write(lock, {"pid": os.getpid(), "reloads": 0, "problem": ""})
        yield lock


def _report_reload(lock: TextIO, problem: str) -> None:
    lock.seek(0)
    state = json.load(lock)
    _write(lock, {**state, "reloads": state["reloads"] + 1, "problem": problem})


def _running(data_dir: Path) -> dict[str, Any]:
    """Return what `pydash up` has written about itself.

    :raises click.ClickException: it does not run on this data directory.
    """
    with suppress(FileNotFoundError), (data_dir / LOCK).open() as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            for _ in range(RELOAD_ATTEMPTS):
                lock.seek(0)
                with suppress(json.JSONDecodeError):
                    state: dict[str, Any] = json.load(lock)
                    return state
                time.sleep(RELOAD_POLL_SECONDS)  # it is being written
    raise click.ClickException(f"PyDash is not running on {data_dir}.")


def _write(lock: TextIO, state: dict[str, Any]) -> None:
    lock.seek(0)
    lock.truncate()
    json.dump(state, lock)
    lock.flush()
