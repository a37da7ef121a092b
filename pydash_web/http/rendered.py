"""Serializes responses, and caches those that are expensive to compute."""

import hashlib
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Generic, TypeVar

from pydantic import BaseModel

from pydash_cube.cache import Cache

Model = TypeVar("Model", bound=BaseModel)

CAPACITY = 32 * 1024**2
# The approximate size of a key and of the objects around a body.
_OVERHEAD = 2_000


@dataclass(frozen=True)
class Rendered(Generic[Model]):
    """A response model, serialized as JSON or in another format.

    :ivar body: the JSON, for instance.
    :ivar headers: additional headers of the response.
    """

    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    media_type: str = "application/json"

    @classmethod
    def of(cls, model: Model, headers: Mapping[str, str] | None = None) -> "Rendered[Model]":
        """Serialize a model."""
        return cls(model.model_dump_json(by_alias=True).encode(), headers or {})

    @cached_property
    def tag(self) -> str:
        """A hash that identifies the response."""
        digest = hashlib.blake2b(self.body, digest_size=16)
        digest.update(repr(sorted(self.headers.items())).encode())
        return digest.hexdigest()


@dataclass(frozen=True)
class Computed(Generic[Model]):
    """A response that is expensive to build and therefore cached.

    Whoever returns it has checked that the user has access to it.

    :ivar key: everything that the response depends on; None if it must not be cached.
    :ivar build: the function that builds it.
    """

    key: Hashable
    build: Callable[[], Rendered[Model]]


def _size(rendered: Rendered[Any]) -> int:
    return len(rendered.body) + _OVERHEAD


kept: Cache[Rendered[Any]] = Cache(CAPACITY, _size)


def built(key: Hashable, build: Callable[[], Rendered[Any]]) -> Rendered[Any]:
    """Return the cached response for a key, or build and cache it.

    :param key: None if it must not be cached.
    """
    return build() if key is None else kept.get(key, build)
