"""`pydash database`, `web`, `fetcher` and `limits`: run one of the processes."""

from contextlib import suppress
from pathlib import Path

import click

from pydash_cli.settings import configure, connected, data_dir_option, host_option, port_option
from pydash_supervisor import Heart

LIMITS_SOCKET = "limits.sock"


@click.command()
@data_dir_option
def database(data_dir: Path | None) -> None:
    """Run only the database server."""
    import pydash_logger
    from pydash_app import backup
    from pydash_app.migrations import MIGRATIONS, RENAMED_CLASSES
    from pydash_database import schema, server
    from pydash_database.backup import FileEngine
    from pydash_database.zeo_uri import ZeoUri

    configuration = configure(data_dir=data_dir)
    uri = configuration.database_uri
    if not uri.startswith("zeo://"):
        raise click.ClickException(
            "PYDASH_DATABASE_URI is not a zeo:// URI, so there is nothing to serve."
        )
    pydash_logger.configure(configuration.log_level, configuration.data_dir / "logs")
    file = FileEngine(configuration.data_dir / server.FILE_NAME, RENAMED_CLASSES)
    # The first process that connects will migrate it.
    if file.exists() and 0 < file.read(lambda root: root.get(schema.VERSION, 0)) < len(MIGRATIONS):
        backup.back_up_before_migration(configuration)
    try:
        server.serve(configuration.data_dir, ZeoUri.parse(uri), Heart().beat)
    except server.ServerNotStarted as error:
        raise click.ClickException(str(error)) from None


@click.command(hidden=True)
@data_dir_option
def migrate(data_dir: Path | None) -> None:
    """Migrate the database if it has an older schema, however long that takes."""
    from pydash_database import database_root, transact

    with connected(configure(data_dir=data_dir)):
        transact(database_root)


@click.command()
@host_option
@port_option
@data_dir_option
@click.option("--descriptor", "descriptors", type=int, multiple=True, hidden=True)
def web(
    host: str | None, port: int | None, data_dir: Path | None, descriptors: tuple[int, ...]
) -> None:
    """Run only the web server, which serves the pages and the API."""
    import pydash_app
    import pydash_web
    from pydash_database import DatabaseUnavailable, database_root, transact
    from pydash_web.http import server

    configuration = configure(host=host, port=port, data_dir=data_dir)
    pydash_app.configure(configuration)
    app = pydash_web.create_app(configuration)
    # So that a database that this version cannot read is reported now, and not by each request.
    with suppress(DatabaseUnavailable):
        transact(database_root)
    server.run(app, configuration, descriptors, Heart().beat)


@click.command()
@data_dir_option
def fetcher(data_dir: Path | None) -> None:
    """Run only the fetcher, which fetches the data of all dashboards."""
    from pydash_app import fetcher as daemon

    daemon.run(configure(data_dir=data_dir), beat=Heart().beat)


@click.command()
@data_dir_option
def limits(data_dir: Path | None) -> None:
    """Run only the process that counts requests for all web processes of this machine."""
    import pydash_limits

    pydash_limits.serve(configure(data_dir=data_dir).data_dir / LIMITS_SOCKET, Heart().beat)
