"""Errors of requests to monitored apps, with how to fix them."""

from pydash_http import RemoteError

TWO_LINES = """\
import pydash_exporter          # PyDash's help page says how to install it
pydash_exporter.bind(app)       # right after dashboard.bind(app)"""
EXPORTER_MISSING = (
    f"This Flask-MonitoringDashboard has no export routes. Add two lines to the app:\n{TWO_LINES}"
)
WRONG = (
    "Wrong security token. It must be the value of dashboard.config.security_token in the app "
    "(SECURITY_TOKEN in the configuration file of Flask-MonitoringDashboard)."
)
NONE_ARRIVED = (
    "The token did not arrive, because a server in front of the app removes the Authorization "
    "header. Let it pass; in Apache with mod_wsgi, set WSGIPassAuthorization On."
)
SEVERAL_DATABASES = (
    "Several monitoring databases respond at this URL in turn: the replicas of the app have one "
    "each. Use one database for all of them (dashboard.config.database_name), or add each replica "
    "with its own URL. No data has been lost so far."
)


class NotADashboard(RemoteError):  # noqa: N818 - the names of these classes state what happened
    """The URL responds, but not like Flask-MonitoringDashboard."""


class ExporterMissing(RemoteError):  # noqa: N818
    """A Flask-MonitoringDashboard responds, but has no routes to export its measurements.

    >>> print(ExporterMissing())
    This Flask-MonitoringDashboard has no export routes. Add two lines to the app:
    import pydash_exporter          # PyDash's help page says how to install it
    pydash_exporter.bind(app)       # right after dashboard.bind(app)
    """

    def __init__(self, message: str = EXPORTER_MISSING) -> None:
        super().__init__(message)


class WrongToken(RemoteError):  # noqa: N818
    """The security token is not that of the monitored app."""

    def __init__(self, message: str = WRONG) -> None:
        super().__init__(message)


class TokenMissing(WrongToken):
    """The app requires its security token, but did not receive it."""

    def __init__(self, message: str = NONE_ARRIVED) -> None:
        super().__init__(message)


class SeveralDatabases(RemoteError):  # noqa: N818
    """Several monitoring databases respond at one URL."""

    def __init__(self, message: str = SEVERAL_DATABASES) -> None:
        super().__init__(message)


class RemoteFailure(RemoteError):  # noqa: N818
    """The app responded with an error.

    :param status: the HTTP status code.
    """

    def __init__(self, status: int, message: str = "") -> None:
        super().__init__(message or f"The app responded with an error (HTTP status {status}).")
        self.status = status

    def __reduce__(self) -> tuple[type["RemoteFailure"], tuple[int, str]]:
        """Preserve the status when the error passes from a worker process to its parent."""
        return type(self), (self.status, str(self))


class LoginRequired(RemoteFailure):
    """A login of the app, or of a server in front of it, protects the export routes as well."""
