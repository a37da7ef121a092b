"""Compares what the exporter returns of each kind with the tables of an app."""

from contextlib import closing
from pathlib import Path
from typing import Any

import sqlalchemy
from sqlalchemy.pool import NullPool

from tests.compat import compat_environments as environments
from tests.exporter import test_diagnosis as exporter
from tests.exporter.test_exporter import App

FAULTS = 4
"""One that is raised on changing lines, and three in another function."""


class ServerApp(App):
    """An app whose database is on a server.

    :param app: the app as it was started.
    :param database_url: where its database is.
    """

    def __init__(self, app: App, database_url: str) -> None:
        vars(self).update(vars(app))
        self._engine = sqlalchemy.create_engine(database_url, poolclass=NullPool)

    def sql(self, statement: str, *values: object) -> list[Any]:
        """Return the rows of a query without values."""
        with closing(self._engine.connect()) as connection:
            if self._engine.dialect.name == "mysql":
                connection.exec_driver_sql("SET sql_mode = 'ANSI_QUOTES'")
            return list(connection.exec_driver_sql(statement))


def compare(fmd_version: str, folder: Path, database: str | None) -> dict[str, int]:
    """Run an app with every kind bound, and compare what it exports with its database.

    :param database: URL of its database; by default, a SQLite file.
    :returns: the number of rows of each kind that this version stores.
    :raises AssertionError: if anything differs, or a secret is exported.
    """
    python = str(environments.python_with(fmd_version))
    with exporter.running(
        folder, *exporter.KINDS, python=python, database=database or ""
    ) as started:
        app = started if database is None else ServerApp(started, database)
        kinds = app.json("get_json_details")["kinds"]
        stored = [kind for kind in exporter.KINDS if kinds[kind]]
        has_exceptions = environments.number(fmd_version) >= (4, 0)
        assert stored == [kind for kind in exporter.KINDS if has_exceptions or kind != "exceptions"]
        exporter.use(app, exporter.OCCURRENCES, has_exceptions)
        found = {}
        for kind in stored:
            rows = exporter.read(app, kind, limit=100)
            assert [row["id"] for row in rows] == sorted(
                row[0] for row in app.sql(exporter.KINDS[kind])
            )
            found[kind] = len(rows)
        if has_exceptions:
            check_groups(exporter.read(app, "exceptions"))
        else:
            assert app.get("get_json_exceptions").status_code == 404
        for form in ("rows", "columns"):
            assert "lanted" not in exporter.all_responses(app, stored, form).lower()
    return found


def check_groups(exceptions: list[dict[str, Any]]) -> None:
    """Check that one fault is one group, and that three are three."""
    moved = [row for row in exceptions if row["endpoint"] == "captured"]
    assert len(moved) == exporter.OCCURRENCES
    raised = [row for row in exceptions if row["endpoint"] == "raised"]
    assert len({row["group"] for row in moved + raised}) == FAULTS
