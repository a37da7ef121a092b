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


def bind(
    app: Flask,
    *,
    exceptions: bool = False,
    outliers: bool = False,
    profiles: bool = False,
    graphs: bool = False,
    source: bool = False,
) -> None:
    """Add the export routes to `app`. They require the security token.

    From now on, a group named None is stored in quotation marks, to distinguish it from no group.

    :param app: the app that was passed to `dashboard.bind`, before its first request.
    :param exceptions: whether to export exceptions with their messages and stacks (FMD 4.0).
    :param outliers: whether to export slow requests with their headers and environments.
    :param profiles: whether to export the times that lines took.
    :param graphs: whether to export the values of custom graphs.
    :param source: whether stacks and profiles include the text of the app's own lines.
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
    kinds = {
        "exceptions": exceptions,
        "outliers": outliers,
        "profiles": profiles,
        "graphs": graphs,
    }
    bound = frozenset(name for name, is_bound in kinds.items() if is_bound)
    blueprint = create_blueprint(config.security_token, bound, source)
    app.register_blueprint(blueprint, url_prefix="/" + config.link)
