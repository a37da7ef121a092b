"""Shared by the commands: options that are settings, and a connection to the database."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from pydash_app.configuration import Configuration

data_dir_option = click.option(
    "--data-dir",
    type=click.Path(path_type=Path),
    help="The data directory (PYDASH_DATA_DIR).",
)
host_option = click.option("--host", help="The address to listen on (PYDASH_HOST).")
port_option = click.option("--port", type=int, help="The port to listen on (PYDASH_PORT).")


def configure(*, restoring: bool = False, **options: object) -> Configuration:
    """Read the configuration from the environment, after setting variables from the options.

    The environment itself is changed, so that child processes get the same configuration.

    :param restoring: see `Configuration.from_environment`.
    """
    given = {name: value for name, value in options.items() if value is not None}
    for name, value in given.items():
        os.environ[f"PYDASH_{name.upper()}"] = str(value)
    return Configuration.from_environment(os.environ, restoring=restoring)


@contextmanager
def connected(configuration: Configuration) -> Iterator[None]:
    """Configure this process, and close its database at the end of the block."""
    import pydash_app
    import pydash_database

    pydash_app.configure(configuration)
    try:
        yield
    finally:
        pydash_database.close()
