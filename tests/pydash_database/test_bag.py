"""Transactions that change a bag at the same time do not conflict."""

from pathlib import Path
from typing import Any

import pytest
from transaction import TransactionManager
from ZODB.DB import DB
from ZODB.FileStorage import FileStorage

from pydash_database.bag import Bag


@pytest.fixture
def bags(tmp_path: Path) -> Any:
    """A bag with two entries, as two transactions see it."""
    database = DB(FileStorage(str(tmp_path / "bag.fs")))
    connections = [database.open(TransactionManager()) for _ in range(2)]
    bag = connections[0].root()["bag"] = Bag()
    bag.add(b"1", b"one")
    bag.add(b"2", b"two")
    connections[0].transaction_manager.commit()
    connections[1].transaction_manager.begin()
    yield [connection.root()["bag"] for connection in connections]
    for connection in connections:
        connection.transaction_manager.abort()
        connection.close()
    database.close()


def commit_both(bags: list[Bag]) -> set[bytes]:
    """Commit the changes of both transactions; return the entries as a third one sees them."""
    for bag in bags:
        bag._p_jar.transaction_manager.commit()
    bags[0]._p_jar.transaction_manager.begin()
    return set(bags[0].entries.values())


def test_both_add(bags: list[Bag]) -> None:
    bags[0].add(b"3", b"three")
    bags[1].add(b"4", b"four")
    assert commit_both(bags) == {b"one", b"two", b"three", b"four"}


@pytest.mark.parametrize("first", [0, 1])
def test_one_adds_and_one_removes(bags: list[Bag], first: int) -> None:
    bags[first].add(b"3", b"three")
    bags[1 - first].remove([b"1", b"unknown"])
    assert commit_both(bags) == {b"two", b"three"}


def test_both_remove(bags: list[Bag]) -> None:
    bags[0].remove([b"1"])
    bags[1].remove([b"1", b"2"])
    bags[1].add(b"3", b"three")
    assert commit_both(bags) == {b"three"}
