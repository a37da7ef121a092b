"""Fixtures of the cube's tests."""

from collections.abc import Iterator

import pytest

from pydash_cube import chunk, cube, digest, fold, lattice, month, selection, span, stored_table


@pytest.fixture(scope="module")
def small_tables() -> Iterator[None]:
    """Shrink all limits, so that a few hundred calls use every part of the cube."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cube, "RECENT_SIZE", 8)
        patch.setattr(month, "SPLIT_SIZE", 40)
        for module in (digest, lattice):
            patch.setattr(module, "LIMIT", 3)
        patch.setattr(digest, "_BODY", 2)
        patch.setattr(digest, "_TAIL", 2)
        patch.setattr(span, "_MIN_CALLS", 4)
        patch.setattr(span, "_PORTION", 10)
        patch.setattr(chunk, "BLOCK_SIZE", 6)
        patch.setattr(chunk, "_ONE_PAGE", 4)
        patch.setattr(stored_table, "_TINY", 3)
        patch.setattr(stored_table.StoredTable, "_full_size", 100)
        patch.setattr(fold, "STEP_ROWS", 20)
        yield


@pytest.fixture(scope="module")
def kept_cells() -> Iterator[None]:
    """Keep all cells that queries merge from days that are over."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(selection, "_WORTH_KEEPING", 1)
        patch.setattr(selection, "_WORTH", 0)
        yield
