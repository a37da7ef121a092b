"""Exports the measurements of Flask-MonitoringDashboard, so that PyDash can read them.

Add two lines to the app, the second right after the first::

    dashboard.bind(app)
    pydash_exporter.bind(app)
"""

from __future__ import annotations

import flask_monitoringdashboard
from flask import Flask

from pydash_exporter.groups import quote_none
from pydash_exporter.routes import create_blueprint
from pydash_exporter.version import __version__

__all__ = ["DEFAULT_TOKEN", "__version__", "bind"]

DEFAULT_TOKEN = "cc83733cb0af8b884ff6577086b87909"  # noqa: S105 - the publicly known default


def bind(app: Flask) -> None:
    """Add the export routes to `app`. They require the security token.

    From now on, a group named None is stored in quotation marks, to distinguish it from no group.

    :param app: the app that was passed to `dashboard.bind`, before its first request.
    :raises RuntimeError: if `dashboard.bind(app)` has not been called, or if the security token
        is the default one, which is public.
    """
    config = flask_monitoringdashboard.config
    if config.app is not app:
        raise RuntimeError(
            "pydash_exporter: call dashboard.bind(app) before pydash_exporter.bind(app)."
        )
    if not config.security_token or config.security_token == DEFAULT_TOKEN:
        raise RuntimeError(
            "pydash_exporter: the security token is the default, which is public. Set your own "
            "before dashboard.bind(app), for example\n"
            '    dashboard.config.security_token = os.environ["DASHBOARD_TOKEN"]\n'
            "and generate it with: python -c 'import secrets; print(secrets.token_urlsafe(32))'"
        )
    quote_none()
    app.register_blueprint(create_blueprint(config.security_token), url_prefix="/" + config.link)
