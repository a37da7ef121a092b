"""The web application: the API under `/api`, and the pages everywhere else."""

from importlib.metadata import version
from typing import Any

from flask import Flask, request

from pydash_app import secrets
from pydash_app.configuration import Configuration
from pydash_web import (
    api,
    api_routes,  # noqa: F401 (declares the routes)
    status_page,
)
from pydash_web.api import docs, errors
from pydash_web.http import (
    compression,
    concurrency,
    headers,
    limits,
    metrics,
    pages,
    self_monitoring,
    session,
)
from pydash_web.http.proxies import TrustedProxies
from pydash_web.http.session import load_user, unauthorized
from pydash_web.http.sub_path import SubPath

__all__ = ["create_app", "load_user", "unauthorized"]

# Every body is a small form.
MAX_BODY_BYTES = 64 * 1024


class WebApplication(Flask):
    """Flask with its own logging of exceptions."""

    def log_exception(self, exc_info: Any) -> None:
        """Log an unexpected exception with its route, because the URL may contain a secret code."""
        message = f"{request.method} {request.url_rule} failed (request {errors.request_id()})"
        self.logger.error(message, exc_info=exc_info)


def create_app(configuration: Configuration) -> Flask:
    """Return the WSGI application.

    `pydash_app.configure` must have been called in this process.

    :raises ConfigurationError: the rate limit storage requires an optional dependency.
    """
    configuration.require_extra("rate_limit_store")
    app = WebApplication(__name__, static_folder=None)
    app.url_map.merge_slashes = False
    app.config.update(
        VERSION=version("pydash-io"),
        PYDASH=configuration,
        MAX_CONTENT_LENGTH=MAX_BODY_BYTES,
        SECRET_KEY=secrets.derive_key(configuration.secret_key, "sessions"),
    )
    before = (metrics, compression, headers, errors, limits, concurrency, session)
    for part in (*before, api, docs, pages, status_page):
        part.install(app)
    if configuration.self_monitoring:
        self_monitoring.bind(app, configuration)
    app.wsgi_app = SubPath(app.wsgi_app, configuration.public_path)  # type: ignore[method-assign]
    app.wsgi_app = TrustedProxies(app.wsgi_app, configuration.trusted_proxies)  # type: ignore[method-assign]
    return app
