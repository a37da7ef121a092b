"""What the API knows about each of its routes: enough to serve it and to document it."""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from flask import Response
from pydantic import BaseModel

from pydash_web.limits import Limit
from pydash_web.models.common import Body, Query


class Access(Enum):
    """Who may call a route."""

    PUBLIC = "anyone"
    READ = "a session, or an API token"
    WRITE = "a session, or an API token of scope write"
    ACCOUNT = "a session: what concerns the account itself is out of reach for API tokens"


@dataclass(frozen=True)
class Operation:
    """One route.

    :param name: its Flask endpoint and its operation id.
    :param function: the view, whose parameters are the URL's, and `body` and `query` if it
        takes these; their annotations are the models.
    :param errors: what further statuses than the usual ones mean.
    :param limit: how often it may be called.
    :param transactional: whether the whole view is one transaction; otherwise it makes its own.
    :param media_types: what it answers with, if not JSON.
    """

    method: str
    url: str
    access: Access
    function: Callable[..., BaseModel | Response]
    errors: Mapping[int, str]
    limit: Limit | None
    transactional: bool
    media_types: tuple[str, ...]

    @property
    def name(self) -> str:
        return self.function.__name__

    @property
    def body(self) -> type[Body] | None:
        return self._parameters.get("body")

    @property
    def query(self) -> type[Query] | None:
        return self._parameters.get("query")

    @property
    def path(self) -> list[str]:
        """The names of the URL's parameters."""
        return [name for name in self._parameters if name not in ("body", "query")]

    @property
    def answer(self) -> type[BaseModel]:
        return inspect.signature(self.function, eval_str=True).return_annotation

    @property
    def _parameters(self) -> dict[str, Any]:
        signature = inspect.signature(self.function, eval_str=True)
        return {name: given.annotation for name, given in signature.parameters.items()}
