"""`pydash check`: checks an installation."""

import logging
import sys
from pathlib import Path

import click

from pydash_cli.settings import configure, data_dir_option


@click.command()
@data_dir_option
def check(data_dir: Path | None) -> None:
    """Check the settings, the database and the numbers of every dashboard; change nothing.

    It ends with the status 1 if something is wrong.
    """
    from pydash_app import checking

    # What is wrong is printed below.
    logging.getLogger("ZODB").setLevel(logging.CRITICAL)
    failures = 0
    for name, problem in checking.checks(configure(data_dir=data_dir, restoring=True)):
        if problem is None:
            click.echo(f"ok      {name}")
        else:
            failures += 1
            click.echo(f"FAILED  {name}: {problem}")
    if failures:
        sys.exit(1)
