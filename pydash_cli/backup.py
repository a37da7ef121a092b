"""`pydash backup`: creates, verifies and restores backups."""

import os
import sys
from pathlib import Path

import click

from pydash_app.configuration import Configuration, ConfigurationError
from pydash_cli.settings import configure, data_dir_option

_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


@click.group()
def backup() -> None:
    """Create, verify and restore backups."""


@backup.command("create")
@click.option("--to", type=click.Path(path_type=Path), help="The directory (PYDASH_BACKUP_DIR).")
@click.option("--incremental", is_flag=True, help="Copy only what was added since the last one.")
@data_dir_option
def create_backup(to: Path | None, incremental: bool, data_dir: Path | None) -> None:
    """Create a backup in a new folder, also while PyDash is running, and print its path."""
    from pydash_app import backup as backups

    configuration = configure(data_dir=data_dir)
    folder = backups.create(configuration, to and to.absolute(), incremental=incremental)
    manifest = backups.Manifest.read(folder)
    if manifest.keys == "plain":
        click.echo(
            "The backup contains the secret key, which decrypts the tokens in it. Protect it, or"
            " encrypt the key with PYDASH_BACKUP_PASSPHRASE_FILE.",
            err=True,
        )
    if manifest.keys == "separate":
        click.echo("PYDASH_SECRET_KEY is not in the backup. Keep it as well.", err=True)
    if manifest.events == "separate":
        click.echo("PYDASH_EVENTS_URI names another server. Back it up as well.", err=True)
    click.echo(f"Backed up {manifest.counts}.", err=True)
    click.echo(folder)


@backup.command("verify")
@click.argument("directory", type=_FOLDER)
def verify_backups(directory: Path) -> None:
    """Open all backups in DIRECTORY, or the one that it is, and count what they contain."""
    from pydash_app import backup as backups
    from pydash_database import BackupFailed

    folders = backups.find(directory.absolute())
    if not folders:
        raise click.ClickException(f"{directory} contains no backups.")
    failures = 0
    for folder in folders:
        try:
            manifest = backups.verify(folder)
        except (BackupFailed, OSError) as error:
            failures += 1
            click.echo(f"Error: {error}", err=True)
        else:
            click.echo(f"{folder}: {manifest.counts}")
    if failures:
        sys.exit(1)


@backup.command("restore")
@click.argument("folder", type=_FOLDER)
@click.option("--force", is_flag=True, help="Replace a database that exists.")
@data_dir_option
def restore_backup(folder: Path, force: bool, data_dir: Path | None) -> None:
    """Replace the data by that of the backup FOLDER, while PyDash is stopped."""
    from pydash_app import backup as backups
    from pydash_app.backup import keys

    configuration = configure(data_dir=data_dir, restoring=True)
    manifest = backups.restore(configuration, folder.absolute(), force=force)
    click.echo(f"Restored {manifest.counts} of {manifest.created:%Y-%m-%d %H:%M:%S} UTC.", err=True)
    try:
        key = Configuration.from_environment(os.environ).secret_key
    except ConfigurationError as error:
        click.echo(f"Before you start PyDash: {error}", err=True)
    else:
        if keys.key_id(key) != manifest.key_id:
            click.echo(
                "The secret key is not the one of the backup: everyone must sign in again, and the"
                " tokens of all dashboards must be entered again, unless you put it back.",
                err=True,
            )
