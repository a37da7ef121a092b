"""`pydash usage`: extracts the sign-ins for the usage report."""

from datetime import UTC, datetime
from pathlib import Path

import click

from pydash_cli.settings import configure, connected, data_dir_option

_DAY = click.DateTime(["%Y-%m-%d"])


@click.group()
def usage() -> None:
    """Manage the usage report."""


@usage.command("extract")
@click.option("--start", type=_DAY, help="The first day; by default the one after the last run.")
@click.option("--end", type=_DAY, help="The last day, inclusive; by default today.")
@click.option("--reset", is_flag=True, help="Extract all days of the event log again.")
@data_dir_option
def extract_usage(
    start: datetime | None, end: datetime | None, reset: bool, data_dir: Path | None
) -> None:
    """Extract the sign-ins of days (UTC) that are over, for the usage report.

    Each day is stored by itself, together with the checkpoint: an interrupted command continues
    where it stopped. Days that were extracted before are replaced.
    """
    from pydash_app import event
    from pydash_app.event import usage as report

    now = datetime.now(UTC)
    with connected(configure(data_dir=data_dir)):
        event.store().upgrade()
        days = report.days_to_extract(now, start and start.date(), end and end.date(), reset=reset)
        if not days:
            click.echo("All days that are over have been extracted.")
            return
        with click.progressbar(days, label="Extracting days") as shown:
            for day in shown:
                report.extract_day(day, now, restart=reset and day == days[0])
    click.echo(f"Extracted the days from {days[0]} to {days[-1]}.")
