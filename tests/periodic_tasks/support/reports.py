"""Lines that tasks write from any process; a test waits for them instead of sleeping."""

import os
import select
from pathlib import Path


class Reports:
    """A named pipe that tasks write lines to."""

    def __init__(self, path: Path) -> None:
        os.mkfifo(path)
        self.path = path
        # Open for writing as well, so that it never reaches its end.
        self._descriptor = os.open(path, os.O_RDWR | os.O_NONBLOCK)
        self._buffer = b""

    def next(self, timeout: float = 20.0) -> str:
        """Wait for the next line."""
        while b"\n" not in self._buffer:
            if not select.select([self._descriptor], [], [], timeout)[0]:
                raise TimeoutError("No task has reported.")
            self._buffer += os.read(self._descriptor, 65536)
        line, self._buffer = self._buffer.split(b"\n", 1)
        return line.decode()

    def is_empty(self) -> bool:
        """Return whether there is no line at the moment."""
        return not self._buffer and not select.select([self._descriptor], [], [], 0)[0]

    def close(self) -> None:
        """Close the pipe."""
        os.close(self._descriptor)
