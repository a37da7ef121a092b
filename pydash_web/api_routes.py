"""The routes of the API: which URL goes to which controller.

The first line of each docstring is the route's title in the API's document.
"""

from flask import Response

from pydash_web import controller
from pydash_web.api import get, post
from pydash_web.http import limits
from pydash_web.http.session import Access
from pydash_web.models import dashboard as dashboards
from pydash_web.models import statistic as statistics
from pydash_web.models import user as users
from pydash_web.models.common import Message
from pydash_web.models.operations import Status

PUBLIC, READ, WRITE, ACCOUNT = Access.PUBLIC, Access.READ, Access.WRITE, Access.ACCOUNT


def _always(_body: object) -> bool:
    return True


# -- Users ------------------------------------------------------------------------------------


@post(
    "/login",
    PUBLIC,
    limit=limits.SIGN_IN,
    transactional=False,
    errors={401: "Wrong name or password.", 403: "The e-mail address is not verified yet."},
)
def login(body: users.Credentials) -> users.UserMessage:
    """Sign in; the answer brings the session cookie."""
    return controller.login.login(body)


@post("/logout", ACCOUNT, transactional=False)
def logout() -> Message:
    """Sign out of this browser."""
    return controller.logout.logout()


@get("/user", READ)
def get_user() -> users.UserInfo:
    """Say who is signed in."""
    return controller.user.user()


@post(
    "/user/register",
    PUBLIC,
    limit=limits.REGISTRATION,
    errors={403: "Registration is closed.", 409: "The name is taken."},
)
def register_user(body: users.Registration) -> Message:
    """Register a user, who gets a mail with a link that verifies the address."""
    return controller.register_user.register_user(body)


@post("/user/verify/<verification_code>", PUBLIC, limit=limits.CODE)
def verify_user(verification_code: str) -> Message:
    """Verify an e-mail address with the code sent to it."""
    return controller.user_verification.verify_user(verification_code)


@post("/user/resend_verification", PUBLIC, limit=limits.MAIL)
def resend_verification(body: users.UserName) -> Message:
    """Send the verification mail again; says the same whether or not the user exists."""
    return controller.user_verification.resend_verification(body)


@post("/user/request_password_reset", PUBLIC, limit=limits.MAIL)
def request_password_reset(body: users.MailAddress) -> Message:
    """Send a link that sets a new password; says the same whether or not the user exists."""
    return controller.reset_password.request_password_reset(body)


@post("/user/reset_password", PUBLIC, limit=limits.CODE)
def reset_password(body: users.PasswordReset) -> Message:
    """Set a new password with the code sent by mail; all sessions end."""
    return controller.reset_password.reset_password(body)


@post(
    "/user/delete",
    ACCOUNT,
    limit=limits.PASSWORD,
    transactional=False,
    errors={500: "The user is gone already."},
)
def delete_user(body: users.PasswordConfirmation) -> Message:
    """Delete the account with all its dashboards and their data."""
    return controller.delete_user.delete_user(body)


@post("/user/change_settings", ACCOUNT, limit=limits.SETTINGS)
def change_settings(body: users.Settings) -> users.UserMessage:
    """Change what is given, and leave the rest."""
    return controller.change_settings.change_settings(body)


@post("/user/change_password", ACCOUNT, limit=limits.PASSWORD)
def change_password(body: users.PasswordChange) -> Message:
    """Change the password; other sessions end."""
    return controller.change_password.change_password(body)


@get("/user/tokens", ACCOUNT)
def get_tokens() -> users.Tokens:
    """List the API tokens, without their secrets."""
    return controller.tokens.tokens()


@post("/user/tokens", ACCOUNT)
def create_token(body: users.NewToken) -> users.TokenSecret:
    """Make an API token; its secret is shown this once."""
    return controller.tokens.create_token(body)


@post("/user/tokens/<token_id>/delete", ACCOUNT, errors={404: "No such token."})
def delete_token(token_id: str) -> Message:
    """Revoke an API token."""
    return controller.tokens.delete_token(token_id)


@get("/user/sessions", ACCOUNT)
def get_sessions() -> users.Sessions:
    """List the browsers in which the user is signed in."""
    return controller.sessions.sessions()


@post("/user/sessions/<session_id>/delete", ACCOUNT, errors={404: "No such session."})
def delete_session(session_id: str) -> Message:
    """Sign out of another browser."""
    return controller.sessions.delete_session(session_id)


# -- Dashboards -------------------------------------------------------------------------------


@get("/dashboards", READ)
def get_dashboards() -> dashboards.Dashboards:
    """List the user's dashboards, each with today in a few figures."""
    return controller.dashboards.dashboards()


@post("/dashboards/probe", WRITE, limit=limits.PROBE, transactional=False, waits=_always)
def probe_dashboard(body: dashboards.Connection) -> dashboards.Probe:
    """Try an address and a token, and say step by step what was found."""
    return controller.register_dashboard.probe_dashboard(body)


@post("/dashboards/register", WRITE, limit=limits.PROBE, transactional=False, waits=_always)
def register_dashboard(body: dashboards.NewDashboard) -> dashboards.DashboardMessage:
    """Add a dashboard, once its address and token have been found right."""
    return controller.register_dashboard.register_dashboard(body)


@get("/dashboards/<no_action:dashboard_id>", READ)
def get_dashboard(dashboard_id: str) -> dashboards.DashboardDetails:
    """Show a dashboard with its statistics over all time."""
    return controller.dashboards.dashboard(dashboard_id)


@post(
    "/dashboards/<dashboard_id>/change_settings",
    WRITE,
    limit=limits.PROBE,
    transactional=False,
    waits=lambda body: body.is_moved,
)
def change_dashboard_settings(
    dashboard_id: str, body: dashboards.DashboardSettings
) -> dashboards.DashboardMessage:
    """Change what is given, and leave the rest; a new address or token is tried first."""
    return controller.change_dashboard_settings.change_dashboard_settings(dashboard_id, body)


@post("/dashboards/<dashboard_id>/delete", WRITE)
def delete_dashboard(dashboard_id: str) -> Message:
    """Delete a dashboard and everything that was fetched from it."""
    return controller.delete_dashboard.delete_dashboard(dashboard_id)


@post("/dashboards/<dashboard_id>/fetch", WRITE, limit=limits.FETCH)
def fetch_dashboard(dashboard_id: str) -> Message:
    """Fetch new calls now."""
    return controller.fetch_dashboard.fetch_dashboard(dashboard_id)


@get("/dashboards/<dashboard_id>/progress", READ)
def get_progress(dashboard_id: str) -> dashboards.Progress:
    """Say how far the import of the past has come."""
    return controller.progress.progress(dashboard_id)


@get("/dashboards/<dashboard_id>/downtime", READ)
def get_downtime(dashboard_id: str, query: statistics.DateRange) -> dashboards.Downtime:
    """Say when the dashboard did not answer."""
    return controller.downtime.downtime(dashboard_id, query)


@get(
    "/dashboards/<dashboard_id>/export",
    READ,
    transactional=False,
    waits=_always,
    streams={"text/csv": None, "application/json": statistics.ExportedCalls},
)
def export_calls(dashboard_id: str, query: statistics.ExportQuery) -> Response:
    """Stream the calls in order of time."""
    return controller.export.export(dashboard_id, query)


# -- Statistics -------------------------------------------------------------------------------


@get("/dashboards/<dashboard_id>/statistic", READ)
def get_statistic(
    dashboard_id: str, query: statistics.StatisticQuery
) -> statistics.StatisticAnswer:
    """Compute one statistic or several, whole or by time slice, for any choice of calls."""
    return controller.dashboards.statistic(dashboard_id, query)


@get("/dashboards/<dashboard_id>/endpoint_boxplots", READ)
def get_endpoint_execution_times_boxplots(
    dashboard_id: str, query: statistics.Filters
) -> statistics.BoxPlots:
    """Show how the execution times of each endpoint are distributed."""
    return controller.execution_times_boxplots.endpoint_execution_times_boxplots(
        dashboard_id, query
    )


@get(
    "/dashboards/<dashboard_id>/endpoints/<path:endpoint_name>/boxplot",
    READ,
    errors={404: "No such dashboard, or it has no such endpoint."},
)
def get_execution_times_boxplot(
    dashboard_id: str, endpoint_name: str, query: statistics.Filters
) -> statistics.BoxPlot:
    """Show how the execution times of an endpoint are distributed."""
    return controller.execution_times_boxplots.endpoint_execution_times_boxplot(
        dashboard_id, endpoint_name, query
    )


@get("/dashboards/<dashboard_id>/execution_times_per_version", READ)
def get_execution_times_per_version_dashboard(
    dashboard_id: str, query: statistics.Filters
) -> statistics.BoxPlots:
    """Show how the execution times of each version are distributed."""
    return controller.execution_times_per_version.execution_times_per_version(dashboard_id, query)


@get(
    "/dashboards/<dashboard_id>/endpoints/<path:endpoint_name>/execution_times_per_version",
    READ,
    errors={404: "No such dashboard, or it has no such endpoint."},
)
def get_execution_times_per_version_endpoint(
    dashboard_id: str, endpoint_name: str, query: statistics.Filters
) -> statistics.BoxPlots:
    """Show how the execution times of each version of an endpoint are distributed."""
    return controller.execution_times_per_version.execution_times_per_version(
        dashboard_id, query, endpoint_name
    )


@get("/dashboards/<dashboard_id>/execution_time_histogram", READ)
def get_execution_time_histogram(
    dashboard_id: str, query: statistics.HistogramQuery
) -> statistics.Histogram:
    """Count calls by execution time."""
    return controller.execution_time_histogram.execution_time_histogram(dashboard_id, query)


@get("/dashboards/<dashboard_id>/visitor_heatmap", READ)
def get_visitor_heatmap(dashboard_id: str, query: statistics.DateRange) -> statistics.Heatmap:
    """Count the visits of each hour."""
    return controller.visitor_heatmap.visitor_heatmap(dashboard_id, query, "total_visits")


@get("/dashboards/<dashboard_id>/unique_visitor_heatmap", READ)
def get_unique_visitor_heatmap(
    dashboard_id: str, query: statistics.DateRange
) -> statistics.Heatmap:
    """Count the different visitors of each hour."""
    return controller.visitor_heatmap.visitor_heatmap(dashboard_id, query, "unique_visitors")


@post(
    "/dashboards/<dashboard_id>/endpoints/<path:endpoint_name>/change_settings",
    WRITE,
    errors={404: "No such dashboard, or it has no such endpoint."},
)
def change_endpoint_settings(
    dashboard_id: str, endpoint_name: str, body: dashboards.EndpointSettings
) -> dashboards.EndpointMessage:
    """Show an endpoint or hide it."""
    return controller.change_endpoint_settings.change_endpoint_settings(
        dashboard_id, endpoint_name, body
    )


# -- Operations -------------------------------------------------------------------------------


@get("/status", PUBLIC, transactional=False, errors={503: Status})
def get_status() -> Status:
    """Say whether PyDash is alive and can read its database."""
    return controller.status.status()
