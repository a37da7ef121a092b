"""`pydash seed`: adds example data for development."""

from pathlib import Path

import click

from pydash_cli.settings import configure, connected, data_dir_option


@click.command()
@data_dir_option
def seed(data_dir: Path | None) -> None:
    """Fill an empty database with example users and dashboards for development."""
    import pydash_app

    with connected(configure(data_dir=data_dir)):
        pydash_app.seed_datastructures()
