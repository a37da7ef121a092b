"""The export routes, below the same link as FMD's own pages.

FMD's blueprint accepts no routes after it is bound, so these have their own blueprint.
"""

from __future__ import annotations

import gzip
import hmac
import json
from datetime import datetime, timedelta, timezone
from importlib.metadata import version
from typing import Any

from flask import Blueprint, Response, request
from flask_monitoringdashboard import config
from sqlalchemy.exc import SQLAlchemyError

from pydash_exporter import diagnosis, measurements, shapes
from pydash_exporter.diagnosis import KINDS, KindPage, read_kind_page
from pydash_exporter.measurements import EPOCH, MAX_LIMIT, Page, Selection
from pydash_exporter.version import __version__

MIN_COMPRESSED = 1_000
"""Bodies smaller than this (bytes) are not compressed."""

WRONG = "The security token is incorrect."
NONE_ARRIVED = (
    "The token is missing. A server in front of the app may remove the Authorization header. In "
    "Apache with mod_wsgi, set WSGIPassAuthorization On."
)
FORMATS = {"rows": shapes.rows, "columns": shapes.columns}
KIND_FORMATS = {"rows": shapes.kind_rows, "columns": shapes.kind_columns}


class BadArgumentError(ValueError):
    """An argument of the request is invalid. The message says why."""


class NotBoundError(LookupError):
    """The app does not export this kind. The message says why."""


def create_blueprint(token: str, bound: frozenset[str], source: bool) -> Blueprint:
    """Create the blueprint with the routes.

    :param token: every request must have the header `Authorization: Bearer <token>`, or
        `X-PyDash-Token: <token>` where a server in front of the app needs the other header.
    :param bound: the kinds that the app exports, of `KINDS`.
    :param source: whether it also exports lines of its source.
    """
    available = {name: name in bound and kind.is_stored for name, kind in KINDS.items()}
    blueprint = Blueprint("pydash_exporter", __name__)

    @blueprint.before_request
    def authorize() -> Response | None:
        scheme, _, bearer = request.headers.get("Authorization", "").partition(" ")
        given = request.headers.get("X-PyDash-Token") or (bearer if scheme == "Bearer" else "")
        # Headers arrive as Latin-1 text. They are compared as bytes, in constant time.
        if hmac.compare_digest(given.encode("latin-1", "replace"), token.encode()):
            return None
        # The error codes of RFC 6750.
        code = "invalid_token" if given else "invalid_request"
        response = _error(401, WRONG if given else NONE_ARRIVED)
        response.headers["WWW-Authenticate"] = f'Bearer realm="pydash-exporter", error="{code}"'
        return response

    @blueprint.errorhandler(SQLAlchemyError)
    def report_failure(error: SQLAlchemyError) -> Response:
        response = _error(503, "The monitoring database is unavailable.")
        response.headers["Retry-After"] = "30"
        return response

    blueprint.register_error_handler(BadArgumentError, lambda error: _error(400, str(error)))
    blueprint.register_error_handler(NotBoundError, lambda error: _error(404, str(error)))
    blueprint.add_url_rule(
        "/get_json_details", "details", get_json_details, defaults={"kinds": available}
    )
    blueprint.add_url_rule("/get_json_monitor_rules", "monitor_rules", get_json_monitor_rules)
    for rule in ("", "/<time_from>", "/<time_from>/<time_to>"):
        blueprint.add_url_rule("/get_json_data" + rule, "data", get_json_data)
    for name, is_available in available.items():
        blueprint.add_url_rule(
            "/get_json_" + name,
            name,
            get_json_kind,
            defaults={"name": name, "is_available": is_available, "source": source},
        )
    return blueprint


def get_json_details(kinds: dict[str, bool]) -> Response:
    """Return the versions, the time of the first request, and the number of requests.

    :param kinds: which kinds can be read.
    """
    return _response(
        {
            "exporter-version": __version__,
            "dashboard-version": version("Flask-MonitoringDashboard"),
            "link": config.link,
            "kinds": kinds,
            **measurements.read_details(),
        }
    )


def get_json_monitor_rules() -> Response:
    """Return the endpoints, and whether they are monitored."""
    return _response({"data": measurements.read_endpoints()})


def get_json_data(time_from: str | None = None, time_to: str | None = None) -> Response:
    """Return a page of calls: `?after_id=0&limit=50000&format=rows|columns`.

    :param time_from: only calls after this time (whole seconds since 1970, UTC).
    :param time_to: only calls up to and including this time.
    """
    shape = FORMATS[_format()]
    page = measurements.read_page(
        Selection(
            after_id=_after_id(),
            limit=_limit(MAX_LIMIT),
            time_from=_moment("from", time_from),
            time_to=_moment("to", time_to),
        )
    )
    return _response(
        {
            "data": shape(page),
            # Exporters without it return the text "None" for calls without a group.
            "has_null_groups": True,
            "next_after_id": page.calls[-1].id if page.calls else None,
            **_position(page),
        }
    )


def get_json_kind(name: str, is_available: bool, source: bool) -> Response:
    """Return a page of a kind: `?after_id=0&limit=1000&format=rows|columns`."""
    if not is_available:
        raise NotBoundError(
            f"The app does not export its {name}: Flask-MonitoringDashboard is too old for it, or "
            f"the app does not call pydash_exporter.bind(app, {name}=True)."
        )
    shape, after_id, limit = _format(), _after_id(), _limit(diagnosis.MAX_LIMIT)
    page = read_kind_page(KINDS[name], after_id, limit, source, shape == "rows")
    return _response(
        {
            "data": KIND_FORMATS[shape](page.rows),
            "next_after_id": page.rows[-1]["id"] if page.rows else None,
            **_position(page),
        }
    )


def _position(page: Page | KindPage) -> dict[str, Any]:
    now = datetime.now(timezone.utc).replace(tzinfo=None)
    return {
        "has_more": page.has_more,
        "last_id": page.last_id,
        "database_id": page.database_id,
        "now": measurements.microseconds(now),
    }


def _format() -> str:
    name = request.args.get("format", "rows")
    if name not in FORMATS:
        raise BadArgumentError("format must be one of: " + ", ".join(FORMATS))
    return name


def _after_id() -> int:
    return _number("after_id", request.args.get("after_id", "0"), 0, 2**63 - 1)


def _limit(largest: int) -> int:
    return _number("limit", request.args.get("limit", str(largest)), 1, largest)


def _number(name: str, text: str, smallest: int, largest: int) -> int:
    # Long strings are rejected first, because parsing them takes quadratic time.
    if not (text.isascii() and text.isdigit() and len(text) < 20):
        raise BadArgumentError(f"{name} must be a non-negative integer")
    number = int(text)
    if not smallest <= number <= largest:
        raise BadArgumentError(f"{name} must be between {smallest} and {largest}")
    return number


def _moment(name: str, text: str | None) -> datetime | None:
    if text is None:
        return None
    return EPOCH + timedelta(seconds=_number(name, text, 0, 4_000_000_000))


def _error(status: int, message: str) -> Response:
    return _response({"message": message}, status)


def _response(content: dict[str, Any], status: int = 200) -> Response:
    body = json.dumps(content, separators=(",", ":")).encode()
    headers = {"Cache-Control": "no-store", "Vary": "Accept-Encoding"}
    if len(body) >= MIN_COMPRESSED and request.accept_encodings["gzip"] > 0:
        # The fastest level, which reduces the body to about a fifth at little cost.
        body = gzip.compress(body, compresslevel=1)
        headers["Content-Encoding"] = "gzip"
    return Response(body, status, headers, mimetype="application/json")
