"""Maps errors to HTTP statuses and to JSON responses of the same shape."""

import secrets

from flask import Flask, Response, g
from werkzeug.exceptions import HTTPException, InternalServerError

from pydash_app import errors as domain
from pydash_cube.effort import QueryTimeout
from pydash_cube.vocabulary import QueryError
from pydash_database import DatabaseUnavailable, DiskFull
from pydash_logger.logger import Logger
from pydash_web.models.common import Error
from pydash_web.models.statistic import PARAMETERS

logger = Logger(__name__)

STATUSES: dict[type[domain.PyDashError], int] = {
    domain.InvalidInput: 400,
    domain.NotAuthenticated: 401,
    domain.NotVerified: 403,
    domain.Forbidden: 403,
    domain.NotFound: 404,
    domain.Conflict: 409,
    domain.TooManyRequests: 429,
}
HTTP_MESSAGES = {
    404: "Not found.",
    405: "Method not allowed. The Allow header lists the allowed methods.",
    500: "Something went wrong. The error has been logged.",
}
RETRY_SECONDS = 5


def install(app: Flask) -> None:
    """Install the error handlers."""
    app.register_error_handler(domain.PyDashError, _domain_error)
    app.register_error_handler(DatabaseUnavailable, _database_unavailable)
    app.register_error_handler(QueryError, _query_error)
    app.register_error_handler(QueryTimeout, _query_timeout)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(InternalServerError, _internal_error)


def request_id() -> str:
    """Return the ID of the current request, which its response and its log lines share."""
    if "request_id" not in g:
        g.request_id = secrets.token_hex(8)
    return str(g.request_id)


def error_response(
    status: int,
    message: str,
    errors: dict[str, list[str]] | None = None,
    request_id: str | None = None,
) -> Response:
    """Return the response for an error."""
    error = Error(message=message, errors=errors or None, request_id=request_id)
    text = error.model_dump_json(exclude_none=True)
    return Response(text, status, mimetype="application/json")


def _domain_error(error: domain.PyDashError) -> Response:
    status = next((STATUSES[kind] for kind in type(error).__mro__ if kind in STATUSES), 500)
    if status == 500:
        logger.error(f"{type(error).__name__}: {error}", request=request_id())
    response = error_response(status, error.message, getattr(error, "errors", None))
    if status == 401:
        response.headers["WWW-Authenticate"] = 'Bearer realm="PyDash"'
    if isinstance(error, domain.TooManyRequests):
        response.headers["Retry-After"] = str(getattr(error, "retry_after", RETRY_SECONDS))
    return response


def _query_error(error: QueryError) -> Response:
    name = PARAMETERS.get(error.parameter, error.parameter)
    return error_response(400, f"{name}: {error.reason}", {name: [error.reason]})


def _query_timeout(_: QueryTimeout) -> Response:
    return error_response(
        503,
        "The query took too long and was stopped. Choose a shorter range, longer slices, or fewer"
        " groups.",
    )


def _database_unavailable(error: DatabaseUnavailable) -> Response:
    logger.warning(f"The database is unavailable: {error}")
    message = "The database is unavailable. Try again."
    if isinstance(error, DiskFull):
        message = "The server's disk is full. Nothing can be saved until space is freed."
    response = error_response(503, message)
    response.headers["Retry-After"] = str(RETRY_SECONDS)
    return response


def _http_error(error: HTTPException) -> Response:
    status = error.code or 500
    response = error_response(status, HTTP_MESSAGES.get(status, error.description or error.name))
    for name, value in error.get_headers():
        if name.lower() != "content-type":
            response.headers[name] = value
    return response


def _internal_error(_: InternalServerError) -> Response:
    """Return the response for an unexpected exception, which Flask has logged with a traceback."""
    return error_response(500, HTTP_MESSAGES[500], request_id=request_id())
