"""Creates private files, which only their owner can read and which are never incomplete."""

import contextlib
import os
import tempfile
from pathlib import Path


def create(path: Path, content: str | bytes) -> None:
    """Create a file of mode 600, unless it exists.

    Several processes may call this at the same time. The file appears complete or not at all, and
    the first process wins. A power failure does not leave an empty file, because the content is on
    the disk before the name.

    :param path: its directory is created with mode 700 if it does not exist.
    :param content: the content; a string is encoded as UTF-8.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor, draft = tempfile.mkstemp(dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content.encode() if isinstance(content, str) else content)
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileExistsError):
            path.hardlink_to(draft)
    finally:
        Path(draft).unlink()
    sync(path.parent)


def sync(path: Path) -> None:
    """Wait until a file, or the names in a directory, are on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def read_or_create(path: Path, new_text: str) -> str:
    """Return the text of a file, which is created with mode 600 and this text if missing.

    :raises UnicodeDecodeError: the file is not UTF-8.
    """
    if not path.exists():
        create(path, new_text)
    return path.read_text(encoding="utf-8")
