"""Lines that tasks write, from whatever process; a test waits for them instead of sleeping."""

import os
import select
from pathlib import Path


class Reports:
    """A named pipe that tasks write lines to."""

    def __init__(self, path: Path) -> None:
        os.mkfifo(path)
        self.path = path
        # Open for writing too: so it never comes to an end.
        self._descriptor = os.open(path, os.O_RDWR | os.O_NONBLOCK)
        self._buffer = b""

    def next(self, timeout: float = 20.0) -> str:
        """Wait for the next line."""
        while b"\n" not in self._buffer:
            if not select.select([self._descriptor], [], [], timeout)[0]:
                raise TimeoutError("no task has reported")
            self._buffer += os.read(self._descriptor, 65536)
        line, self._buffer = self._buffer.split(b"\n", 1)
        return line.decode()

    def is_empty(self) -> bool:
        """Tell whether there is no line at the moment."""
        return not self._buffer and not select.select([self._descriptor], [], [], 0)[0]

    def close(self) -> None:
        """Give the pipe back."""
        os.close(self._descriptor)
