"""Heartbeats of processes, in the protocol of systemd (`sd_notify`).

`NOTIFY_SOCKET` names the socket of whoever watches a process: `pydash up`, or systemd, which may
also watch `pydash up` itself. The first message of a process says that it is ready; the others,
that it still works.
"""

import os
import socket
import struct
import sys
import time
import uuid
from collections.abc import Iterator

VARIABLE = "NOTIFY_SOCKET"
# The descriptor of the standard error stream that a process has once it is ready.
STDERR = "NOTIFY_STDERR"
HEARTBEAT_SECONDS = 4.0
_SEND_SECONDS = 5.0
# Process, user and group ID of a sender, as the kernel knows them.
_CREDENTIALS = struct.Struct("3i")


class Heart:
    """Sends the heartbeats of this process, if somebody watches it."""

    def __init__(self) -> None:
        # Not for the processes that this one starts.
        self._address = os.environ.pop(VARIABLE, "").replace("@", "\0", 1)
        self._stderr = os.environ.pop(STDERR, "")
        self._last = float("-inf")

    def beat(self) -> None:
        """Say that this process works, at most every four seconds, and that it is ready."""
        now = time.monotonic()
        if now < self._last + HEARTBEAT_SECONDS:
            return
        is_first, self._last = self._last == float("-inf"), now
        if is_first and self._stderr:
            sys.stderr.flush()
            os.dup2(int(self._stderr), sys.stderr.fileno())
        if not self._address:
            return
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
            # A later message is not worth waiting for.
            sender.settimeout(_SEND_SECONDS if is_first else 0)
            try:
                sender.sendto(b"READY=1" if is_first else b"WATCHDOG=1", self._address)
            except OSError:
                if is_first:
                    raise


class Watch:
    """Receives the heartbeats of other processes.

    :ivar address: the value of their `NOTIFY_SOCKET`.
    """

    def __init__(self) -> None:
        name = f"pydash-{uuid.uuid4()}"
        self.address = f"@{name}"
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
        self._socket.setblocking(False)
        self._socket.bind(f"\0{name}")

    def senders(self) -> Iterator[int]:
        """Yield the IDs of the processes that have sent heartbeats since the last call."""
        while True:
            try:
                _, attached, _, _ = self._socket.recvmsg(64, socket.CMSG_SPACE(_CREDENTIALS.size))
            except BlockingIOError:
                return
            for _, kind, data in attached:
                if kind == socket.SCM_CREDENTIALS:
                    yield _CREDENTIALS.unpack(data)[0]

    def close(self) -> None:
        """Receive no more heartbeats."""
        self._socket.close()
