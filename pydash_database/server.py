"""The database server, which is a ZEO server for a file in the data directory."""

import os
import signal
import socket
import ssl
import sys
from collections.abc import Callable
from pathlib import Path

from zc.lockfile import LockError
from ZEO.StorageServer import StorageServer

from pydash_database.files import open_file
from pydash_database.zeo_uri import ZeoUri
from pydash_logger.logger import Logger

logger = Logger(__name__)

STORAGE_NAME = "1"
SOCKET_NAME = "zeo.sock"
FILE_NAME = "pydash.fs"
# A client that holds the commit lock longer than this is disconnected.
_COMMIT_TIMEOUT = 60
# A client that missed at most this many commits can keep its cache.
_INVALIDATION_QUEUE_SIZE = 1_000
_MAX_SOCKET_PATH_LENGTH = 107
# Seconds. Packing computes in a thread of its own. With Python's five milliseconds, each of the
# many steps of serving a request would wait so long for it.
_SWITCH_INTERVAL = 0.0005


class ServerNotStarted(Exception):  # noqa: N818 (the name describes what went wrong)
    """The database server cannot start. The message explains why."""


def serve(
    data_dir: Path, zeo: ZeoUri | None = None, beat: Callable[[], None] = lambda: None
) -> None:
    """Serve the database in the foreground until SIGTERM or SIGINT.

    :param data_dir: the directory of the database file; created if it does not exist.
    :param zeo: the address to listen on; by default the socket in `data_dir`.
    :param beat: called each second while it serves.
    :raises DamagedDatabase: the file is damaged.
    :raises ServerNotStarted: another process has opened the file, or the address cannot be used.
    """
    # Whoever can connect can read everything, so only the owner has access to file and socket.
    os.umask(0o077)
    sys.setswitchinterval(_SWITCH_INTERVAL)
    data_dir.mkdir(parents=True, exist_ok=True)
    zeo = zeo or ZeoUri(str(data_dir / SOCKET_NAME))
    if isinstance(zeo.address, str):
        _check_socket_path(zeo.address)
    try:
        storage = open_file(data_dir / FILE_NAME)
    except LockError:
        raise ServerNotStarted(f"Another process has opened {data_dir / FILE_NAME}.") from None
    try:
        try:
            server = StorageServer(
                zeo.address,
                {STORAGE_NAME: storage},
                invalidation_queue_size=_INVALIDATION_QUEUE_SIZE,
                transaction_timeout=_COMMIT_TIMEOUT,
                ssl=zeo.tls_context(ssl.Purpose.CLIENT_AUTH),
            )
        except OSError as error:
            raise ServerNotStarted(f"Cannot listen on {zeo.address}: {error}.") from None
        event_loop = server.acceptor.event_loop
        for signal_number in (signal.SIGTERM, signal.SIGINT):
            event_loop.add_signal_handler(signal_number, event_loop.stop)

        def keep_beating() -> None:
            beat()
            event_loop.call_later(1.0, keep_beating)

        event_loop.call_soon(keep_beating)
        logger.info("Serving the database", address=zeo.address)
        server.loop()
        logger.info("Stopped serving the database")
        if isinstance(zeo.address, str):
            Path(zeo.address).unlink(missing_ok=True)
    finally:
        storage.close()


def is_accepting(data_dir: Path) -> bool:
    """Return whether a server accepts connections on the socket in the data directory.

    :raises ServerNotStarted: the path of the socket is too long.
    """
    path = str(data_dir / SOCKET_NAME)
    _check_socket_path(path)
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(path)
            # The server sends first. Leaving earlier would log a broken pipe there.
            return bool(probe.recv(1024))
        except OSError:
            return False


def _check_socket_path(path: str) -> None:
    if len(os.fsencode(path)) > _MAX_SOCKET_PATH_LENGTH:
        raise ServerNotStarted(
            f"The socket path {path} is too long. Choose a shorter PYDASH_DATA_DIR."
        )
