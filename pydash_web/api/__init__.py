"""The blueprint of the API, and how a function becomes one of its routes.

A route is declared by the function that answers it: its parameters are those of the URL, and
`body` and `query`, annotated with the models that validate them; its answer is a model too.
"""

from collections.abc import Callable, Mapping
from functools import partial, wraps
from typing import Any

from flask import Blueprint, Flask, Response
from pydantic import BaseModel
from werkzeug.routing import BaseConverter

from pydash_web.api import handling
from pydash_web.api.operation import Operation
from pydash_web.http.limits import Limit
from pydash_web.http.session import Access

api = Blueprint("pydash_web", __name__, url_prefix="/api")
OPERATIONS: list[Operation] = []


class NoAction(BaseConverter):
    """An id that stands where an action may stand, too: `/dashboards/register` is no dashboard.

    So the wrong method of an action is told from a wrong id.
    """

    regex = "(?!(?:probe|register)$)[^/]+"


View = Callable[..., BaseModel | Response]


def route(
    method: str,
    url: str,
    access: Access,
    *,
    errors: Mapping[int, str | type[BaseModel]] | None = None,
    limit: Limit | None = None,
    transactional: bool = True,
    waits: Callable[[Any], bool] | None = None,
    streams: Mapping[str, type[BaseModel] | None] | None = None,
) -> Callable[[View], Callable[..., Response]]:
    """Make a function the answer to a method and URL; see `Operation` for the parameters."""

    def declare(function: View) -> Callable[..., Response]:
        operation = Operation(
            method, url, access, function, errors or {}, limit, transactional, waits, streams or {}
        )
        OPERATIONS.append(operation)

        @api.route(url, methods=[method])
        @wraps(function)
        def view(**path: Any) -> Response:
            return handling.answer(operation, path)

        return view

    return declare


def install(app: Flask) -> None:
    """Add the routes that have been declared to the app."""
    app.url_map.converters["no_action"] = NoAction
    app.register_blueprint(api)


get = partial(route, "GET")
post = partial(route, "POST")
