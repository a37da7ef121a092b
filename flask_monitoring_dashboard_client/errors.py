"""What can go wrong between PyDash and a remote dashboard, each with what to do about it."""

from pydash_http import RemoteError

TWO_LINES = """\
import pydash_exporter          # pip install pydash-exporter
pydash_exporter.bind(app)       # right after dashboard.bind(app)"""


class NotADashboard(RemoteError):  # noqa: N818
    """Something answers, but it is no Flask-MonitoringDashboard."""


class ExporterMissing(RemoteError):  # noqa: N818
    """A Flask-MonitoringDashboard answers, but one without routes to read it by.

    >>> print(ExporterMissing())
    This Flask-MonitoringDashboard has no export routes. Add two lines to the app:
    import pydash_exporter          # pip install pydash-exporter
    pydash_exporter.bind(app)       # right after dashboard.bind(app)
    """

    def __init__(self) -> None:
        super().__init__(
            "This Flask-MonitoringDashboard has no export routes. "
            f"Add two lines to the app:\n{TWO_LINES}"
        )


class WrongToken(RemoteError):  # noqa: N818
    """The security token is not the one of the remote dashboard."""

    def __init__(self) -> None:
        super().__init__(
            "The security token is not the one of this dashboard. It is the value of "
            "dashboard.config.security_token (SECURITY_TOKEN in its configuration file)."
        )


class RemoteFailure(RemoteError):  # noqa: N818
    """The remote dashboard answered with an error.

    :param status: the HTTP status code of the answer.
    """

    def __init__(self, status: int) -> None:
        super().__init__(f"The dashboard answered with an error (HTTP status {status}).")
        self.status = status

    def __reduce__(self) -> tuple[type["RemoteFailure"], tuple[int]]:
        """Keep the status when the error crosses from a worker process to its parent."""
        return type(self), (self.status,)
