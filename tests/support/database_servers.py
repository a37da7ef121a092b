"""Database servers of a test's own, in any time zone: `make databases` installs them.

They listen on a Unix socket only, so that no port has to be free.
"""

import os
import pwd
import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psutil
import sqlalchemy
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import NullPool

from tests.support.waiting import wait_for

UNPRIVILEGED = "nobody"
"""Runs the servers if root runs the tests, as PostgreSQL refuses to run as root."""


class DatabaseServer:
    """A server that is running.

    :param url: of its administrative database.
    :param path: of its socket.
    :param command: starts it.
    :param how: options of its process.
    """

    def __init__(self, url: sqlalchemy.URL, path: str, command: list[str], **how: Any) -> None:
        self._url, self.path = url, path
        self._command, self._how = command, how
        self._count = 0

    def start(self) -> None:
        """Start it, also again after it was killed."""
        # As long as processes of a killed one are left, another one ends at once.
        wait_for(self._try_to_start)

    def kill(self, number: int = signal.SIGKILL) -> None:
        """Kill it by a signal."""
        self._process.send_signal(number)
        self._process.wait()

    def end(self) -> None:
        """Kill it together with its processes."""
        self._signal_all(signal.SIGKILL)
        self._process.wait()

    def hang(self) -> None:
        """Send no more responses, but keep all connections open."""
        self._signal_all(signal.SIGSTOP)

    @contextmanager
    def recovering(self) -> Iterator[None]:
        """Resume the server at the end, if it hangs."""
        try:
            yield
        finally:
            self.resume()

    def resume(self) -> None:
        """Resume it after it hung."""
        self._signal_all(signal.SIGCONT)

    def _signal_all(self, number: int) -> None:
        with suppress(psutil.NoSuchProcess):
            server = psutil.Process(self._process.pid)
            for process in (server, *server.children()):
                process.send_signal(number)

    def create_database(self, options: str = "", **differences: Any) -> str:
        """Create an empty database, and return its URL.

        :param options: further ones of the statement.
        :param differences: of the URL, such as another driver.
        """
        self._count += 1
        name = f"monitoring_{self._count}"
        self.run(f"CREATE DATABASE {name} {options}")
        return self._url.set(database=name, **differences).render_as_string()

    def run(self, statement: str) -> None:
        """Run a statement, outside of any transaction."""
        with self.connect() as connection:
            connection.execute(sqlalchemy.text(statement))

    def select(self, query: str, url: str | None = None) -> list[Any]:
        """Return the one column that a query returns.

        :param url: of the database, by default the administrative one.
        """
        with self.connect(url) as connection:
            return list(connection.scalars(sqlalchemy.text(query)))

    def is_ready(self) -> bool:
        """Return whether it responds."""
        with socket.socket(socket.AF_UNIX) as connection:
            if connection.connect_ex(self.path):
                return False
        try:
            self.run("SELECT 1")
        except OperationalError:
            return False
        return True

    def _try_to_start(self) -> bool:
        quiet = subprocess.DEVNULL
        self._process = subprocess.Popen(self._command, stdout=quiet, stderr=quiet, **self._how)
        wait_for(lambda: self._process.poll() is not None or self.is_ready())
        return self._process.poll() is None

    def connect(self, url: str | None = None) -> sqlalchemy.Connection:
        """Return a connection, by default to the administrative database."""
        engine = sqlalchemy.create_engine(
            url or self._url, poolclass=NullPool, isolation_level="AUTOCOMMIT"
        )
        return engine.connect()


@contextmanager
def postgresql(zone: str) -> Iterator[DatabaseServer]:
    """Run PostgreSQL.

    :param zone: time zone of its sessions.
    """
    # Debian can have several versions of it, and none in the path.
    found = Path("/usr/lib/postgresql").glob("*/bin")
    programs = max(found, key=lambda path: int(path.parent.name))
    with tempfile.TemporaryDirectory(prefix="pydash") as folder:
        own = _owner(folder)
        install = [str(programs / "initdb"), "-D", f"{folder}/data", "-U", "test", "-A", "trust"]
        subprocess.run([*install, "--no-sync"], check=True, stdout=subprocess.DEVNULL, **own)
        command = [str(programs / "postgres"), "-D", f"{folder}/data", "-k", folder, "-F"]
        command += ["-c", "listen_addresses=", "-c", f"timezone={zone}"]
        url = sqlalchemy.URL.create(
            "postgresql+psycopg2", "test", database="postgres", query={"host": folder}
        )
        server = DatabaseServer(url, f"{folder}/.s.PGSQL.5432", command, **own)
        with _running(server):
            yield server


@contextmanager
def mariadb(zone: str, *options: str) -> Iterator[DatabaseServer]:
    """Run MariaDB.

    :param zone: time zone of its sessions.
    :param options: further options of the server.
    """
    with tempfile.TemporaryDirectory(prefix="pydash") as folder:
        own = _owner(folder)
        install = ["mariadb-install-db", "--no-defaults", f"--datadir={folder}/data"]
        install += ["--auth-root-authentication-method=normal", "--skip-test-db"]
        subprocess.run(install, check=True, stdout=subprocess.DEVNULL, **own)
        command = ["/usr/sbin/mariadbd", "--no-defaults", f"--datadir={folder}/data", *options]
        command += [f"--socket={folder}/socket", f"--pid-file={folder}/pid", "--skip-networking"]
        url = sqlalchemy.URL.create(
            "mysql+pymysql", "root", database="mysql", query={"unix_socket": f"{folder}/socket"}
        )
        own["env"] = {**os.environ, "TZ": zone}
        server = DatabaseServer(url, f"{folder}/socket", command, **own)
        with _running(server):
            yield server


def _owner(folder: str) -> dict[str, Any]:
    """Return how to start a process that owns a folder."""
    how: dict[str, Any] = {"cwd": folder}
    if os.getuid() == 0:
        entry = pwd.getpwnam(UNPRIVILEGED)
        os.chown(folder, entry.pw_uid, entry.pw_gid)
        how |= {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
    return how


@contextmanager
def _running(server: DatabaseServer) -> Iterator[None]:
    server.start()
    try:
        yield
    finally:
        server.end()
