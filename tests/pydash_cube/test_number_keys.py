"""`number_keys` agrees with sorting tuples in plain Python."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from pydash_cube.table import Array, number_keys

# Ranges and types of keys; a combination of two of the last does not fit into 64 bits.
KINDS = [(0, 255, np.uint8), (-5, 5, np.int64), (0, 2**40, np.int64)]


@st.composite
def key_columns(draw: st.DrawFn) -> list[Array]:
    rows = draw(st.integers(0, 30))
    columns = []
    for low, high, kind in draw(st.lists(st.sampled_from(KINDS), min_size=1, max_size=5)):
        keys = st.lists(st.integers(low, high), min_size=rows, max_size=rows)
        columns.append(np.array(draw(keys), dtype=kind))
    return columns


@given(key_columns())
def test_combinations_are_numbered_in_order(columns: list[Array]) -> None:
    rows = list(zip(*(column.tolist() for column in columns), strict=True))
    expected = sorted(set(rows))
    numbers, found = number_keys(columns)
    assert list(zip(*(column.tolist() for column in found), strict=True)) == expected
    assert [expected[number] for number in numbers.tolist()] == rows
