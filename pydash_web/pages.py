"""The routes besides the API's own: the front end, the API's document, and the metrics."""

import re
from functools import cache
from typing import Any

from flask import Flask, Response, jsonify, render_template
from markupsafe import Markup, escape

from pydash_web import metrics, react_server


def register(app: Flask) -> None:
    """Add them to the app."""
    app.jinja_env.filters["with_code"] = _with_code
    app.url_map.converters["page"] = react_server.PagePath
    app.add_url_rule("/", "index", react_server.serve)
    app.add_url_rule("/<page:path>", "page", react_server.serve)
    app.add_url_rule("/metrics", "metrics", metrics.serve)
    app.add_url_rule("/api/openapi.json", "openapi", _openapi)
    app.add_url_rule("/api/docs", "api_docs", _api_docs)


@cache
def _document() -> dict[str, Any]:
    # Imported when it is asked for: the module is also a program of its own.
    from pydash_web import openapi

    return openapi.document()


def _openapi() -> Response:
    return jsonify(_document())


def _with_code(text: str | None) -> Markup:
    """Show what stands between backticks as code."""
    return Markup(re.sub(r"`([^`]+)`", r"<code>\1</code>", str(escape(text or ""))))  # noqa: S704


def _api_docs() -> str:
    return render_template("api_docs.html", document=_document())
