"""The cache: what fits is kept, the most recently used longest."""

import threading
from functools import partial

from pydash_cube.cache import Cache


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
    assert cache._size == sum(map(len, cache._entries.values())) <= 1_000
