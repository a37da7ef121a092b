"""Objects are found again after their class was moved, in records and in references to them."""

import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import pytest
from BTrees.OOBTree import OOBTree
from persistent import Persistent

import pydash_database
from pydash_database import UnknownClass, connections, database_root, transact


class Person(Persistent):
    """A persistent class where it is today."""

    def __init__(self, name: str, town: "Town") -> None:
        self.name = name
        self.town = town


@dataclass(frozen=True)
class Town:
    """A class whose objects are stored within others."""

    name: str


TOWN_NAME = f"{__name__}.Town"
RENAMED = {"old_home.Human": f"{__name__}.Person", "old_home.Place": TOWN_NAME}


@pytest.fixture(params=["file", "zeo"])
def old_uri(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database with a person and a town, written when both classes were elsewhere."""
    uri = f"file://{tmp_path}/old.fs"
    if request.param == "zeo":
        uri = request.getfixturevalue("own_zeo_server").uri
    human = type("Human", (Person,), {"__module__": "old_home"})
    place = type("Place", (Town,), {"__module__": "old_home"})
    sys.modules["old_home"] = module = ModuleType("old_home")
    vars(module).update(Human=human, Place=place)
    alice = human("Alice", place("Groningen"))
    pydash_database.configure(uri)
    transact(lambda: database_root().update(people=OOBTree({"Alice": alice}), owner=alice))
    pydash_database.close()
    del sys.modules["old_home"]
    yield uri
    pydash_database.close()


def read() -> tuple[type, str, str]:
    alice = database_root()["people"]["Alice"]
    return type(alice), alice.name, alice.town.name


EXPECTED = (Person, "Alice", "Groningen")


def rename_in_database(name: str) -> None:
    database_root()["people"]["Alice"].name = name


def test_objects_of_a_moved_class_are_read(old_uri: str) -> None:
    pydash_database.configure(old_uri, (), RENAMED)
    assert transact(read) == EXPECTED


def test_a_changed_object_is_stored_under_its_present_name(old_uri: str) -> None:
    pydash_database.configure(old_uri, (), RENAMED)
    transact(lambda: rename_in_database("Bob"))
    transact(lambda: rename_in_database("Alice"))
    # Only the references in the tree and in the root are under the former name now.
    pydash_database.configure(old_uri, (), RENAMED)
    assert transact(read) == EXPECTED
    alice = transact(lambda: database_root()["owner"])
    record, _ = alice._p_jar.db().storage.loadBefore(alice._p_oid, b"\x7f" + b"\xff" * 7)[:2]
    assert b"old_home" not in record


@pytest.mark.parametrize("old_uri", ["zeo"], indirect=True)
def test_a_forked_process_knows_moved_classes_too(old_uri: str) -> None:
    pydash_database.configure(old_uri, (), RENAMED)
    child = os.fork()
    if child == 0:
        try:
            os._exit(0 if transact(read) == EXPECTED else 1)
        finally:
            os._exit(2)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def test_conflicting_changes_are_merged_under_the_former_name(old_uri: str) -> None:
    # Conflicts are resolved without the table, on a server by a process that lacks the class.
    pydash_database.configure(old_uri, (), RENAMED)
    elsewhere = connections.Session(connections._configured().open())

    def change_and_be_overtaken() -> None:
        database_root()["people"]["Bob"] = Person("Bob", Town("Assen"))
        if elsewhere.connection.root()["people"].get("Charlie") is None:
            elsewhere.connection.root()["people"]["Charlie"] = Person("Charlie", Town("Assen"))
            elsewhere.manager.commit()

    transact(change_and_be_overtaken, attempts=1)
    pydash_database.configure(old_uri, (), RENAMED)
    assert transact(read) == EXPECTED
    assert transact(lambda: list(database_root()["people"])) == ["Alice", "Bob", "Charlie"]


@pytest.mark.parametrize(
    ("renamed", "missing"),
    [
        ({}, "old_home.Human"),
        ({"old_home.Place": TOWN_NAME}, "old_home.Human"),
        ({"old_home.Human": f"{__name__}.Person"}, "old_home.Place"),
        ({**RENAMED, "old_home.Place": f"{__name__}.Nowhere"}, "old_home.Place"),
    ],
)
def test_an_unknown_class_is_refused_by_name(
    old_uri: str, renamed: dict[str, str], missing: str
) -> None:
    pydash_database.configure(old_uri, (), renamed)
    with pytest.raises(UnknownClass, match=f"class {missing}, which this PyDash does not have"):
        transact(read)
