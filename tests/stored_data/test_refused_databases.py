"""A database that cannot be read is refused before anything in it is changed."""

import io
import pickletools
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from persistent import Persistent
from transaction import TransactionManager
from ZODB.Connection import TransactionMetaData
from ZODB.DB import DB
from ZODB.FileStorage import FileStorage

import pydash_database
from pydash_app.migrations import MIGRATIONS, RENAMED_CLASSES
from pydash_database import IncompatibleDatabase, database_root, transact
from pydash_database.stored_classes import class_factory
from tests.stored_data.support import VERSIONS, configure, unpack

# Neither has the present schema, so both would be migrated.
OUTDATED = ["eaca35f", "7341318"]


@pytest.fixture(params=OUTDATED)
def path(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Path]:
    """The path of an old database."""
    yield unpack(request.param, tmp_path)
    pydash_database.close()


def change_without_migration(path: Path, change: Callable[[Any], None]) -> None:
    """Change a database as a program other than this PyDash could have done."""
    database = DB(FileStorage(str(path)), class_factory=class_factory(RENAMED_CLASSES))
    manager = TransactionManager()
    change(database.open(manager).root())
    manager.commit()
    database.close()


def find_shop(root: Any) -> Any:
    return next(dashboard for dashboard in root["dashboards"] if dashboard.name == "Shop")


def first_page(root: Any) -> Any:
    return find_shop(root).aggregator_group.cube._recent.chunks[0].blocks[0].pages["time"].page


def have_newer_schema(root: Any) -> None:
    root["schema_version"] = len(MIGRATIONS) + 1


def have_newer_class(root: Any) -> None:
    # Deep inside, where only a check of every object finds it.
    unknown = type("Unknown", (Persistent,), {"__module__": "pydash_app.newer"})
    sys.modules["pydash_app.newer"] = module = ModuleType("pydash_app.newer")
    vars(module)["Unknown"] = unknown
    find_shop(root).endpoints["index"].extra = [unknown()]


def have_newer_format(root: Any) -> None:
    page = first_page(root)
    page.frame = page.frame.replace(b"PyDash\x01", b"PyDash\x63", 1)


def have_damaged_columns(root: Any) -> None:
    first_page(root).frame = b"PyD"


def have_damaged_object(root: Any) -> None:
    find_shop(root).retention = Damaged()


class Damaged:
    """Cannot be unpickled."""

    def __reduce__(self) -> tuple[Any, ...]:
        return int, ("not a number",)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (have_newer_schema, f"has schema {len(MIGRATIONS) + 1}, but this PyDash knows only"),
        (have_newer_class, "the class pydash_app.newer.Unknown, which this PyDash does not have"),
        (have_newer_format, "have format 99, but this PyDash knows only formats up to"),
        (have_damaged_columns, "Stored columns are damaged"),
        (have_damaged_object, "invalid literal for int"),
    ],
)
def test_nothing_is_changed(path: Path, change: Callable[[Any], None], message: str) -> None:
    change_without_migration(path, change)
    sys.modules.pop("pydash_app.newer", None)
    stored = path.read_bytes()
    configure(path)
    for _ in range(2):
        with pytest.raises(IncompatibleDatabase, match=message) as error:
            transact(database_root)
        assert "\n" not in str(error.value)
        assert "Use the newer PyDash that wrote it, or restore a backup." in str(error.value)
    pydash_database.close()
    assert path.read_bytes() == stored


def test_a_missing_object_is_reported(path: Path) -> None:
    storage = FileStorage(str(path))
    database = DB(storage, class_factory=class_factory(RENAMED_CLASSES))
    page = first_page(database.open(TransactionManager()).root())
    page._p_activate()
    transaction = TransactionMetaData()
    storage.tpc_begin(transaction)
    storage.deleteObject(page._p_oid, page._p_serial, transaction)
    storage.tpc_vote(transaction)
    storage.tpc_finish(transaction)
    database.close()
    stored = path.read_bytes()
    configure(path)
    with pytest.raises(IncompatibleDatabase, match=r"object 0x\w+ is missing"):
        transact(database_root)
    pydash_database.close()
    assert path.read_bytes() == stored


def test_deleted_objects_are_not_checked(path: Path) -> None:
    """Deleted objects stay in the file until it is packed; their classes may be gone by then."""
    change_without_migration(path, have_newer_class)
    change_without_migration(
        path, lambda root: delattr(find_shop(root).endpoints["index"], "extra")
    )
    sys.modules.pop("pydash_app.newer", None)
    configure(path)
    assert transact(lambda: database_root()["schema_version"]) == len(MIGRATIONS)


@pytest.mark.parametrize("version", VERSIONS)
def test_every_stored_class_has_a_present_name(version: str, tmp_path: Path) -> None:
    """Fails when a class is moved or renamed without an entry in `RENAMED_CLASSES`."""
    find = class_factory(RENAMED_CLASSES)
    names = set(stored_globals(unpack(version, tmp_path)))
    assert "pydash_app.user.entity User" in names
    for name in names:
        find(None, *name.split(" "))


def test_every_former_name_leads_to_a_class() -> None:
    find = class_factory(RENAMED_CLASSES)
    for name in RENAMED_CLASSES:
        module, _, class_name = name.rpartition(".")
        assert isinstance(find(None, module, class_name), type)


def stored_globals(path: Path) -> Iterator[str]:
    """Return the `module name` of every global in the pickles of a database."""
    storage = FileStorage(str(path), read_only=True)
    for transaction in storage.iterator():
        for record in transaction:
            # The class and the state of an object are two pickles.
            pickles = io.BytesIO(record.data)
            for operation, argument, _ in (
                *pickletools.genops(pickles),
                *pickletools.genops(pickles),
            ):
                if operation.name == "GLOBAL":
                    yield str(argument)
    storage.close()
