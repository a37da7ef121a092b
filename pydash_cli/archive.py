"""`pydash archive`: writes a sample archive."""

from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

import click

from pydash_cli.settings import configure, connected, data_dir_option


@click.command()
@click.argument("dashboard_id", type=click.UUID)
@click.argument("file", type=click.File("wb", lazy=True, atomic=True), default="archive.zip")
@data_dir_option
def archive(dashboard_id: str, file: BinaryIO, data_dir: Path | None) -> None:
    """Write the newest days of a dashboard into FILE (archive.zip), without addresses and users.

    `pydash demo replay FILE` serves it as a monitored app.
    """
    from pydash_app.dashboard import repository
    from pydash_app.dashboard.services import archiving
    from pydash_app.errors import NotFound
    from pydash_database import transact

    def write() -> None:
        try:
            dashboard = repository.find(dashboard_id)
        except KeyError:
            raise NotFound(f"No dashboard has the ID {dashboard_id}.") from None
        for part in archiving.archive(dashboard, datetime.now(UTC)):
            file.write(part)

    with connected(configure(data_dir=data_dir)):
        transact(write, attempts=1)
    click.echo(f"Wrote {file.name}.", err=True)
