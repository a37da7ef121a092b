"""Reads apps that are monitored by Flask-MonitoringDashboard (FMD).

`RemoteDashboard` reads an app with any FMD from 1.10 to 5.1 in a uniform way. The three functions
are named after FMD's own routes, without the word JSON, and return their responses.
"""

from flask_monitoring_dashboard_client.calls import (
    CallColumns,
    CallPage,
    MonitorRule,
    RemoteDetails,
)
from flask_monitoring_dashboard_client.errors import (
    ExporterMissing,
    LoginRequired,
    NotADashboard,
    RemoteFailure,
    SeveralDatabases,
    TokenMissing,
    WrongToken,
)
from flask_monitoring_dashboard_client.exceptions import RemoteException
from flask_monitoring_dashboard_client.exporter_dialect import KINDS
from flask_monitoring_dashboard_client.fmd_functions import (
    get_data,
    get_details,
    get_monitor_rules,
)
from flask_monitoring_dashboard_client.kinds import Frame, KindPage
from flask_monitoring_dashboard_client.performance import (
    ProfiledLine,
    RemoteOutlier,
    RemoteProfile,
    RemoteValue,
)
from flask_monitoring_dashboard_client.remote_dashboard import RemoteDashboard
from flask_monitoring_dashboard_client.routes import check_headers
from pydash_http import (
    AddressRefused,
    InvalidResponse,
    RemoteError,
    RemoteTimeout,
    RemoteUnreachable,
    ResponseTooLarge,
)

__all__ = [
    "KINDS",
    "AddressRefused",
    "CallColumns",
    "CallPage",
    "ExporterMissing",
    "Frame",
    "InvalidResponse",
    "KindPage",
    "LoginRequired",
    "MonitorRule",
    "NotADashboard",
    "ProfiledLine",
    "RemoteDashboard",
    "RemoteDetails",
    "RemoteError",
    "RemoteException",
    "RemoteFailure",
    "RemoteOutlier",
    "RemoteProfile",
    "RemoteTimeout",
    "RemoteUnreachable",
    "RemoteValue",
    "ResponseTooLarge",
    "SeveralDatabases",
    "TokenMissing",
    "WrongToken",
    "check_headers",
    "get_data",
    "get_details",
    "get_monitor_rules",
]
