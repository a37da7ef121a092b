"""The database server: a ZEO server on one file in the data directory."""

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
# A client that holds the commit lock longer than this is disconnected.
_COMMIT_TIMEOUT = 60
# A client that missed at most this many commits can keep its cache.
_INVALIDATION_QUEUE_SIZE = 1_000
_MAX_SOCKET_PATH_LENGTH = 107


class ServerNotStarted(Exception):  # noqa: N818 (the name describes what went wrong)
    """The database server cannot start; the message explains why."""


def serve(data_dir: Path, address: Address | None = None) -> None:
    """Serve the database in the foreground until SIGTERM or SIGINT.

    :param data_dir: the directory of the database file; created if it does not exist.
    :param address: the path of a socket, or host and port; by default the socket in `data_dir`.
    :raises ServerNotStarted: another process has opened the file, or the socket path is too long.
    """
    # Whoever can connect can read everything, so file and socket are for the owner alone.
    os.umask(0o077)
    data_dir.mkdir(parents=True, exist_ok=True)
    address = address or _socket_path(data_dir)
    try:
        storage = FileStorage(str(data_dir / FILE_NAME), pack_keep_old=False)
    except LockError:
        raise ServerNotStarted(f"Another process has opened {data_dir / FILE_NAME}.") from None
    try:
        server = StorageServer(
            address,
            {STORAGE_NAME: storage},
            invalidation_queue_size=_INVALIDATION_QUEUE_SIZE,
            transaction_timeout=_COMMIT_TIMEOUT,
        )
        event_loop = server.acceptor.event_loop
        for signal_number in (signal.SIGTERM, signal.SIGINT):
            event_loop.add_signal_handler(signal_number, event_loop.stop)
        logger.info("Serving the database", address=address)
        server.loop()
        logger.info("Stopped serving the database")
        if isinstance(address, str):
            Path(address).unlink(missing_ok=True)
    finally:
        storage.close()


def is_accepting(data_dir: Path) -> bool:
    """Return whether a server accepts connections on the socket in the data directory.

    :raises ServerNotStarted: the path of the socket is too long.
    """
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(_socket_path(data_dir))
            # The server sends first; leaving before that would log a broken pipe there.
            return bool(probe.recv(1024))
        except OSError:
            return False


def _socket_path(data_dir: Path) -> str:
    path = str(data_dir / SOCKET_NAME)
    if len(os.fsencode(path)) > _MAX_SOCKET_PATH_LENGTH:
        raise ServerNotStarted(
            f"The socket path {path} is too long; choose a shorter PYDASH_DATA_DIR."
        )
    return path
