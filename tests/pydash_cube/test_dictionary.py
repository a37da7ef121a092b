"""The codes of texts, against a plain dictionary."""

import random
from collections.abc import Iterator
from itertools import pairwise

import pytest
import ZODB
from hypothesis import given, settings
from hypothesis import strategies as st

from pydash_cube import text_index
from pydash_cube.dictionary import OVERFLOW, Dictionary

# Few of the texts occur more than once in a run, most are in several.
texts_strategy = st.lists(
    st.one_of(st.integers(0, 40).map(str), st.sampled_from(["", "é", "\ud800", "(other)"])),
    max_size=30,
)


@pytest.fixture(autouse=True, scope="module")
def small_blocks() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(text_index, "_BLOCK_SIZE", 4)
        yield


@settings(max_examples=200, deadline=None)
@given(st.lists(texts_strategy, max_size=12), st.integers(0, 45))
def test_texts_have_the_numbers_of_a_plain_dictionary(batches: list[list[str]], limit: int) -> None:
    dictionary, expected = Dictionary(), dict[str, int]()
    for texts in batches:
        for text in texts:
            if len(expected) < limit:
                expected.setdefault(text, len(expected))
        codes = [expected.get(text, OVERFLOW) for text in texts]
        assert dictionary.encode(texts, limit).tolist() == codes
        assert len(dictionary) == len(expected)
    every = dict.fromkeys(text for texts in batches for text in texts)
    assert dictionary.has_overflow == (len(every) > len(expected))
    assert list(dictionary.texts()) == dictionary.decode(range(len(expected))) == list(expected)
    for text in every:
        other = OVERFLOW if text == dictionary.overflow_name else None
        code = expected.get(text, other if dictionary.has_overflow else None)
        assert dictionary.code(text) == code
    assert dictionary.overflow_name not in expected


def test_an_index_has_few_runs() -> None:
    dictionary = Dictionary()
    for number in range(1_000):
        dictionary.encode([str(number)])
    assert dictionary.encode([str(number) for number in range(1_000)]).tolist() == [*range(1_000)]
    sizes = [sum(block.size for block in run) for run in dictionary._index.runs]
    assert sum(sizes) == 1_000
    assert all(larger > smaller for larger, smaller in pairwise(sizes))
    assert len(sizes) <= 10


def test_new_texts_rewrite_little_of_what_is_stored(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text_index, "_BLOCK_SIZE", 16_384)
    scattered = random.Random(1).sample(range(10**9), 20_500)
    names = [f"{number:010}".ljust(200, "x") for number in scattered]
    database = ZODB.DB(None)
    try:
        with database.transaction() as connection:
            connection.root.dictionary = Dictionary()
            connection.root.dictionary.encode(names[:20_000])
        before = _written(database)
        with database.transaction() as connection:
            connection.root.dictionary.encode(names[20_000:])
        # As much as the new names themselves: a tree of names would write a megabyte and a half.
        assert _written(database) - before < 200_000
    finally:
        database.close()


def _written(database: ZODB.DB) -> int:
    return sum(len(one.data) for each in database.storage.iterator() for one in each)
