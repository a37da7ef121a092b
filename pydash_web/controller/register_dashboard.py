"""Adds a dashboard, and tests connections."""

from typing import get_args

from flask_monitoring_dashboard_client import (
    AddressRefused,
    ExporterMissing,
    RemoteTimeout,
    RemoteUnreachable,
    WrongToken,
)
from pydash_app.dashboard.services import registration
from pydash_app.errors import InvalidInput
from pydash_database import transact
from pydash_web.controller.dashboard_info import dashboard_info
from pydash_web.http import session
from pydash_web.models.dashboard import (
    Connection,
    DashboardMessage,
    NewDashboard,
    Probe,
    ProbeStep,
    Step,
)

STEPS: tuple[Step, ...] = get_args(Step)
FAILED_STEPS: dict[type[Exception], Step] = {
    AddressRefused: "reachable",
    RemoteUnreachable: "reachable",
    RemoteTimeout: "reachable",
    ExporterMissing: "exporter",
    WrongToken: "token",
}


def register_dashboard(body: NewDashboard) -> DashboardMessage:
    """Test the connection to a dashboard, and add it.

    Its history is imported in the background.

    :raises InvalidInput: it cannot be fetched, or a field is invalid.
    """
    owner = session.current_user().id
    dashboard = registration.register(
        owner, body.name, body.url, body.token, body.monitor_downtime, body.headers
    )
    return DashboardMessage(
        message="Dashboard added. Importing its history.",
        dashboard=transact(lambda: dashboard_info(dashboard)),
    )


def probe_dashboard(body: Connection) -> Probe:
    """Test the connection to a dashboard, and return the result of each step.

    :raises InvalidInput: a header is invalid, so nothing can be tested.
    """
    try:
        details = registration.probe(body.url, body.token, body.headers)
    except InvalidInput as error:
        if "headers" in error.errors:
            raise
        return _failure(error)
    messages: dict[Step, str] = {
        "reachable": "The address responds.",
        "dashboard": f"Flask-MonitoringDashboard {details.fmd_version} found.",
        "exporter": "The exporter is installed.",
        "token": "The token is valid.",
    }
    return Probe(
        ok=True,
        steps=[ProbeStep(step=step, ok=True, message=messages[step]) for step in STEPS],
        url=details.url,
        fmd_version=details.fmd_version,
        total_requests=details.total_requests,
        first_request=details.first_request,
        default_token=details.default_token,
    )


def _failure(error: InvalidInput) -> Probe:
    # Any other failure means that something responds, but it is not a dashboard.
    failed_step = next(
        (FAILED_STEPS[kind] for kind in FAILED_STEPS if isinstance(error.__cause__, kind)),
        "dashboard",
    )
    failed = STEPS.index(failed_step)
    steps = [
        ProbeStep(
            step=step,
            ok=None if number > failed else number < failed,
            message=error.message if number == failed else "",
        )
        for number, step in enumerate(STEPS)
    ]
    return Probe(
        ok=False,
        steps=steps,
        url=None,
        fmd_version=None,
        total_requests=None,
        first_request=None,
        default_token=False,
    )
