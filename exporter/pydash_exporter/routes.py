"""The three routes, under the same link as FMD's own pages.

FMD's blueprint takes no more routes once it is bound, so these have a blueprint of their own.
"""

from __future__ import annotations

import gzip
import hmac
import json
from datetime import datetime, timedelta
from importlib.metadata import version
from typing import Any

from flask import Blueprint, Response, request
from flask_monitoringdashboard import config
from sqlalchemy.exc import SQLAlchemyError

from pydash_exporter import measurements, shapes
from pydash_exporter.measurements import EPOCH, MAX_LIMIT, Selection
from pydash_exporter.version import __version__

COMPRESS_FROM = 1_000  # bytes; less is not worth the work
FORMATS = {"rows": shapes.rows, "columns": shapes.columns}


class BadArgumentError(ValueError):
    """An argument of the request that cannot be used, with the reason as its text."""


def create_blueprint(token: str) -> Blueprint:
    """Make the blueprint with the routes.

    :param token: what a reader has to show as `Authorization: Bearer <token>`.
    """
    blueprint = Blueprint("pydash_exporter", __name__)
    blueprint.before_request(lambda: None if _is_authorized(token) else _unauthorized())
    blueprint.register_error_handler(BadArgumentError, lambda error: _answer_error(400, str(error)))
    blueprint.register_error_handler(SQLAlchemyError, _database_failed)
    blueprint.add_url_rule("/get_json_details", "details", get_json_details)
    blueprint.add_url_rule("/get_json_monitor_rules", "monitor_rules", get_json_monitor_rules)
    for rule in ("", "/<time_from>", "/<time_from>/<time_to>"):
        blueprint.add_url_rule("/get_json_data" + rule, "data", get_json_data)
    return blueprint


def get_json_details() -> Response:
    """Tell about the deployment: versions, the first request, how many there are."""
    return _answer(
        {
            "exporter-version": __version__,
            "dashboard-version": version("Flask-MonitoringDashboard"),
            "link": config.link,
            **measurements.read_details(),
        }
    )


def get_json_monitor_rules() -> Response:
    """List the endpoints and whether they are monitored."""
    return _answer({"data": measurements.read_endpoints()})


def get_json_data(time_from: str | None = None, time_to: str | None = None) -> Response:
    """Give one page of calls: `?after_id=0&limit=50000&format=rows|columns`.

    :param time_from: only calls after this moment (whole seconds since 1970, UTC).
    :param time_to: only calls up to and including this moment.
    """
    shape = FORMATS.get(request.args.get("format", "rows"))
    if shape is None:
        raise BadArgumentError("format is one of: " + ", ".join(FORMATS))
    page = measurements.read_page(
        Selection(
            after_id=_number("after_id", request.args.get("after_id", "0"), 0, 2**63 - 1),
            limit=_number("limit", request.args.get("limit", str(MAX_LIMIT)), 1, MAX_LIMIT),
            time_from=_moment("from", time_from),
            time_to=_moment("to", time_to),
        )
    )
    return _answer(
        {
            "data": shape(page),
            "has_more": page.has_more,
            "last_id": page.last_id,
            "next_after_id": page.calls[-1].id if page.calls else None,
        }
    )


def _number(name: str, text: str, smallest: int, largest: int) -> int:
    # A long text is refused unread: making a number of it takes quadratic time.
    if not (text.isascii() and text.isdigit() and len(text) < 20):
        raise BadArgumentError(f"{name} is a whole number, not negative")
    number = int(text)
    if not smallest <= number <= largest:
        raise BadArgumentError(f"{name} is between {smallest} and {largest}")
    return number


def _moment(name: str, text: str | None) -> datetime | None:
    if text is None:
        return None
    return EPOCH + timedelta(seconds=_number(name, text, 0, 4_000_000_000))


def _is_authorized(token: str) -> bool:
    """Compare in constant time, as the bytes that came: a header arrives as Latin-1 text."""
    given = request.headers.get("Authorization", "").encode("latin-1", "replace")
    return hmac.compare_digest(given, ("Bearer " + token).encode())


def _unauthorized() -> Response:
    answer = _answer_error(401, "The security token is missing or wrong.")
    answer.headers["WWW-Authenticate"] = 'Bearer realm="pydash-exporter"'
    return answer


def _database_failed(error: SQLAlchemyError) -> Response:
    answer = _answer_error(503, "The monitoring database does not answer.")
    answer.headers["Retry-After"] = "30"
    return answer


def _answer_error(status: int, message: str) -> Response:
    return _answer({"message": message}, status)


def _answer(content: dict[str, Any], status: int = 200) -> Response:
    body = json.dumps(content, separators=(",", ":")).encode()
    headers = {"Cache-Control": "no-store", "Vary": "Accept-Encoding"}
    if len(body) >= COMPRESS_FROM and request.accept_encodings["gzip"] > 0:
        # The fastest level: it makes the answer about five times smaller for little work.
        body = gzip.compress(body, compresslevel=1)
        headers["Content-Encoding"] = "gzip"
    return Response(body, status, headers, mimetype="application/json")
