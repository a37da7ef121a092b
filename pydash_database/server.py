"""The database server: a ZEO server over one file in the data directory."""

import os
import signal
import socket
from pathlib import Path

from zc.lockfile import LockError
from ZEO.StorageServer import StorageServer
from ZODB.FileStorage import FileStorage

from pydash_logger.logger import Logger

logger = Logger(__name__)

Address = str | tuple[str, int]

STORAGE_NAME = "1"
SOCKET_NAME = "zeo.sock"
FILE_NAME = "pydash.fs"
# A client that holds the commit lock longer than this is cut off.
_COMMIT_SECONDS = 60
# A client that was away for at most so many commits need not forget all it has cached.
_REMEMBERED_COMMITS = 1_000
_LONGEST_SOCKET_PATH = 107


class ServerNotStarted(Exception):  # noqa: N818 (it says what went wrong)
    """The database server cannot start; the message says why."""


def serve(data_dir: Path, address: Address | None = None) -> None:
    """Serve the database in the foreground until SIGTERM or SIGINT.

    :param data_dir: where the database file lies, made if need be.
    :param address: a socket path, or host and port; the socket in the data directory by default.
    :raises ServerNotStarted: another server has the file, or the socket cannot be made.
    """
    # Who can connect can read everything: the file and the socket are the owner's alone.
    os.umask(0o077)
    data_dir.mkdir(parents=True, exist_ok=True)
    address = address or _socket_path(data_dir)
    try:
        storage = FileStorage(str(data_dir / FILE_NAME), pack_keep_old=False)
    except LockError:
        raise ServerNotStarted(f"Another process has {data_dir / FILE_NAME} open.") from None
    try:
        _serve_until_signalled(storage, address)
    finally:
        storage.close()


def is_accepting(data_dir: Path) -> bool:
    """Tell whether a server accepts connections on the socket in the data directory."""
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(_socket_path(data_dir))
            # The server greets first; one who leaves before that is a broken pipe in its log.
            return bool(probe.recv(1024))
        except OSError:
            return False


def _serve_until_signalled(storage: FileStorage, address: Address) -> None:
    server = StorageServer(
        address,
        {STORAGE_NAME: storage},
        invalidation_queue_size=_REMEMBERED_COMMITS,
        transaction_timeout=_COMMIT_SECONDS,
    )
    event_loop = server.acceptor.event_loop
    for signal_number in (signal.SIGTERM, signal.SIGINT):
        event_loop.add_signal_handler(signal_number, event_loop.stop)
    logger.info("Serving the database", address=address)
    server.loop()
    logger.info("Stopped serving the database")
    if isinstance(address, str):
        Path(address).unlink(missing_ok=True)


def _socket_path(data_dir: Path) -> str:
    path = str(data_dir / SOCKET_NAME)
    if len(os.fsencode(path)) > _LONGEST_SOCKET_PATH:
        raise ServerNotStarted(
            f"{path} is too long a path for a socket; choose a shorter PYDASH_DATA_DIR."
        )
    return path
