"""`pydash user`: creates and invites users."""

import sys
from pathlib import Path

import click

from pydash_cli.settings import configure, connected, data_dir_option


@click.group()
def user() -> None:
    """Manage users."""


@user.command("create")
@click.argument("name")
@click.option("--email", required=True, help="The user's email address.")
@click.option(
    "--password-stdin", is_flag=True, required=True, help="Read the password from standard input."
)
@click.option("--verified", is_flag=True, help="Skip the verification of the email address.")
@click.option("--admin", is_flag=True, help="Make the user an administrator.")
@data_dir_option
def create_user(
    name: str, email: str, password_stdin: bool, verified: bool, admin: bool, data_dir: Path | None
) -> None:
    """Create a user with a password from standard input."""
    from pydash_app.user.services import registration
    from pydash_database import transact

    password = sys.stdin.readline().rstrip("\r\n")
    with connected(configure(data_dir=data_dir)):
        transact(lambda: registration.create(name, password, email, verified=verified, admin=admin))
    click.echo(f"Created user {name}.")


@user.command("invite")
@data_dir_option
def invite_user(data_dir: Path | None) -> None:
    """Create an invitation, valid for one registration within a week."""
    from pydash_app.user.services import registration
    from pydash_database import transact

    with connected(configure(data_dir=data_dir)):
        click.echo(transact(registration.invite))
