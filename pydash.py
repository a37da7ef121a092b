"""The entry to PyDash: the WSGI app and the `pydash` command.

`gunicorn 'pydash:create_app()'` and `flask --app pydash routes` find the app here.
"""

import fcntl
import os
import secrets
import socket
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

import click

import pydash_database
from pydash_app import private_file
from pydash_app.configuration import Configuration, ConfigurationError
from pydash_app.errors import InvalidInput, NotFound, PyDashError
from pydash_database import DatabaseUnavailable, IncompatibleDatabase, transact
from pydash_supervisor import ProcessFailedError, Stopped, Supervisor

if TYPE_CHECKING:
    from flask import Flask

DEMO_USER = "demo"
DEMO_FETCH_SECONDS = "10"
START_SECONDS = 60.0
COMMAND = [sys.executable, "-m", "pydash"]


def create_app() -> "Flask":
    """Make the WSGI app, configured from the environment.

    :raises ConfigurationError: a variable has a bad value.
    """
    import pydash_app
    import pydash_web

    configuration = Configuration.from_environment(os.environ)
    pydash_app.configure(configuration)
    return pydash_web.create_app(configuration)


def main() -> None:
    """Run the `pydash` command, with one plain line for what goes wrong."""
    try:
        cli(prog_name="pydash")
    except DatabaseUnavailable as error:
        raise SystemExit(f"Error: {error} Is `pydash up` running on this data?") from None
    except (ConfigurationError, IncompatibleDatabase, ProcessFailedError, PyDashError) as error:
        raise SystemExit(f"Error: {_explain(error)}") from None


def _explain(error: Exception) -> str:
    if isinstance(error, InvalidInput):
        reasons = [reason for reasons in error.errors.values() for reason in reasons]
        return " ".join(reasons) or str(error)
    return str(error)


@click.group()
@click.version_option(package_name="pydash-io")
def cli() -> None:
    """PyDash: one place for all your Flask-MonitoringDashboards."""


_data_dir = click.option(
    "--data-dir",
    type=click.Path(path_type=Path),
    help="Where everything is kept (PYDASH_DATA_DIR).",
)
_host = click.option("--host", help="The address to serve on (PYDASH_HOST).")
_port = click.option("--port", type=int, help="The port to serve on (PYDASH_PORT).")


def _configure(**options: object) -> Configuration:
    """Read the environment, with the options of the command line in place of its variables."""
    given = {name: value for name, value in options.items() if value is not None}
    for name, value in given.items():
        os.environ[f"PYDASH_{name.upper()}"] = str(value)
    return Configuration.from_environment(os.environ)


@cli.command()
@_host
@_port
@_data_dir
@click.option("--demo", is_flag=True, help="Add a demo user and a monitored demo app.")
def up(host: str | None, port: int | None, data_dir: Path | None, demo: bool) -> None:
    """Run everything: the database, the web server and the fetcher."""
    os.environ.setdefault("PYDASH_FETCH_ALLOW", "global,private,loopback")
    if demo:
        os.environ.setdefault("PYDASH_FETCH_INTERVAL", DEMO_FETCH_SECONDS)
        os.environ.setdefault("PYDASH_SELF_MONITORING", "on")
    configuration = _configure(
        host=host, port=port, data_dir=data_dir.resolve() if data_dir else None
    )
    with _sole_user_of(configuration.data_dir), Supervisor() as supervisor:
        _require_free_port(configuration)
        try:
            allowed = os.environ["PYDASH_FETCH_ALLOW"]
            click.echo(f"Apps may be fetched from these addresses: {allowed}.", err=True)
            click.echo(_start_everything(supervisor, configuration, demo))
            supervisor.run()
        except Stopped:
            pass


def _start_everything(supervisor: Supervisor, configuration: Configuration, demo: bool) -> str:
    """Start the processes in order; answer the line that says that all of them are ready."""
    environment = dict(os.environ)
    supervisor.start("database", [*COMMAND, "database"], environment)
    supervisor.wait_until("database", _accepts(configuration), START_SECONDS)
    if demo:
        environment["PYDASH_DEMO_PASSWORD"] = _demo_password(configuration)
        supervisor.run_once([*COMMAND, "demo", "user"], environment)
        demo_port = _demo_port(configuration)
        supervisor.start("demo app", _demo_app(configuration, demo_port), environment)
    supervisor.start("web", [*COMMAND, "web"], environment)
    supervisor.start("fetcher", [*COMMAND, "fetcher"], environment)
    url = f"http://{_reachable(configuration.host)}:{configuration.port}"
    supervisor.wait_until("web", _answers(f"{url}/api/status"), START_SECONDS)
    if not demo:
        return f"PyDash is ready at {url}"
    demo_url = f"http://127.0.0.1:{demo_port}"
    supervisor.wait_until("demo app", _answers(demo_url), START_SECONDS)
    supervisor.run_once([*COMMAND, "demo", "dashboards", demo_url, url], environment)
    password = environment["PYDASH_DEMO_PASSWORD"]
    return f"PyDash is ready at {url} (sign in as {DEMO_USER}, password {password})"


@cli.command()
@_data_dir
def database(data_dir: Path | None) -> None:
    """Serve the database alone."""
    import pydash_logger
    from pydash_database import server

    configuration = _configure(data_dir=data_dir)
    pydash_logger.configure(configuration.log_level, configuration.data_dir / "logs")
    try:
        server.serve(configuration.data_dir)
    except server.ServerNotStarted as error:
        raise click.ClickException(str(error)) from None


@cli.command()
@_host
@_port
@_data_dir
def web(host: str | None, port: int | None, data_dir: Path | None) -> None:
    """Serve the pages and the API alone."""
    import pydash_app
    import pydash_web
    from pydash_web.http import server

    configuration = _configure(host=host, port=port, data_dir=data_dir)
    pydash_app.configure(configuration)
    server.run(pydash_web.create_app(configuration), configuration)


@cli.command()
@_data_dir
def fetcher(data_dir: Path | None) -> None:
    """Fetch the data of all dashboards, in the background."""
    from pydash_app import fetcher as daemon

    daemon.run(_configure(data_dir=data_dir))


@cli.group()
def user() -> None:
    """Look after the users."""


@user.command("create")
@click.argument("name")
@click.option("--email", required=True, help="The user's e-mail address.")
@click.option("--password-stdin", is_flag=True, required=True, help="Read the password there.")
@click.option("--verified", is_flag=True, help="Do not ask to verify the address.")
@click.option("--admin", is_flag=True, help="Let the user look after this installation.")
@_data_dir
def create_user(
    name: str, email: str, password_stdin: bool, verified: bool, admin: bool, data_dir: Path | None
) -> None:
    """Create a user; the password is read from standard input."""
    password = sys.stdin.readline().rstrip("\r\n")
    with _connected(_configure(data_dir=data_dir)):
        _create_user(name, password, email, verified=verified, admin=admin)
    click.echo(f"User {name} was created.")


@user.command("invite")
@_data_dir
def invite_user(data_dir: Path | None) -> None:
    """Make an invitation, good for one registration within a week."""
    from pydash_app.user.services import registration

    with _connected(_configure(data_dir=data_dir)):
        click.echo(transact(registration.invite))


@cli.command()
@_data_dir
def seed(data_dir: Path | None) -> None:
    """Fill an empty database with users and dashboards, for development."""
    import pydash_app

    with _connected(_configure(data_dir=data_dir)):
        pydash_app.seed_datastructures()


@cli.group(hidden=True)
def demo() -> None:
    """Set up what `pydash up --demo` shows."""


@demo.command("user")
def demo_user() -> None:
    """Create the demo user, or give it the password of this start."""
    import pydash_app.user

    password = os.environ["PYDASH_DEMO_PASSWORD"]

    def set_password() -> bool:
        existing = pydash_app.user.find_by_name(DEMO_USER)
        if existing is not None and not existing.check_password(password):
            existing.set_password(password)
        return existing is not None

    with _connected(_configure()):
        if not transact(set_password):
            _create_user(DEMO_USER, password, "demo@example.com", verified=True, admin=False)


@demo.command("dashboards")
@click.argument("shop_url")
@click.argument("own_url")
def demo_dashboards(shop_url: str, own_url: str) -> None:
    """Add the demo app, and PyDash itself, as a user would add them."""
    from pydash_demo.__main__ import security_token
    from pydash_web.http import self_monitoring

    configuration = _configure()
    with _connected(configuration):
        _add_dashboard("Bookshop", shop_url, security_token(_demo_dir(configuration)))
        if configuration.self_monitoring:
            _add_dashboard("PyDash itself", own_url, self_monitoring.token(configuration))


def _add_dashboard(name: str, url: str, token: str) -> None:
    import pydash_app.dashboard
    import pydash_app.user
    from pydash_app.dashboard.services import registration

    def find() -> tuple[UUID, UUID | None]:
        owner = pydash_app.user.find_by_name(DEMO_USER)
        if owner is None:
            raise NotFound("The demo user is gone.")
        mine = pydash_app.dashboard.dashboards_of_user(owner.id)
        return owner.id, next((board.id for board in mine if board.name == name), None)

    owner_id, existing = transact(find)
    if existing is None:
        registration.register(owner_id, name, url, token, monitor_downtime=True)
    else:
        registration.change_settings(existing, url=url, token=token)


def _create_user(name: str, password: str, email: str, *, verified: bool, admin: bool) -> None:
    from pydash_app.user.services import registration

    transact(lambda: registration.create(name, password, email, verified=verified, admin=admin))


@contextmanager
def _connected(configuration: Configuration) -> Iterator[None]:
    import pydash_app

    pydash_app.configure(configuration)
    try:
        yield
    finally:
        pydash_database.close()


@contextmanager
def _sole_user_of(data_dir: Path) -> Iterator[None]:
    data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (data_dir / "up.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise click.ClickException(f"PyDash is already running on {data_dir}.") from None
        yield


def _require_free_port(configuration: Configuration) -> None:
    if not _is_free(configuration.host, configuration.port):
        raise click.ClickException(
            f"Port {configuration.port} is in use. Choose another one with --port or PYDASH_PORT."
        )


def _is_free(host: str, port: int) -> bool:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def _reachable(host: str) -> str:
    return "127.0.0.1" if host in ("0.0.0.0", "::") else host  # noqa: S104 (read, not bound)


def _accepts(configuration: Configuration) -> Callable[[], bool]:
    from pydash_database import server

    return lambda: server.is_accepting(configuration.data_dir)


def _answers(url: str) -> Callable[[], bool]:
    def answers() -> bool:
        try:
            with urllib.request.urlopen(url, timeout=2) as response:  # noqa: S310 (our own server)
                return bool(response.status == 200)
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            return False

    return answers


def _demo_dir(configuration: Configuration) -> Path:
    return configuration.data_dir / "demo"


def _demo_app(configuration: Configuration, port: int) -> list[str]:
    return [
        *(sys.executable, "-m", "pydash_demo"),
        *("--port", str(port)),
        *("--data-dir", str(_demo_dir(configuration))),
    ]


def _demo_port(configuration: Configuration) -> int:
    """Find a free loopback port, the same one at every start if nobody took it."""
    for port in range(configuration.port + 1, configuration.port + 100):
        if _is_free("127.0.0.1", port):
            return port
    raise click.ClickException("No free port was found for the demo app.")


def _demo_password(configuration: Configuration) -> str:
    """Take the demo's password from the environment, or keep a random one for the next start."""
    if given := os.environ.get("PYDASH_DEMO_PASSWORD"):
        return given
    path = configuration.data_dir / "demo-password"
    return private_file.read_or_create(path, secrets.token_urlsafe(12))


if __name__ == "__main__":
    main()
