"""What the API knows about each of its routes: enough to serve it and to document it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, get_type_hints

from flask import Response
from pydantic import BaseModel

from pydash_web.http.limits import Limit
from pydash_web.http.session import Access
from pydash_web.models.common import Body, Query


@dataclass(frozen=True)
class Operation:
    """One route.

    :param function: the view, whose parameters are the URL's, and `body` and `query` if it
        takes these; their annotations are the models.
    :param errors: what further statuses than the usual ones mean, or the model of their answer.
    :param limit: how often it may be called.
    :param transactional: whether the whole view is one transaction; otherwise it makes its own.
    :param waits: tells of the body of a request whether that may wait long for others, for a
        user's server or a slow reader; without it, none does. Only who is signed in may wait.
    :param streams: what it answers with, if not one model's JSON: the model of each media type
        that is JSON after all.
    """

    method: str
    url: str
    access: Access
    function: Callable[..., BaseModel | Response]
    errors: Mapping[int, str | type[BaseModel]]
    limit: Limit | None
    transactional: bool
    waits: Callable[[Any], bool] | None
    streams: Mapping[str, type[BaseModel] | None]

    @property
    def name(self) -> str:
        """Its operation id, and its Flask endpoint."""
        return self.function.__name__

    @cached_property
    def body(self) -> type[Body] | None:
        """The model of its JSON body."""
        return self._hints.get("body")

    @cached_property
    def query(self) -> type[Query] | None:
        """The model of its query string."""
        return self._hints.get("query")

    @cached_property
    def path(self) -> list[str]:
        """The names of the URL's parameters."""
        return [name for name in self._hints if name not in ("body", "query", "return")]

    @cached_property
    def answers(self) -> dict[str, type[BaseModel] | None]:
        """The media types of its answer with their models, if they have one."""
        answer = self._hints["return"]
        if issubclass(answer, BaseModel):
            return {"application/json": answer}
        return dict(self.streams)

    @cached_property
    def _hints(self) -> dict[str, Any]:
        return get_type_hints(self.function)
