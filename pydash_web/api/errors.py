"""One status for each kind of error, and one JSON shape for all of them."""

from flask import Flask, Response
from werkzeug.exceptions import HTTPException, InternalServerError

from pydash_app import errors as domain
from pydash_cube.vocabulary import QueryError
from pydash_database import DatabaseUnavailable
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
    404: "There is nothing here.",
    405: "This method is not allowed here; the header Allow says which are.",
    500: "Something went wrong on our side. It has been noted.",
}
RETRY_SECONDS = 5


def install(app: Flask) -> None:
    """Let the app answer every error in the one shape."""
    app.register_error_handler(domain.PyDashError, _domain_error)
    app.register_error_handler(DatabaseUnavailable, _database_unavailable)
    app.register_error_handler(QueryError, _query_error)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(InternalServerError, _internal_error)


def error_response(
    status: int, message: str, errors: dict[str, list[str]] | None = None
) -> Response:
    """Make the answer that every error gets."""
    text = Error(message=message, errors=errors or None).model_dump_json(exclude_none=True)
    return Response(text, status, mimetype="application/json")


def _domain_error(error: domain.PyDashError) -> Response:
    status = next((STATUSES[kind] for kind in type(error).__mro__ if kind in STATUSES), 500)
    if status == 500:
        logger.error(f"{type(error).__name__}: {error}")
    response = error_response(status, error.message, getattr(error, "errors", None))
    if status == 401:
        response.headers["WWW-Authenticate"] = 'Bearer realm="PyDash"'
    if isinstance(error, domain.TooManyRequests):
        response.headers["Retry-After"] = str(getattr(error, "retry_after", RETRY_SECONDS))
    return response


def _query_error(error: QueryError) -> Response:
    name = PARAMETERS.get(error.parameter, error.parameter)
    return error_response(400, f"{name}: {error.reason}", {name: [error.reason]})


def _database_unavailable(error: DatabaseUnavailable) -> Response:
    logger.warning(f"The database is away: {error}")
    response = error_response(503, "The database cannot be reached. Please try again.")
    response.headers["Retry-After"] = str(RETRY_SECONDS)
    return response


def _http_error(error: HTTPException) -> Response:
    status = error.code or 500
    response = error_response(status, HTTP_MESSAGES.get(status, error.description or error.name))
    for name, value in error.get_headers():
        if name.lower() != "content-type":
            response.headers[name] = value
    return response


def _internal_error(error: InternalServerError) -> Response:
    """Answer what nobody foresaw; Flask has logged it with its traceback."""
    return error_response(500, HTTP_MESSAGES[500])
