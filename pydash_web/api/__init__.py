"""The blueprint of the API, and the decorators that turn controllers into routes.

A controller takes the parameters of the URL, and `body` and `query`, annotated with the models that
validate them. It returns a model. `url_for` takes the name of a route with the prefix `pydash_web.`
"""

from collections.abc import Callable, Mapping
from functools import partial
from inspect import Parameter, Signature
from typing import Any

from flask import Blueprint, Flask, Response
from pydantic import BaseModel
from werkzeug.routing import BaseConverter

from pydash_web.api import handling
from pydash_web.api.operation import Operation
from pydash_web.http.limits import Limit
from pydash_web.http.rendered import Computed, Rendered
from pydash_web.http.session import Access

api = Blueprint("pydash_web", __name__, url_prefix="/api")
OPERATIONS: list[Operation] = []


class DashboardId(BaseConverter):
    """A dashboard id in a URL, which excludes `/dashboards/register` and `/dashboards/probe`.

    Without it, GET /dashboards/register would be a 400 (invalid id) instead of a 405.
    """

    regex = "(?!(?:probe|register)$)[^/]+"


Controller = Callable[..., BaseModel | Rendered[Any] | Computed[Any] | Response]


def route(
    method: str,
    url: str,
    controller: Controller,
    access: Access,
    *,
    name: str | None = None,
    errors: Mapping[int, str | type[BaseModel]] | None = None,
    limit: Limit | None = None,
    transactional: bool = True,
    waits: Callable[[Any], bool] | None = None,
    streams: Mapping[str, type[BaseModel] | None] | None = None,
) -> Callable[..., Response]:
    """Declare a route and return its view, which takes the parameters of the URL.

    The parameters are those of `Operation`.

    :param name: the name of the operation; by default that of the controller.
    """
    name = name or controller.__name__
    operation = Operation(
        *(method, url, controller, access, name),
        *(errors or {}, limit, transactional, waits, streams or {}),
    )

    def view(*positional: str, **named: str) -> Response:
        return handling.handle(
            operation, dict(zip(operation.path, positional, strict=False)) | named
        )

    view.__name__ = name
    view.__doc__ = controller.__doc__
    view.__signature__ = Signature(  # type: ignore[attr-defined]
        [Parameter(parameter, Parameter.POSITIONAL_OR_KEYWORD) for parameter in operation.path]
    )
    OPERATIONS.append(operation)
    api.add_url_rule(url, name, view, methods=[method])
    return view


def install(app: Flask) -> None:
    """Add the declared routes to the app."""
    app.url_map.converters["dashboard"] = DashboardId
    app.register_blueprint(api)


get = partial(route, "GET")
post = partial(route, "POST")
