"""The faults of the bookshop, which its pages raise when they fail."""

import random
from collections.abc import Callable

from pydash_demo.behaviour import OLD_VERSION

# The copies of each book, by its ISBN; one of those that the shop sells is missing.
STOCK = {"978-0-13-468599-1": 3, "978-0-201-83595-3": 0, "978-1-4493-4037-7": 11}


class PaymentDeclinedError(Exception):
    """The bank does not pay for an order."""


def fail(endpoint: str, version: str, rng: random.Random) -> None:
    """Raise what a page of this version fails with.

    :param endpoint: the name of the page.
    """
    order = rng.randrange(1_000, 99_999)
    FAULTS[endpoint](order, version, rng)


def check_out(order: int, _version: str, rng: random.Random) -> None:
    """Let a customer pay."""
    if rng.random() < 0.3:
        connect_to_bank(order, rng.uniform(5, 30))
    charge(order, rng.randrange(900, 20_000) / 100)


def charge(order: int, euros: float) -> None:
    """Take the money for an order."""
    raise PaymentDeclinedError(f"The bank declined order {order}: {euros:.2f} EUR")


def connect_to_bank(order: int, seconds: float) -> None:
    """Connect to the bank."""
    raise TimeoutError(f"No response from the bank after {seconds:.1f} s (order {order})")


def count_copies(order: int, version: str, rng: random.Random) -> None:
    """Return the stock of a book."""
    if version == OLD_VERSION:
        raise ConnectionError(f"Lost connection {order} to the warehouse")
    isbn = f"978-3-{rng.randrange(10_000, 99_999)}-{rng.randrange(100, 999)}-0"
    STOCK[isbn] -= 1


def rate(_order: int, _version: str, _rng: random.Random) -> None:
    """Return the rating of a book that nobody has reviewed."""
    average([])


def average(stars: list[int]) -> float:
    """Return the average of some ratings."""
    return sum(stars) / len(stars)


def read_cover(order: int, _version: str, _rng: random.Random) -> None:
    """Return the picture of a book, whose folder the latest version looks for elsewhere."""
    raise FileNotFoundError(f"No picture covers/{order}.webp")


FAULTS: dict[str, Callable[[int, str, random.Random], None]] = {
    "checkout": check_out,
    "stock": count_copies,
    "reviews": rate,
    "cover": read_cover,
}
"""What each page does that fails, by its endpoint."""
