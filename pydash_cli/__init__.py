"""The `pydash` command: one module per command or group of commands."""

import click

from pydash_cli import archive, backup, check, demo, events, processes, seed, up, usage, user

__all__ = ["cli"]


@click.group()
@click.version_option(package_name="pydash-io")
def cli() -> None:
    """PyDash: one place for all your Flask-MonitoringDashboards."""


for command in (
    up.up,
    up.reload,
    processes.database,
    processes.migrate,
    processes.web,
    processes.fetcher,
    processes.limits,
    user.user,
    archive.archive,
    backup.backup,
    check.check,
    events.events,
    usage.usage,
    seed.seed,
    demo.demo,
):
    cli.add_command(command)
