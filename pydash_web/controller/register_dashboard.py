"""Manages the registration of a new dashboard."""

from typing import get_args

from flask_monitoring_dashboard_client import (
    AddressRefused,
    ExporterMissing,
    RemoteDetails,
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
FAILED_AT: dict[type[Exception], Step] = {
    AddressRefused: "reachable",
    RemoteUnreachable: "reachable",
    RemoteTimeout: "reachable",
    ExporterMissing: "exporter",
    WrongToken: "token",
}


def register_dashboard(body: NewDashboard) -> DashboardMessage:
    """Add a dashboard; the fetcher begins with the import of its past.

    :raises InvalidInput: it cannot be fetched, or a field is wrong; the message says why.
    """
    owner = session.current_user().id
    dashboard = registration.register(owner, body.name, body.url, body.token, body.monitor_downtime)
    return DashboardMessage(
        message="The dashboard is added. Its past is being imported.",
        dashboard=transact(lambda: dashboard_info(dashboard)),
    )


def probe_dashboard(body: Connection) -> Probe:
    """Try out whether a dashboard can be fetched."""
    try:
        details = registration.probe(body.url, body.token)
    except InvalidInput as error:
        return _failure(error)
    return Probe(
        ok=True,
        steps=[ProbeStep(step=step, ok=True, message=_praise(step, details)) for step in STEPS],
        url=details.url,
        fmd_version=details.fmd_version,
        total_requests=details.total_requests,
        first_request=details.first_request,
        default_token=details.default_token,
    )


def _praise(step: Step, details: RemoteDetails) -> str:
    return {
        "reachable": "The address answers.",
        "dashboard": f"Flask-MonitoringDashboard {details.fmd_version} is there.",
        "exporter": "It lets itself be read.",
        "token": "The token is right.",
    }[step]


def _failure(error: InvalidInput) -> Probe:
    failed = STEPS.index(_failed_step(error))
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


def _failed_step(error: InvalidInput) -> Step:
    """Tell which step failed; the answer of something else is no dashboard."""
    return next(
        (step for kind, step in FAILED_AT.items() if isinstance(error.__cause__, kind)), "dashboard"
    )
