"""The documentation of the API: `/api/openapi.json`, and `/api/docs`, which is rendered from it."""

import re
from functools import cache
from typing import Any

from flask import Flask, jsonify, render_template
from markupsafe import Markup, escape

from pydash_web.api import openapi


@cache
def _document(root: str) -> dict[str, Any]:
    return openapi.document(root)


def _with_code(text: str | None) -> Markup:
    """Render text in backticks as code."""
    return Markup(re.sub(r"`([^`]+)`", r"<code>\1</code>", str(escape(text or ""))))  # noqa: S704


def install(app: Flask) -> None:
    """Add the documentation routes."""
    app.jinja_env.filters["with_code"] = _with_code
    root = app.config["PYDASH"].public_path or "/"
    app.add_url_rule("/api/openapi.json", "openapi", lambda: jsonify(_document(root)))
    app.add_url_rule(
        "/api/docs", "api_docs", lambda: render_template("api_docs.html", document=_document(root))
    )
