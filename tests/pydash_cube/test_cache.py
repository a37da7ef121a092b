"""The cache: what fits is kept, the most recently used longest, until nobody asks for it."""

import threading
import tracemalloc
from functools import partial

import numpy as np
import pytest

from pydash_cube import encoding
from pydash_cube.cache import IDLE_SECONDS, Cache, Columns, column_cache


def test_the_least_recently_used_value_is_evicted() -> None:
    cache: Cache[bytes] = Cache(10, len)
    for key in "abc":
        cache.store(key, b"1234"[:3])
    assert cache.find("a") == b"123"
    cache.store("d", b"123")
    assert [cache.find(key) for key in "abcd"] == [b"123", None, b"123", b"123"]


def test_a_value_larger_than_the_cache_displaces_nothing() -> None:
    cache: Cache[bytes] = Cache(10, len)
    cache.store("a", b"1")
    assert cache.get("b", lambda: bytes(11)) == bytes(11)
    assert (cache.find("a"), cache.find("b")) == (b"1", None)


def test_a_lower_limit_holds_from_the_next_value_on() -> None:
    cache: Cache[bytes] = Cache(10, len)
    for key in "abcd":
        cache.store(key, b"12")
    cache.limit(4)
    cache.store("e", b"12")
    assert [cache.find(key) for key in "abcde"] == [None, None, None, b"12", b"12"]


def test_the_limit_holds_among_threads() -> None:
    cache: Cache[bytes] = Cache(1_000, len)
    sizes = []

    def work(seed: int) -> None:
        for number in range(2_000):
            size = (seed * number) % 97
            assert len(cache.get((seed % 3, size), partial(bytes, size))) == size
            sizes.append(cache._size)

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(1, 9)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(sizes) == 8 * 2_000
    assert max(sizes) <= 1_000 + 97
    assert cache._size == sum(len(value) for _, value in cache._entries.values()) <= 1_000


def test_a_value_that_nobody_asks_for_is_dropped() -> None:
    now = 0.0
    cache: Cache[bytes] = Cache(10, len, lambda: now)
    cache.store("a", b"1")
    cache.store("b", b"2")
    now = IDLE_SECONDS
    assert cache.find("a") == b"1"
    now += 1
    cache.store("c", b"3")
    assert [cache.find(key) for key in "abc"] == [b"1", None, b"3"]
    # Also when what is stored then is not kept.
    now += IDLE_SECONDS + 1
    cache.store("d", bytes(11))
    assert [*cache._entries] == []
    assert cache._size == 0


@pytest.mark.parametrize("rows", [20, 2_000])
def test_the_memory_of_decoded_columns_is_about_what_they_count(rows: int) -> None:
    numbers = np.arange(rows)
    small = dict.fromkeys(("endpoint", "version", "ip", "group_by", "status"), numbers % 7)
    frames = [encoding.encode({**small, "time": numbers + page}) for page in range(200)]
    cache: Cache[Columns] = Cache(column_cache._capacity, column_cache._size_of)
    encoding.decode(frames[0])
    tracemalloc.start()
    try:
        for number, frame in enumerate(frames):
            cache.store(number, encoding.decode(frame))
        memory = tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()
    assert 0.8 * memory < cache._size < 1.25 * memory
