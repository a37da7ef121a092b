"""Packing the database when it grows, on a real ZEO server."""

from functools import partial

import pytest
from persistent.mapping import PersistentMapping

import pydash_database
from pydash_app.fetcher import housekeeping
from pydash_database import database_root, transact


@pytest.mark.usefixtures("zeo_database")
def test_the_database_is_packed_when_it_has_doubled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(housekeeping, "MIN_GROWTH", 100_000)

    def store(times: int) -> int:
        """Store half a megabyte, which replaces what was stored before; return the size."""
        for number in range(times):
            large = PersistentMapping(content=bytes([number]) * 500_000)
            transact(partial(database_root().__setitem__, "large", large))
        return pydash_database.size()

    before = store(2)
    housekeeping.pack_if_grown()
    packed = pydash_database.size()
    assert packed < before - 400_000
    grown = store(1)
    housekeeping.pack_if_grown()
    assert pydash_database.size() >= grown > packed + 400_000
    store(2)
    housekeeping.pack_if_grown()
    assert pydash_database.size() < grown
    transact(lambda: database_root().pop("large"))
