"""Handles a request to a route of the API: access, validation, rate limits, transaction."""

from functools import partial
from typing import Any

from flask import Response, current_app, request

from pydash_app.errors import PyDashError
from pydash_app.user.entity import comparable
from pydash_cube.effort import QueryTimeout
from pydash_cube.vocabulary import QueryError
from pydash_database import DISCONNECTED, DatabaseUnavailable, transact
from pydash_web.api import validation
from pydash_web.api.operation import Operation
from pydash_web.http import concurrency, limits, session
from pydash_web.http.session import Access
from pydash_web.models.common import Answer


def handle(operation: Operation, path: dict[str, str]) -> Response:
    """Handle a request, in one transaction, which an error aborts.

    Errors become responses here, not in Flask, so that wrappers of the view (metrics, FMD) see
    their status.
    """
    try:
        if operation.access is not Access.PUBLIC:
            # A transaction of its own: it may record that the session was seen, as other requests
            # of the same page do. Such conflicts must not repeat the whole request.
            transact(partial(session.require, operation.access))
        session.require_xsrf_token()
        arguments = path | _validate(operation)
        if operation.limit:
            limits.count(operation.limit, operation.name, _account(operation, arguments))
        run = partial(_run, operation, arguments)
        if operation.waits and operation.waits(arguments.get("body")):
            return concurrency.run_limited(run, str(session.current_user().id))
        if operation.queries:
            return concurrency.run_query(partial(transact, run), str(session.current_user().id))
        return transact(run) if operation.transactional else run()
    except DISCONNECTED as error:
        # Reading between two transactions, for instance the user's id, may load an object.
        return _failed(DatabaseUnavailable(str(error)))
    except (PyDashError, QueryError, QueryTimeout, DatabaseUnavailable) as error:
        return _failed(error)


def _failed(error: Exception) -> Response:
    return current_app.make_response(current_app.handle_user_exception(error))


def _validate(operation: Operation) -> dict[str, Any]:
    arguments: dict[str, Any] = {}
    if operation.body:
        arguments["body"] = validation.body(operation.body, request)
    if operation.query:
        arguments["query"] = validation.query(operation.query, request)
    return arguments


def _account(operation: Operation, arguments: dict[str, Any]) -> str | None:
    """Return the account that a request concerns: the signed-in user, or the one it names."""
    if operation.access is not Access.PUBLIC:
        return str(session.current_user().id)
    body = arguments.get("body")
    named = getattr(body, "name", None) or getattr(body, "email", None)
    return comparable(named) if named else None


def _run(operation: Operation, arguments: dict[str, Any]) -> Response:
    result = operation.controller(**arguments)
    if isinstance(result, Response):
        return result
    status = result.response_status() if isinstance(result, Answer) else 200
    return Response(result.model_dump_json(by_alias=True), status, mimetype="application/json")
