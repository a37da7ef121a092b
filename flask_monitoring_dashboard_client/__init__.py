"""The wire between PyDash and the apps that Flask-MonitoringDashboard (FMD) monitors.

`RemoteDashboard` reads an app with any FMD from 1.10 to 5.1, in one form. The three functions
bear the names of FMD's own routes, without the word JSON, and give what these give.
"""

from flask_monitoring_dashboard_client.calls import (
    CallColumns,
    CallPage,
    MonitorRule,
    RemoteDetails,
)
from flask_monitoring_dashboard_client.errors import (
    AddressRefused,
    AnswerTooLarge,
    ExporterMissing,
    InvalidAnswer,
    NotADashboard,
    RemoteError,
    RemoteFailure,
    RemoteTimeout,
    RemoteUnreachable,
    WrongToken,
)
from flask_monitoring_dashboard_client.fetch_policy import FetchPolicy
from flask_monitoring_dashboard_client.fmd_functions import (
    get_data,
    get_details,
    get_monitor_rules,
)
from flask_monitoring_dashboard_client.guarded_http import ping
from flask_monitoring_dashboard_client.remote_dashboard import RemoteDashboard

__all__ = [
    "AddressRefused",
    "AnswerTooLarge",
    "CallColumns",
    "CallPage",
    "ExporterMissing",
    "FetchPolicy",
    "InvalidAnswer",
    "MonitorRule",
    "NotADashboard",
    "RemoteDashboard",
    "RemoteDetails",
    "RemoteError",
    "RemoteFailure",
    "RemoteTimeout",
    "RemoteUnreachable",
    "WrongToken",
    "get_data",
    "get_details",
    "get_monitor_rules",
    "ping",
]
