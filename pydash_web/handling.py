"""What happens between a request for a route of the API and its answer."""

from functools import partial
from typing import Any

from flask import Response, current_app, request
from pydantic import BaseModel

from pydash_app.errors import PyDashError
from pydash_database import DatabaseUnavailable, transact
from pydash_web import limits, session, validation
from pydash_web.models.common import Answer, Body
from pydash_web.operation import Access, Operation


def answer(operation: Operation, path: dict[str, str]) -> Response:
    """Answer a request: one transaction, which an error undoes.

    Errors become answers here, not in Flask, so that whoever wraps the view (metrics, FMD) sees
    their status.
    """
    try:
        if operation.transactional:
            return transact(partial(_run, operation, path))
        return _run(operation, path)
    except (PyDashError, DatabaseUnavailable) as error:
        return current_app.make_response(current_app.handle_user_exception(error))


def _run(operation: Operation, path: dict[str, str]) -> Response:
    if operation.access is not Access.PUBLIC:
        transact(partial(session.require, operation.access))
    arguments = _validate(operation)
    if operation.limit:
        limits.count(operation.limit, operation.name, _account(operation, arguments.get("body")))
    return _respond(operation.function(**path, **arguments))


def _validate(operation: Operation) -> dict[str, Any]:
    arguments: dict[str, Any] = {}
    if operation.body:
        arguments["body"] = validation.body(operation.body, request)
    if operation.query:
        arguments["query"] = validation.query(operation.query, request)
    return arguments


def _account(operation: Operation, body: Body | None) -> str | None:
    """Tell whom a request is about: who is signed in, or else who is named."""
    if operation.access is not Access.PUBLIC:
        return str(session.current_user().id)
    named = getattr(body, "name", None) or getattr(body, "email", None)
    return named.casefold() if named else None


def _respond(result: BaseModel | Response) -> Response:
    if isinstance(result, Response):
        return result
    status = result.response_status() if isinstance(result, Answer) else 200
    return Response(result.model_dump_json(by_alias=True), status, mimetype="application/json")
