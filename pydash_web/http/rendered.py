"""Responses as JSON, and those that are kept to be sent again."""

import hashlib
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Generic, TypeVar

from pydantic import BaseModel

from pydash_cube.cache import Cache

Model = TypeVar("Model", bound=BaseModel)

CAPACITY = 32 * 1024**2
# What a key and the objects around a body take, about.
_OVERHEAD = 2_000


@dataclass(frozen=True)
class Rendered(Generic[Model]):
    """A model as JSON.

    :ivar body: the JSON.
    :ivar headers: what the response says besides.
    """

    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, model: Model, headers: Mapping[str, str] | None = None) -> "Rendered[Model]":
        """Return a model as JSON."""
        return cls(model.model_dump_json(by_alias=True).encode(), headers or {})

    @cached_property
    def tag(self) -> str:
        """The same for equal responses only."""
        digest = hashlib.blake2b(self.body, digest_size=16)
        digest.update(repr(sorted(self.headers.items())).encode())
        return digest.hexdigest()


@dataclass(frozen=True)
class Computed(Generic[Model]):
    """A response that takes time to build, and is therefore kept.

    Whoever returns it has checked that the user may see it.

    :ivar key: all that the response depends on; None if it is not to be kept.
    :ivar build: builds it.
    """

    key: Hashable
    build: Callable[[], Rendered[Model]]


def _size(rendered: Rendered[Any]) -> int:
    return len(rendered.body) + _OVERHEAD


kept: Cache[Rendered[Any]] = Cache(CAPACITY, _size)


def built(key: Hashable, build: Callable[[], Rendered[Any]]) -> Rendered[Any]:
    """Return the response that is kept under a key; build it if there is none.

    :param key: None if it is not to be kept.
    """
    return build() if key is None else kept.get(key, build)
