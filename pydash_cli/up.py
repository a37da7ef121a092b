"""`pydash up`: runs all of PyDash under one supervisor."""

import errno
import fcntl
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

import click

from pydash_app.configuration import Configuration, require_writable
from pydash_cli import demo as demo_content
from pydash_cli.settings import configure, data_dir_option, host_option, port_option
from pydash_http.hosts import hosts_to_listen_on, local_url
from pydash_supervisor import (
    Service,
    Stopped,
    Supervisor,
    find_free_port,
    require_free_port,
    responds,
)

# Where Vite serves the pages of `make dev`. It forwards API requests to Flask.
VITE_PORTS = range(5173, 5273)
# After a crash, a large file is read; before a migration, it is copied.
DATABASE_START_SECONDS = 3_600.0


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
    with _lock(configuration.data_dir), Supervisor() as supervisor, suppress(Stopped):
        try:
            require_free_port(hosts_to_listen_on(configuration.host), configuration.port)
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
        click.echo(_start(supervisor, configuration, demo, reload=reload))
        supervisor.run()


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
    supervisor: Supervisor, configuration: Configuration, demo: bool, *, reload: bool
) -> str:
    """Start all processes in order, and return the line that reports that they are ready."""
    from pydash_database import server
    from pydash_database.zeo_uri import ZeoUri

    url = local_url(configuration.host, configuration.port)
    shown_url = url
    services = [_command("web", "web", is_ready=lambda: responds(f"{url}/api/status"))]
    if reload:
        vite_port = find_free_port("localhost", VITE_PORTS)
        shown_url = f"http://localhost:{vite_port}"
        services = _reloading(services[0], configuration, url, shown_url)
    services.append(_command("fetcher", "fetcher"))
    data_dir = configuration.data_dir
    if ZeoUri.parse(configuration.database_uri).address == str(data_dir / server.SOCKET_NAME):
        supervisor.start(
            _command("database", "database", is_ready=lambda: server.is_accepting(data_dir)),
            timeout=DATABASE_START_SECONDS,
        )
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


def _reloading(
    web: Service, configuration: Configuration, url: str, vite_url: str
) -> list[Service]:
    """Return the web server of `make dev`, and Vite, which serves the pages and reloads them."""
    port = ("--port", str(configuration.port))
    flask = ("-m", "flask", "--app", "pydash", "run", "--reload", "--no-debugger", *port)
    npm = ("npm", "--prefix", "frontend", "run", "dev", "--")
    return [
        replace(web, command=[sys.executable, *flask]),
        Service(
            "pages",
            [*npm, "--strictPort", "--port", vite_url.rpartition(":")[2]],
            is_ready=lambda: responds(vite_url),
            environment={"PYDASH_BACKEND": url},
        ),
    ]


def _command(name: str, *arguments: str, is_ready: Callable[[], bool] | None = None) -> Service:
    """Return the service that runs a `pydash` command."""
    return Service(name, [sys.executable, "-m", "pydash", *arguments], is_ready)


@contextmanager
def _lock(data_dir: Path) -> Iterator[None]:
    """Ensure that no other `pydash up` uses the data directory during the block."""
    with (data_dir / "up.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise click.ClickException(f"PyDash is already running on {data_dir}.") from None
        yield
