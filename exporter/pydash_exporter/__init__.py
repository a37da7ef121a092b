"""Lets PyDash read the measurements of an app that Flask-MonitoringDashboard monitors.

Two lines, the second right after the first::

    dashboard.bind(app)
    pydash_exporter.bind(app)
"""

from __future__ import annotations

import flask_monitoringdashboard
from flask import Flask

from pydash_exporter.routes import create_blueprint
from pydash_exporter.version import __version__

__all__ = ["DEFAULT_TOKEN", "__version__", "bind"]

DEFAULT_TOKEN = "cc83733cb0af8b884ff6577086b87909"  # noqa: S105 - the one that everybody knows


def bind(app: Flask) -> None:
    """Serve the measurements of `app` to whoever shows the security token.

    :param app: the app that `dashboard.bind` was called with, before its first request.
    :raises RuntimeError: if Flask-MonitoringDashboard is not bound to `app` yet, or if its
        security token is still the default one, which is printed in its documentation.
    """
    config = flask_monitoringdashboard.config
    if config.app is not app:
        raise RuntimeError(
            "pydash_exporter: call dashboard.bind(app) before pydash_exporter.bind(app)."
        )
    if not config.security_token or config.security_token == DEFAULT_TOKEN:
        raise RuntimeError(
            "pydash_exporter: the security token is the default one, which everybody knows. "
            "Set your own before dashboard.bind(app), for example\n"
            '    dashboard.config.security_token = os.environ["DASHBOARD_TOKEN"]\n'
            "with the output of: python -c 'import secrets; print(secrets.token_urlsafe(32))'"
        )
    app.register_blueprint(create_blueprint(config.security_token), url_prefix="/" + config.link)
