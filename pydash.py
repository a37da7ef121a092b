"""Entry points of PyDash: the WSGI app and the `pydash` command.

Use them as `gunicorn 'pydash:create_app()'` and `flask --app pydash routes`.
"""

import os
from typing import TYPE_CHECKING

from pydash_app.configuration import Configuration, ConfigurationError
from pydash_app.errors import InvalidInput, PyDashError
from pydash_cli import cli
from pydash_database import BackupFailed, DatabaseUnavailable, DiskFull, IncompatibleDatabase
from pydash_supervisor import ProcessFailedError

if TYPE_CHECKING:
    from flask import Flask


def create_app() -> "Flask":
    """Create the WSGI app, configured from the environment.

    :raises ConfigurationError: a variable has an invalid value.
    """
    import pydash_app
    import pydash_web

    configuration = Configuration.from_environment(os.environ)
    pydash_app.configure(configuration)
    return pydash_web.create_app(configuration)


def main() -> None:
    """Run the `pydash` command; an expected failure ends it with a one-line message."""
    try:
        cli(prog_name="pydash")
    except DatabaseUnavailable as error:
        hint = (
            "" if isinstance(error, DiskFull) else " Is `pydash up` running on this data directory?"
        )
        raise SystemExit(f"Error: {error}{hint}") from None
    except InvalidInput as error:
        reasons = [reason for reasons in error.errors.values() for reason in reasons]
        raise SystemExit(f"Error: {' '.join(reasons) or error}") from None
    except (
        BackupFailed,
        ConfigurationError,
        IncompatibleDatabase,
        ProcessFailedError,
        PyDashError,
    ) as error:
        raise SystemExit(f"Error: {error}") from None


if __name__ == "__main__":
    main()
