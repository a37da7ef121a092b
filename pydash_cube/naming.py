"""Gives endpoints the names under which a query counts them.

An app may have thousands of endpoints that mean the same, because it makes up their names. Patterns
merge them. A name is given when a query is computed, and nothing that is stored depends on it: it
also holds for past calls, and a pattern can be taken back.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from pydash_cube.cache import Cache
from pydash_cube.dictionary import OVERFLOW, Dictionary
from pydash_cube.table import Array, Ints
from pydash_cube.version import version_of
from pydash_cube.vocabulary import EndpointNaming

# Stands for any text in a pattern. There is nothing else that could make a search slow.
WILDCARD = "*"


def matches(pattern: str, name: str) -> bool:
    """Return whether a pattern matches a whole name, in a time proportional to its length.

    >>> [matches("download_*", name) for name in ("download_7", "download_", "my.download_7")]
    [True, True, False]
    >>> matches("*.export*csv", "shop.export_2.csv"), matches("a*a", "a")
    (True, False)
    """
    start, *parts = pattern.split(WILDCARD)
    if not parts:
        return name == pattern
    end = parts.pop()
    if not name.startswith(start):
        return False
    place = len(start)
    for part in parts:
        found = name.find(part, place)
        if found < 0:
            return False
        place = found + len(part)
    return place + len(end) <= len(name) and name.endswith(end)


def pattern_of(name: str, patterns: Sequence[str]) -> str | None:
    """Return the first pattern that matches a name, which is then called like it; None if none."""
    return next((pattern for pattern in patterns if matches(pattern, name)), None)


def blueprint_of(name: str) -> str:
    """Return the blueprint of an endpoint; empty if it belongs to none.

    >>> blueprint_of("shop.cart.add"), blueprint_of("health")
    ('shop.cart', '')
    """
    return name.rpartition(".")[0]


@dataclass(frozen=True)
class EndpointNames:
    """The endpoints of a cube by the name that they are given.

    :ivar lookup: for each code, the lowest code of the same name. It never changes, because new
        endpoints get higher codes.
    :ivar given: the given names, by the lowest code; other endpoints keep their own.
    :ivar rest: what OVERFLOW is looked up as.

    >>> names = EndpointNames(np.array([0, 1, 0]), {0: "get_*"}, rest=1)
    >>> names.of(np.array([2, 1, OVERFLOW]))
    array([0, 1, 1])
    >>> names.members(np.array([0])), names.members(np.array([1]))
    (array([0, 2]), array([         1, 2147483647]))
    """

    lookup: Ints
    given: Mapping[int, str]
    rest: int = OVERFLOW

    def of(self, codes: Array) -> Ints:
        """Return the lowest code of the same name for each code."""
        is_known = codes < len(self.lookup)
        found = np.full(len(codes), self.rest)
        found[is_known] = self.lookup[codes[is_known]]
        return found

    def members(self, codes: Ints) -> Ints:
        """Return all codes with the names of these codes, ascending."""
        found = np.flatnonzero(np.isin(self.lookup, codes))
        return np.append(found, OVERFLOW) if self.rest in codes else found

    def code(self, name: str) -> int | None:
        """Return the lowest code of a given name; None if no endpoint has it."""
        return next((code for code, given in self.given.items() if given == name), None)

    @property
    def nbytes(self) -> int:
        """The memory that it takes, about, in bytes."""
        return 1_000 + self.lookup.nbytes + sum(100 + len(name) for name in self.given.values())


def endpoint_names(
    dictionary: Dictionary, patterns: tuple[str, ...], naming: EndpointNaming
) -> EndpointNames:
    """Return the names of all endpoints.

    :param dictionary: the endpoints and their codes.
    :param patterns: see `Query.patterns`.
    :param naming: how endpoints are named; not by their own names.
    """
    version = version_of(dictionary)
    if version is None:
        return _named(dictionary, patterns, naming)
    key = (version, patterns, naming)
    return _names.get(key, lambda: _named(dictionary, patterns, naming))


def members(dictionary: Dictionary, patterns: tuple[str, ...]) -> dict[str, list[str]]:
    """Return the names of the endpoints that each pattern merges, sorted."""
    names = endpoint_names(dictionary, patterns, EndpointNaming.MERGED)
    found: dict[str, list[str]] = {pattern: [] for pattern in patterns}
    for lowest, pattern in names.given.items():
        found[pattern] = sorted(dictionary.decode(names.members(np.array([lowest]))))
    return found


def _named(
    dictionary: Dictionary, patterns: tuple[str, ...], naming: EndpointNaming
) -> EndpointNames:
    lookup, lowest = np.arange(len(dictionary)), dict[str, int]()
    for code, own in enumerate(dictionary.texts()):
        name = pattern_of(own, patterns)
        if naming is EndpointNaming.BLUEPRINT:
            name = blueprint_of(own if name is None else name)
        if name is not None:
            lookup[code] = lowest.setdefault(name, code)
    given = {code: name for name, code in lowest.items()}
    if naming is not EndpointNaming.BLUEPRINT:
        return EndpointNames(lookup, given)
    # Endpoints beyond the limit, whose names are not stored, count as being outside of blueprints.
    rest = lowest.get("", OVERFLOW)
    return EndpointNames(lookup, {**given, rest: ""}, rest)


# Endpoints are only ever added, which changes the version of their dictionary.
_names: Cache[EndpointNames] = Cache(16 * 1024 * 1024, lambda names: names.nbytes)
