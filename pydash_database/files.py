"""Opens the database file, unless it is damaged.

ZODB repairs a file on opening. It drops everything after the last complete transaction, and treats
an empty file as a new one. This is right after a crash in the middle of a commit. A file that was
damaged or truncated otherwise would lose committed data, or even become a new, empty installation.
"""

import os
from pathlib import Path
from pickle import UnpicklingError

from ZODB.FileStorage import FileStorage
from ZODB.FileStorage.FileStorage import CorruptedFileStorageError, packed_version, read_index
from ZODB.FileStorage.format import TRANS_HDR_LEN, CorruptedError
from ZODB.fsIndex import fsIndex
from ZODB.utils import oid_repr, u64

import pydash_files
from pydash_database.errors import DamagedDatabase, DamagedIndex

# The status of an unfinished transaction.
_UNFINISHED = b"c"
_STATUS = 16  # its position in the header of a transaction
_LENGTH = slice(8, 16)
# What loading a damaged index raises.
_UNREADABLE = (
    *(OSError, EOFError, UnpicklingError, AttributeError),
    *(ImportError, LookupError, TypeError, ValueError),
)


def open_file(path: Path, *, read_only: bool = False) -> FileStorage:
    """Open a database file, or create it if it does not exist.

    :param read_only: whether to change nothing; the file must exist, and may be in use.
    :raises DamagedDatabase: it cannot be read completely. It is left unchanged.
    :raises zc.lockfile.LockError: another process has opened it.
    """
    check_file(path)
    if not path.exists() and not read_only:
        # Created completely or not at all, so an empty file is never ours.
        pydash_files.create(path, packed_version)
    try:
        return FileStorage(str(path), read_only=read_only, pack_keep_old=False)
    except (CorruptedError, CorruptedFileStorageError) as error:
        raise DamagedDatabase(path, f"is damaged ({error})") from None


def check_file(path: Path, *, completely: bool = False) -> None:
    """Check that a file is missing, or that opening it drops an unfinished transaction at most.

    :param completely: whether to read all transactions; the file may be in use.
    :raises DamagedDatabase: it is damaged.
    """
    if not path.exists():
        if _indexed_size(path):
            raise DamagedDatabase(path, "is missing, but its index exists")
        return
    size = path.stat().st_size
    if size == 0:
        raise DamagedDatabase(path, "is empty")
    with path.open("rb") as file:
        if file.read(len(packed_version)) != packed_version:
            raise DamagedDatabase(path, "is damaged: it does not have the header of a database")
        if not completely and _is_complete(file.fileno(), size):
            return
        try:
            # The end of the last complete transaction, without the index of possibly another file.
            end, _, _ = read_index(file, str(path), fsIndex(), {}, read_only=True)
        except (CorruptedError, CorruptedFileStorageError) as error:
            raise DamagedDatabase(path, f"is damaged ({error})") from None
        header = os.pread(file.fileno(), TRANS_HDR_LEN, end)
    is_unfinished = header[_STATUS : _STATUS + 1] in (b"", _UNFINISHED)
    if size < _indexed_size(path) or not is_unfinished:
        raise DamagedDatabase(path, f"is damaged or truncated after byte {end} of {size}")


def check_index(path: Path) -> None:
    """Check that the index of a database file, if there is one, leads to its objects.

    :raises DamagedDatabase: it does not.
    """
    index_path = Path(f"{path}.index")
    if not path.exists() or not index_path.exists():
        return
    try:
        found = fsIndex.load(str(index_path))
    except _UNREADABLE as error:
        raise DamagedIndex(index_path, f"cannot be read ({error})") from None
    with path.open("rb") as file:
        for oid, position in found["index"].items():
            if os.pread(file.fileno(), 8, position) != oid:
                raise DamagedIndex(index_path, f"has a wrong position of object {oid_repr(oid)}")


def _is_complete(descriptor: int, size: int) -> bool:
    """Return whether a file ends with a committed transaction, whose length is at both ends."""
    length = os.pread(descriptor, 8, max(size - 8, 0))
    start = size - 8 - u64(length.rjust(8, b"\0"))
    if start < len(packed_version):
        return False
    header = os.pread(descriptor, TRANS_HDR_LEN, start)
    return header[_LENGTH] == length and header[_STATUS : _STATUS + 1] != _UNFINISHED


def _indexed_size(path: Path) -> int:
    """Return the size of the file when its index was stored; 0 if it has no index."""
    try:
        return int(fsIndex.load(f"{path}.index")["pos"])
    except _UNREADABLE:
        return 0
