"""Serves the API's documentation: `/api/openapi.json`, and the page `/api/docs` made from it."""

import re
from functools import cache
from typing import Any

from flask import Flask, Response, jsonify, render_template
from markupsafe import Markup, escape

from pydash_web.api import openapi


def install(app: Flask) -> None:
    """Add the routes of the documentation to the app."""
    app.jinja_env.filters["with_code"] = _with_code
    app.add_url_rule("/api/openapi.json", "openapi", _openapi)
    app.add_url_rule("/api/docs", "api_docs", _api_docs)


@cache
def _document() -> dict[str, Any]:
    return openapi.document()


def _openapi() -> Response:
    return jsonify(_document())


def _api_docs() -> str:
    return render_template("api_docs.html", document=_document())


def _with_code(text: str | None) -> Markup:
    """Mark up what stands between backticks as code."""
    return Markup(re.sub(r"`([^`]+)`", r"<code>\1</code>", str(escape(text or ""))))  # noqa: S704
