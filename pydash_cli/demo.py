"""The demo of `pydash up --demo`: a user with dashboards of the demo app and of PyDash itself."""

import os
import secrets
import sys
from pathlib import Path
from uuid import UUID

import click

import pydash_files
from pydash_app.configuration import Configuration
from pydash_app.errors import NotFound
from pydash_cli.settings import configure, connected
from pydash_supervisor import Service, find_free_port, responds

USER_NAME = "demo"
FETCH_SECONDS = 10
_PORTS_TO_TRY = 100


def password(configuration: Configuration) -> str:
    """Return the demo user's password: the configured one, or a random one that is stored."""
    if configuration.demo_password:
        return configuration.demo_password
    path = configuration.data_dir / "demo-password"
    return pydash_files.read_or_create(path, secrets.token_urlsafe(12))


def shop_url(configuration: Configuration) -> str:
    """Return the URL for the demo app, with the first free port after PyDash's own."""
    first = configuration.port + 1
    port = find_free_port("127.0.0.1", range(first, first + _PORTS_TO_TRY))
    if port is None:
        raise click.ClickException("Found no free port for the demo app.")
    return f"http://127.0.0.1:{port}"


def shop(configuration: Configuration, url: str) -> Service:
    """Return the service that runs the demo app."""
    data_dir = configuration.data_dir / "demo"
    port = url.rpartition(":")[2]
    return Service(
        "demo app",
        [sys.executable, "-m", "pydash_demo", "--port", port, "--data-dir", str(data_dir)],
        is_ready=lambda: responds(url),
        environment={"BOOKSHOP_TOKEN": _shop_token(configuration)},
    )


def _shop_token(configuration: Configuration) -> str:
    path = configuration.data_dir / "demo" / "security-token"
    return pydash_files.read_or_create(path, secrets.token_urlsafe(32))


@click.group()
def demo() -> None:
    """Serve sample archives as monitored apps."""


@demo.command("replay")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--port", type=click.IntRange(1, 65535), default=5001, show_default=True)
def replay_archive(file: Path, port: int) -> None:
    """Serve a sample archive on this machine until Ctrl-C, to be added as a dashboard."""
    from pydash_demo import replay

    token = os.environ.get("DASHBOARD_TOKEN") or secrets.token_urlsafe(16)
    try:
        archive = replay.Archive(file)
        url = f"http://{replay.HOST}:{port}/dashboard"
        line = f"Serving {archive.calls:,} requests at {url}, security token {token}"
        replay.serve(archive, port, token, lambda: click.echo(line))
    except replay.InvalidArchiveError as error:
        raise click.ClickException(str(error)) from None
    except OSError as error:
        raise click.ClickException(f"Cannot listen on port {port}: {error.strerror}.") from None


@demo.command("user", hidden=True)
def create_demo_user() -> None:
    """Create the demo user, or update its password."""
    import pydash_app.user
    from pydash_app.user.services import registration
    from pydash_database import transact

    configuration = configure()
    chosen = password(configuration)

    def create_or_update() -> None:
        existing = pydash_app.user.find_by_name(USER_NAME)
        if existing is None:
            # An administrator, so that the demo has all pages.
            registration.create(USER_NAME, chosen, "demo@example.com", verified=True, admin=True)
        elif not existing.check_password(chosen):
            existing.set_password(chosen)

    with connected(configuration):
        transact(create_or_update)


@demo.command("dashboards", hidden=True)
@click.argument("shop_url")
@click.argument("own_url")
def create_demo_dashboards(shop_url: str, own_url: str) -> None:
    """Create or update the dashboards of the demo app and of PyDash itself."""
    from pydash_web.http import self_monitoring

    configuration = configure()
    with connected(configuration):
        _create_or_update_dashboard("Bookshop", shop_url, _shop_token(configuration))
        if configuration.self_monitoring:
            own_token = self_monitoring.token(configuration)
            _create_or_update_dashboard("PyDash itself", own_url, own_token)


def _create_or_update_dashboard(name: str, url: str, token: str) -> None:
    import pydash_app.dashboard
    import pydash_app.user
    from pydash_app.dashboard.services import registration
    from pydash_database import transact

    def find() -> tuple[UUID, UUID | None]:
        owner = pydash_app.user.find_by_name(USER_NAME)
        if owner is None:
            raise NotFound("The demo user does not exist.")
        dashboards = pydash_app.dashboard.dashboards_of_user(owner.id)
        return owner.id, next((each.id for each in dashboards if each.name == name), None)

    owner_id, existing = transact(find)
    if existing is None:
        registration.register(owner_id, name, url, token, monitor_downtime=True)
    else:
        registration.change_settings(existing, url=url, token=token)
