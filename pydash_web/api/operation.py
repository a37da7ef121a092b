"""The definition of a route, from which it is served and documented."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, get_args, get_origin, get_type_hints

from flask import Response
from pydantic import BaseModel

from pydash_web.http.limits import Limit
from pydash_web.http.rendered import Computed, Rendered
from pydash_web.http.session import Access
from pydash_web.models.common import Body, Query


@dataclass(frozen=True)
class Operation:
    """One route.

    :param url: its URL rule below `/api`.
    :param controller: the function to call. Its parameters are those of the URL, plus `body` and
        `query` if the route accepts them. Their annotations are the models.
    :param name: the operation ID and the name of the Flask endpoint.
    :param errors: the description of each additional error status, or the model of its response.
    :param limit: its rate limit.
    :param transactional: whether the controller runs in one transaction or begins its own.
    :param waits: whether a request with this body may wait for a user's server or a slow reader.
        The number of such requests is limited. None: no request waits.
    :param streams: the media types that are not declared by the type of what the controller
        returns, each with its model if it is JSON.
    """

    method: str
    url: str
    controller: Callable[..., BaseModel | Rendered[Any] | Computed[Any] | Response]
    access: Access
    name: str
    errors: Mapping[int, str | type[BaseModel]]
    limit: Limit | None
    transactional: bool
    waits: Callable[[Any], bool] | None
    streams: Mapping[str, type[BaseModel] | None]

    @cached_property
    def body(self) -> type[Body] | None:
        """The model of the JSON body."""
        return self._hints.get("body")

    @cached_property
    def query(self) -> type[Query] | None:
        """The model of the query string."""
        return self._hints.get("query")

    @cached_property
    def path(self) -> list[str]:
        """The names of the URL's parameters."""
        return re.findall(r"<(?:\w+:)?(\w+)>", self.url)

    @cached_property
    def responses(self) -> dict[str, type[BaseModel] | None]:
        """The media types of a successful response, each with its model if it is JSON."""
        returned = self._hints["return"]
        if get_origin(returned) in (Rendered, Computed):
            (returned,) = get_args(returned)
        if issubclass(returned, BaseModel):
            return {"application/json": returned, **self.streams}
        return dict(self.streams)

    @cached_property
    def queries(self) -> bool:
        """Whether it queries statistics; such requests are limited in number and time."""
        return get_origin(self._hints["return"]) is Computed

    @cached_property
    def is_revalidated(self) -> bool:
        """Whether clients may keep responses, and then ask whether they have changed.

        What belongs to the account itself is never kept.
        """
        return self.method == "GET" and self.url.startswith("/dashboards")

    @cached_property
    def _hints(self) -> dict[str, Any]:
        return get_type_hints(self.controller)
