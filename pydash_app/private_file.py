"""Files with secrets: readable by their owner alone, and never half written."""

import contextlib
import os
import tempfile
from pathlib import Path


def read_or_create(path: Path, new_text: str) -> str:
    """Return the text of a file; create it with mode 600 and this ASCII text if it is missing.

    Several processes may call this at once: the file appears complete or not at all, and all of
    them return the text of the first one. A power failure leaves no empty file either, because the
    text is on the disk before the name is.
    """
    if not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _create(path, new_text)
    return path.read_text(encoding="ascii")


def _create(path: Path, text: str) -> None:
    descriptor, draft = tempfile.mkstemp(dir=path.parent)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    try:
        with contextlib.suppress(FileExistsError):
            path.hardlink_to(draft)
    finally:
        Path(draft).unlink()
    directory = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)
