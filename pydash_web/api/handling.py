"""Handles a request to an API route: access, validation, rate limits and transaction."""

from functools import partial
from http import HTTPStatus
from typing import Any

from flask import Response, current_app, g, request
from pydantic import BaseModel

from pydash_app import event
from pydash_app.errors import PyDashError
from pydash_app.user import find_by_name
from pydash_app.user.entity import comparable
from pydash_cube.effort import QueryTimeout
from pydash_cube.vocabulary import QueryError
from pydash_database import DatabaseUnavailable, disconnected, transact
from pydash_web.api import validation
from pydash_web.api.operation import Operation
from pydash_web.http import concurrency, limits, session, visitor
from pydash_web.http.rendered import Computed, Rendered, built
from pydash_web.http.session import Access
from pydash_web.models.common import ResponseBody


def handle(operation: Operation, path: dict[str, str]) -> Response:
    """Handle a request in one transaction, which is aborted on an error.

    Errors are turned into responses here rather than in Flask, so that wrappers of the view
    (metrics, FMD) see the status.
    """
    # The actor is added with the session.
    unknown = event.origin.set(event.Origin(ip=request.remote_addr))
    try:
        if operation.limit or operation.waits or not operation.transactional:
            response = _handle_in_steps(operation, path)
        else:
            response = transact(partial(_handle_at_once, operation, path))
    except disconnected() as error:
        # Reading between two transactions, for instance the user's ID, may load an object.
        response = _failed(DatabaseUnavailable(str(error)))
    except (PyDashError, QueryError, QueryTimeout, DatabaseUnavailable) as error:
        response = _failed(error)
    finally:
        event.origin.reset(unknown)
    if response.status_code < HTTPStatus.INTERNAL_SERVER_ERROR:
        session.record_use()
    return response


def _handle_at_once(operation: Operation, path: dict[str, str]) -> Response:
    """Handle a request in the caller's transaction, which may be repeated after a conflict."""
    if operation.access is not Access.PUBLIC:
        session.require(operation.access)
    session.require_xsrf_token()
    return _run(operation, path | _validate(operation))


def _handle_in_steps(operation: Operation, path: dict[str, str]) -> Response:
    """Handle a request that must not be repeated as a whole, because it is counted or waits."""
    if operation.access is Access.LINK:
        limits.following(lambda: transact(visitor.require))
    elif operation.access is not Access.PUBLIC:
        transact(partial(session.require, operation.access))
    session.require_xsrf_token()
    arguments = path | _validate(operation)
    if operation.limit:
        limits.count(operation.limit, operation.name, _account(operation, arguments))
    run = partial(_run, operation, arguments)
    if operation.waits and operation.waits(arguments.get("body")):
        return concurrency.run_limited(run, str(session.current_user().id))
    return transact(run) if operation.transactional else run()


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
    """Return the account that a request concerns: the signed-in user, or the one that it names.

    Of a visitor, it is the link.
    """
    if operation.access is Access.LINK:
        return visitor.link()
    if operation.access is not Access.PUBLIC:
        return str(session.current_user().id)
    body = arguments.get("body")
    name, mail = getattr(body, "name", None), getattr(body, "email", None)

    def named() -> str | None:
        user = find_by_name(name) if name else None
        return user.get_id() if user else comparable(name or mail or "") or None

    return transact(named)


def _run(operation: Operation, arguments: dict[str, Any]) -> Response:
    result = operation.controller(**arguments)
    if isinstance(result, Response):
        return result
    status = result.response_status() if isinstance(result, ResponseBody) else HTTPStatus.OK
    if isinstance(result, Computed):
        # A cached result takes no time, so it need not wait for other queries.
        is_visitor = operation.access is Access.LINK
        account = visitor.link() if is_visitor else str(session.current_user().id)
        key = None if result.key is None else (operation.name, result.key)
        run = partial(concurrency.run_query, result.build, account, is_visitor=is_visitor)
        result = built(key, run)
    rendered = Rendered.of(result) if isinstance(result, BaseModel) else result
    response = Response(rendered.body, status, rendered.headers, mimetype=rendered.media_type)
    if operation.is_revalidated:
        g.body_tag = rendered.tag
        response.headers["Cache-Control"] = "private, no-cache"
        # Weak, because the response may be compressed.
        response.set_etag(rendered.tag, weak=True)
        response.make_conditional(request)
    return response
