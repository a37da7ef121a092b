"""The routes of the API, each with its controller.

The first line of a controller's docstring is the route's summary in the OpenAPI document.
"""

import pydash_web.controller.alerts
import pydash_web.controller.archive
import pydash_web.controller.change_dashboard_settings
import pydash_web.controller.change_endpoint_settings
import pydash_web.controller.change_password
import pydash_web.controller.change_settings
import pydash_web.controller.channels
import pydash_web.controller.dashboard_usage
import pydash_web.controller.dashboards
import pydash_web.controller.delete_dashboard
import pydash_web.controller.delete_user
import pydash_web.controller.diagnosis
import pydash_web.controller.downtime
import pydash_web.controller.events
import pydash_web.controller.exceptions
import pydash_web.controller.execution_time_histogram
import pydash_web.controller.execution_times_boxplots
import pydash_web.controller.execution_times_per_version
import pydash_web.controller.export
import pydash_web.controller.exporter
import pydash_web.controller.fetch_dashboard
import pydash_web.controller.login
import pydash_web.controller.logout
import pydash_web.controller.maintenance
import pydash_web.controller.merge_rules
import pydash_web.controller.progress
import pydash_web.controller.query
import pydash_web.controller.register_dashboard
import pydash_web.controller.register_user
import pydash_web.controller.reset_password
import pydash_web.controller.rules
import pydash_web.controller.sessions
import pydash_web.controller.share
import pydash_web.controller.status
import pydash_web.controller.status_pages
import pydash_web.controller.system
import pydash_web.controller.time_slices
import pydash_web.controller.tokens
import pydash_web.controller.trends
import pydash_web.controller.usage
import pydash_web.controller.user
import pydash_web.controller.user_verification
import pydash_web.controller.versions
import pydash_web.controller.visitor_heatmap
from pydash_web.api import get, post
from pydash_web.http import limits
from pydash_web.http.session import Access
from pydash_web.models.event import Events, RecordedEvents
from pydash_web.models.operations import Status
from pydash_web.models.statistic import ExportedCalls
from pydash_web.models.usage import UsagePlot, UsageRows

controller = pydash_web.controller
PUBLIC, READ, WRITE, ACCOUNT = Access.PUBLIC, Access.READ, Access.WRITE, Access.ACCOUNT
NO_ENDPOINT = {404: "Dashboard or endpoint not found."}


def _always(_body: object) -> bool:
    return True


# -- Users ------------------------------------------------------------------------------------

login = post(
    "/login",
    controller.login.login,
    PUBLIC,
    limit=limits.PASSWORD,
    transactional=False,
    errors={401: "Wrong username or password.", 403: "The email address is not verified."},
)
login_automatically = post(
    "/login/automatic",
    controller.login.login_automatically,
    PUBLIC,
    limit=limits.AUTOMATIC,
    transactional=False,
)
logout = post("/logout", controller.logout.logout, ACCOUNT, transactional=False)
get_user = get("/user", controller.user.get_user, READ)
register_user = post(
    "/user/register",
    controller.register_user.register_user,
    PUBLIC,
    limit=limits.REGISTRATION,
    errors={403: "Registration is closed.", 409: "The name is taken."},
)
verify_user = post(
    "/user/verify/<verification_code>",
    controller.user_verification.verify_user,
    PUBLIC,
    limit=limits.CODE,
)
resend_verification = post(
    "/user/resend_verification",
    controller.user_verification.resend_verification,
    PUBLIC,
    limit=limits.MAIL,
)
request_password_reset = post(
    "/user/request_password_reset",
    controller.reset_password.request_password_reset,
    PUBLIC,
    limit=limits.MAIL,
)
reset_password = post(
    "/user/reset_password",
    controller.reset_password.reset_password,
    PUBLIC,
    limit=limits.CODE,
    transactional=False,
)
delete_user = post(
    "/user/delete",
    controller.delete_user.delete_user,
    ACCOUNT,
    limit=limits.PASSWORD,
    transactional=False,
    errors={500: "The user no longer exists."},
)
change_settings = post(
    "/user/change_settings",
    controller.change_settings.change_settings,
    ACCOUNT,
    limit=limits.SETTINGS,
)
change_password = post(
    "/user/change_password",
    controller.change_password.change_password,
    ACCOUNT,
    limit=limits.PASSWORD,
)
get_tokens = get("/user/tokens", controller.tokens.get_tokens, ACCOUNT)
create_token = post("/user/tokens", controller.tokens.create_token, ACCOUNT, limit=limits.PASSWORD)
delete_token = post(
    "/user/tokens/<token_id>/delete",
    controller.tokens.delete_token,
    ACCOUNT,
    errors={404: "Token not found."},
)
get_sessions = get("/user/sessions", controller.sessions.get_sessions, ACCOUNT)
delete_session = post(
    "/user/sessions/<session_id>/delete",
    controller.sessions.delete_session,
    ACCOUNT,
    errors={404: "Session not found."},
)

# -- Dashboards -------------------------------------------------------------------------------

get_dashboards = get("/dashboards", controller.dashboards.dashboards, READ, name="get_dashboards")
probe_dashboard = post(
    "/dashboards/probe",
    controller.register_dashboard.probe_dashboard,
    WRITE,
    limit=limits.PROBE,
    transactional=False,
    waits=_always,
)
register_dashboard = post(
    "/dashboards/register",
    controller.register_dashboard.register_dashboard,
    WRITE,
    limit=limits.ADD,
    transactional=False,
    waits=_always,
)
get_dashboard = get(
    "/dashboards/<dashboard:dashboard_id>",
    controller.dashboards.dashboard,
    READ,
    name="get_dashboard",
)
change_dashboard_settings = post(
    "/dashboards/<dashboard_id>/change_settings",
    controller.change_dashboard_settings.change_dashboard_settings,
    WRITE,
    limit=limits.PROBE,
    transactional=False,
    waits=lambda body: body.has_new_connection,
)
get_endpoints = get(
    "/dashboards/<dashboard_id>/endpoints",
    controller.dashboards.endpoints,
    READ,
    name="get_endpoints",
)
delete_dashboard = post(
    "/dashboards/<dashboard_id>/delete", controller.delete_dashboard.delete_dashboard, WRITE
)
fetch_dashboard = post(
    "/dashboards/<dashboard_id>/fetch",
    controller.fetch_dashboard.fetch_dashboard,
    WRITE,
    limit=limits.FETCH,
)
get_progress = get("/dashboards/<dashboard_id>/progress", controller.progress.get_progress, READ)
get_downtime = get("/dashboards/<dashboard_id>/downtime", controller.downtime.get_downtime, READ)
export_calls = get(
    "/dashboards/<dashboard_id>/export",
    controller.export.export,
    READ,
    name="export_calls",
    transactional=False,
    waits=_always,
    streams={"text/csv": None, "application/json": ExportedCalls},
)
get_archive = get(
    "/dashboards/<dashboard_id>/archive.zip",
    controller.archive.get_archive,
    READ,
    transactional=False,
    waits=_always,
    streams={"application/zip": None},
)

# -- Statistics -------------------------------------------------------------------------------

get_statistic = get(
    "/dashboards/<dashboard_id>/statistic",
    controller.dashboards.statistic,
    READ,
    name="get_statistic",
)
get_query = get(
    "/dashboards/<dashboard_id>/query",
    controller.query.query_statistics,
    READ,
    name="get_query",
)
get_endpoint_execution_times_boxplots = get(
    "/dashboards/<dashboard_id>/endpoint_boxplots",
    controller.execution_times_boxplots.endpoint_execution_times_boxplots,
    READ,
    name="get_endpoint_execution_times_boxplots",
)
get_execution_times_boxplot = get(
    "/dashboards/<dashboard_id>/endpoints/<path:endpoint_name>/boxplot",
    controller.execution_times_boxplots.endpoint_execution_times_boxplot,
    READ,
    name="get_execution_times_boxplot",
    errors=NO_ENDPOINT,
)
get_execution_times_per_version_dashboard = get(
    "/dashboards/<dashboard_id>/execution_times_per_version",
    controller.execution_times_per_version.execution_times_per_version,
    READ,
    name="get_execution_times_per_version_dashboard",
)
get_execution_times_per_version_endpoint = get(
    "/dashboards/<dashboard_id>/endpoints/<path:endpoint_name>/execution_times_per_version",
    controller.execution_times_per_version.execution_times_per_version,
    READ,
    name="get_execution_times_per_version_endpoint",
    errors=NO_ENDPOINT,
)
get_execution_time_histogram = get(
    "/dashboards/<dashboard_id>/execution_time_histogram",
    controller.execution_time_histogram.execution_time_histogram,
    READ,
    name="get_execution_time_histogram",
)
get_visitor_heatmap = get(
    "/dashboards/<dashboard_id>/visitor_heatmap",
    controller.visitor_heatmap.visitor_heatmap,
    READ,
    name="get_visitor_heatmap",
)
get_unique_visitor_heatmap = get(
    "/dashboards/<dashboard_id>/unique_visitor_heatmap",
    controller.visitor_heatmap.unique_visitor_heatmap,
    READ,
    name="get_unique_visitor_heatmap",
)
get_dashboard_usage = get(
    "/dashboards/<dashboard_id>/usage",
    controller.dashboard_usage.dashboard_usage,
    READ,
    name="get_dashboard_usage",
    streams={"text/csv": None},
)
get_versions = get("/dashboards/<dashboard_id>/versions", controller.versions.get_versions, READ)
compare_versions = get(
    "/dashboards/<dashboard_id>/versions/compare",
    controller.versions.compare,
    READ,
    name="compare_versions",
)
change_endpoint_settings = post(
    "/dashboards/<dashboard_id>/endpoints/<path:endpoint_name>/change_settings",
    controller.change_endpoint_settings.change_endpoint_settings,
    WRITE,
    errors=NO_ENDPOINT,
)

get_merge_rules = get(
    "/dashboards/<dashboard_id>/merge_rules", controller.merge_rules.get_merge_rules, READ
)
change_merge_rules = post(
    "/dashboards/<dashboard_id>/merge_rules", controller.merge_rules.change_merge_rules, WRITE
)
preview_merge_rule = get(
    "/dashboards/<dashboard_id>/merge_rules/preview",
    controller.merge_rules.preview_merge_rule,
    READ,
)

# -- Exceptions -------------------------------------------------------------------------------

GROUPS = "/dashboards/<dashboard_id>/exceptions"
GROUP = f"{GROUPS}/<group_id>"
NO_GROUP = {404: "No such dashboard or group of exceptions."}
get_exceptions = get(
    "/exceptions", controller.exceptions.get_exceptions, READ, errors={404: "No such dashboard."}
)
get_dashboard_exceptions = get(GROUPS, controller.exceptions.get_dashboard_exceptions, READ)
get_exception_group = get(GROUP, controller.exceptions.get_exception_group, READ, errors=NO_GROUP)
resolve_exception_group = post(
    f"{GROUP}/resolve", controller.exceptions.resolve_exception_group, WRITE, errors=NO_GROUP
)
ignore_exception_group = post(
    f"{GROUP}/ignore", controller.exceptions.ignore_exception_group, WRITE, errors=NO_GROUP
)
reopen_exception_group = post(
    f"{GROUP}/reopen", controller.exceptions.reopen_exception_group, WRITE, errors=NO_GROUP
)

# -- Slow requests, profiles and graphs -------------------------------------------------------

get_outliers = get("/dashboards/<dashboard_id>/outliers", controller.diagnosis.get_outliers, READ)
get_outlier = get(
    "/dashboards/<dashboard_id>/outliers/<outlier_id>",
    controller.diagnosis.get_outlier,
    READ,
    errors={404: "Dashboard or slow request not found."},
)
get_profiles = get("/dashboards/<dashboard_id>/profiles", controller.diagnosis.get_profiles, READ)
get_profile = get(
    "/dashboards/<dashboard_id>/profiles/<path:endpoint_name>",
    controller.diagnosis.get_profile,
    READ,
    errors={404: "Dashboard, endpoint or version not found."},
)
get_graphs = get("/dashboards/<dashboard_id>/graphs", controller.diagnosis.get_graphs, READ)
get_graph = get(
    "/dashboards/<dashboard_id>/graphs/<graph_id>",
    controller.diagnosis.get_graph,
    READ,
    errors={404: "Dashboard or graph not found."},
)

# -- Time slices ------------------------------------------------------------------------------

NO_SLICE = {404: "Dashboard or time slice not found."}
get_time_slices = get(
    "/dashboards/<dashboard_id>/slices", controller.time_slices.get_time_slices, READ
)
save_time_slice = post(
    "/dashboards/<dashboard_id>/slices", controller.time_slices.save_time_slice, WRITE
)
get_time_slice = get(
    "/dashboards/<dashboard_id>/slices/<time_slice_key>",
    controller.time_slices.get_time_slice,
    READ,
    errors=NO_SLICE,
)
delete_time_slice = post(
    "/dashboards/<dashboard_id>/slices/<time_slice_key>/delete",
    controller.time_slices.delete_time_slice,
    WRITE,
    errors=NO_SLICE,
)

# -- Read-only links --------------------------------------------------------------------------

LINKS = "/dashboards/<dashboard_id>/links"
LINK = {404: "The link is invalid, or has expired or been revoked."}
get_links = get(LINKS, controller.share.get_links, READ)
create_link = post(LINKS, controller.share.create_link, WRITE, limit=limits.SETTINGS)
revoke_link = post(
    f"{LINKS}/<link_id>/revoke",
    controller.share.revoke_link,
    WRITE,
    errors={404: "Dashboard or link not found."},
)
get_shared = get(
    "/shared", controller.share.get_shared, Access.LINK, limit=limits.VISIT, errors=LINK
)
query_shared = get(
    "/shared/query",
    controller.query.query_shared,
    Access.LINK,
    limit=limits.VISIT,
    errors={403: "The link does not show this.", **LINK},
)

# -- Maintenance ------------------------------------------------------------------------------

NO_WINDOW = {404: "Maintenance not found."}
get_maintenance = get(
    "/maintenance", controller.maintenance.get_windows, READ, name="get_maintenance"
)
create_maintenance = post(
    "/maintenance",
    controller.maintenance.create_window,
    WRITE,
    name="create_maintenance",
    errors={404: "No such dashboard."},
)
change_maintenance = post(
    "/maintenance/<window_id>/change_settings",
    controller.maintenance.change_window,
    WRITE,
    name="change_maintenance",
    errors=NO_WINDOW,
)
stop_maintenance = post(
    "/maintenance/<window_id>/stop",
    controller.maintenance.stop_window,
    WRITE,
    name="stop_maintenance",
    errors=NO_WINDOW,
)
delete_maintenance = post(
    "/maintenance/<window_id>/delete",
    controller.maintenance.delete_window,
    WRITE,
    name="delete_maintenance",
    errors=NO_WINDOW,
)
mute_dashboard = post(
    "/dashboards/<dashboard_id>/mute", controller.maintenance.mute_dashboard, WRITE
)

# -- Events -----------------------------------------------------------------------------------

NOT_MINE = {404: "No such dashboard."}
get_events = get(
    "/events",
    controller.events.events,
    READ,
    name="get_events",
    errors=NOT_MINE,
    streams={"application/json": Events, "text/csv": None},
)
report_events = post(
    "/events",
    controller.events.report,
    WRITE,
    name="report_events",
    # An event store of its own is no part of a transaction that may be repeated.
    transactional=False,
    errors={400: RecordedEvents, **NOT_MINE},
)
stream_events = get(
    "/events/stream",
    controller.events.stream,
    READ,
    name="stream_events",
    streams={"text/event-stream": None},
)
get_event = get(
    "/events/<message_id>",
    controller.events.event,
    READ,
    name="get_event",
    errors={404: "No such event.", 409: "Several dashboards have an event with this ID."},
)
get_event_types = get(
    "/event_types", controller.events.event_types, READ, name="get_event_types", errors=NOT_MINE
)
get_trait_types = get(
    "/event_types/<event_type>/traits",
    controller.events.trait_types,
    READ,
    name="get_trait_types",
    errors=NOT_MINE,
)
get_traits = get(
    "/event_types/<event_type>/traits/<trait_name>",
    controller.events.traits,
    READ,
    name="get_traits",
    errors=NOT_MINE,
)
get_capabilities = get(
    "/capabilities", controller.events.capabilities, READ, name="get_capabilities"
)

# -- Notification channels --------------------------------------------------------------------

NO_CHANNEL = {404: "Channel not found."}
REFUSED = {403: "The recipient of mails does not want messages of the account."}
get_channels = get("/channels", controller.channels.channels, READ, name="get_channels")
create_channel = post(
    "/channels",
    controller.channels.create,
    WRITE,
    name="create_channel",
    limit=limits.ADD,
    errors=REFUSED,
    transactional=False,
    waits=_always,
)
preview_message = post(
    "/channels/preview", controller.channels.preview, WRITE, name="preview_message"
)
change_channel = post(
    "/channels/<channel_id>/change_settings",
    controller.channels.change,
    WRITE,
    name="change_channel",
    limit=limits.PROBE,
    errors={**NO_CHANNEL, **REFUSED},
    transactional=False,
    waits=lambda body: body.settings is not None,
)
ask_recipient = post(
    "/channels/<channel_id>/ask_recipient",
    controller.channels.ask_again,
    WRITE,
    name="ask_recipient",
    limit=limits.SETTINGS,
    errors={**NO_CHANNEL, **REFUSED, 409: "No response of a recipient is awaited."},
)
record_consent = post(
    "/consent",
    controller.channels.record_consent,
    PUBLIC,
    limit=limits.CODE,
    errors={404: "The link is invalid or has expired."},
)
delete_channel = post(
    "/channels/<channel_id>/delete",
    controller.channels.delete,
    WRITE,
    name="delete_channel",
    errors=NO_CHANNEL,
)
test_channel = post(
    "/channels/<channel_id>/test",
    controller.channels.test,
    WRITE,
    name="test_channel",
    limit=limits.TEST,
    errors=NO_CHANNEL,
    transactional=False,
    waits=_always,
)
get_deliveries = get(
    "/channels/<channel_id>/deliveries",
    controller.channels.deliveries,
    READ,
    name="get_deliveries",
    errors=NO_CHANNEL,
)

# -- Alerting ---------------------------------------------------------------------------------

NO_RULE = {404: "No such rule, dashboard or channel."}
NO_ALERT = {404: "No such alert."}
get_rules = get("/rules", controller.rules.get_rules, READ, errors=NOT_MINE)
create_rule = post("/rules", controller.rules.create_rule, WRITE, errors=NO_RULE)
change_rule = post(
    "/rules/<rule_id>/change_settings", controller.rules.change_rule, WRITE, errors=NO_RULE
)
delete_rule = post("/rules/<rule_id>/delete", controller.rules.delete_rule, WRITE, errors=NO_RULE)
mute_rule = post("/rules/<rule_id>/mute", controller.rules.mute_rule, WRITE, errors=NO_RULE)
preview_rule = post("/rules/preview", controller.rules.preview_rule, WRITE, errors=NOT_MINE)
get_suggested_rules = get(
    "/dashboards/<dashboard_id>/rules/suggested", controller.rules.get_suggested_rules, READ
)
add_suggested_rules = post(
    "/dashboards/<dashboard_id>/rules/suggested", controller.rules.add_suggested_rules, WRITE
)
get_trends = get("/dashboards/<dashboard_id>/trends", controller.trends.get_trends, READ)
get_alerts = get("/alerts", controller.alerts.get_alerts, READ, errors=NO_RULE)
get_alert = get("/alerts/<alert_id>", controller.alerts.get_alert, READ, errors=NO_ALERT)
acknowledge_alert = post(
    "/alerts/<alert_id>/acknowledge",
    controller.alerts.acknowledge_alert,
    WRITE,
    errors={**NO_ALERT, 409: "The alert has ended."},
)

# -- Status pages -----------------------------------------------------------------------------

PAGE = "/status_pages/<page_id>"
INCIDENT = f"{PAGE}/incidents/<incident_id>"
SLUG_TAKEN = {409: "Another page has this slug."}
NO_PAGE = {404: "No such status page or dashboard."}
NO_INCIDENT = {404: "No such status page or incident."}
get_status_pages = get("/status_pages", controller.status_pages.get_status_pages, READ)
create_status_page = post(
    "/status_pages",
    controller.status_pages.create_status_page,
    WRITE,
    limit=limits.SETTINGS,
    errors={**NO_PAGE, **SLUG_TAKEN},
)
change_status_page = post(
    f"{PAGE}/change_settings",
    controller.status_pages.change_status_page,
    WRITE,
    limit=limits.SETTINGS,
    errors={**NO_PAGE, **SLUG_TAKEN},
)
delete_status_page = post(
    f"{PAGE}/delete", controller.status_pages.delete_status_page, WRITE, errors=NO_PAGE
)
get_incidents = get(
    f"{PAGE}/incidents", controller.status_pages.get_incidents, READ, errors=NO_PAGE
)
create_incident = post(
    f"{PAGE}/incidents",
    controller.status_pages.create_incident,
    WRITE,
    limit=limits.INCIDENT,
    errors=NO_PAGE,
)
draft_incident = post(
    f"{PAGE}/incidents/draft",
    controller.status_pages.draft_incident,
    WRITE,
    limit=limits.INCIDENT,
    errors={404: "No such status page or outage."},
)
change_incident = post(
    f"{INCIDENT}/change_settings",
    controller.status_pages.change_incident,
    WRITE,
    errors=NO_INCIDENT,
)
publish_incident = post(
    f"{INCIDENT}/publish",
    controller.status_pages.publish_incident,
    WRITE,
    limit=limits.INCIDENT,
    errors=NO_INCIDENT,
)
delete_incident = post(
    f"{INCIDENT}/delete", controller.status_pages.delete_incident, WRITE, errors=NO_INCIDENT
)
post_update = post(
    f"{INCIDENT}/updates",
    controller.status_pages.post_update,
    WRITE,
    limit=limits.INCIDENT,
    errors=NO_INCIDENT,
)
change_update = post(
    f"{INCIDENT}/updates/<update_id>/change_settings",
    controller.status_pages.change_update,
    WRITE,
    errors=NO_INCIDENT,
)
get_page_outages = get(
    f"{PAGE}/outages", controller.status_pages.get_page_outages, READ, errors=NO_PAGE
)
get_subscribers = get(
    f"{PAGE}/subscribers", controller.status_pages.get_subscribers, READ, errors=NO_PAGE
)
delete_subscriber = post(
    f"{PAGE}/subscribers/<subscriber_id>/delete",
    controller.status_pages.delete_subscriber,
    WRITE,
    errors={404: "No such status page or subscriber."},
)

# -- Usage ------------------------------------------------------------------------------------

TABLES = {"application/json": UsageRows, "text/csv": None, "text/html": None, "text/plain": None}
PLOTS = {"application/json": UsagePlot, "image/svg+xml": None}
for url, name in (("/usage/login", "login_usage"), ("/usage/login/raw", "raw_login_usage")):
    get(url, controller.usage.table, Access.ADMIN, name=f"get_{name}", streams=TABLES)
    post(url, controller.usage.post_table, Access.ADMIN, name=f"post_{name}", streams=TABLES)
get_login_usage_plot = get(
    "/usage/login/plot",
    controller.usage.plot,
    Access.ADMIN,
    name="get_login_usage_plot",
    streams=PLOTS,
)
post_login_usage_plot = post(
    "/usage/login/plot",
    controller.usage.post_plot,
    Access.ADMIN,
    name="post_login_usage_plot",
    streams=PLOTS,
)

# -- Operations -------------------------------------------------------------------------------

get_status = get(
    "/status", controller.status.get_status, PUBLIC, transactional=False, errors={503: Status}
)
get_contact = get("/contact", controller.system.get_contact, PUBLIC, transactional=False)
get_system = get("/system", controller.system.get_system, Access.ADMIN)
get_system_summary = get("/system/summary", controller.system.get_system_summary, Access.ADMIN)
upgrade_system = post(
    "/system/upgrade",
    controller.system.upgrade_system,
    Access.OPERATOR,
    limit=limits.PASSWORD,
    transactional=False,
    errors={
        409: "It is not configured, or no `pydash up` would stop; or meant for another user.",
        429: "Too many attempts, or another one less than ten minutes ago.",
    },
)
get_sites = get(
    "/sites", controller.system.get_sites, Access.ADMIN, transactional=False, waits=_always
)
get_exporter = get("/exporter", controller.exporter.get_exporter, PUBLIC, transactional=False)
