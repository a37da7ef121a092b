"""Attacks the API by its own document: no input ends in a 5xx or an undocumented response.

`PYDASH_FUZZ_EXAMPLES` says how many examples each route gets; `make fuzz` gives it many.
"""

import os
from datetime import UTC, datetime
from functools import partial
from typing import Any, ClassVar

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis.hooks import HookContext

from pydash_app import share
from pydash_app.dashboard import repository as dashboards
from pydash_app.diagnosis.graphs import id_of
from pydash_database import transact
from pydash_web.api import openapi
from pydash_web.http.limits import Limiter
from tests.pydash_web.support.running_site import (
    PASSWORD,
    Site,
    add_exceptions,
    add_rows,
    make_dashboard,
    make_user,
)
from tests.support.remote_exceptions import FIRST
from tests.support.remote_performance import PAY, SLOW, profile, values

EXAMPLES = int(os.environ.get("PYDASH_FUZZ_EXAMPLES", "4"))

# What the schema cannot say: a date that does not exist, an end before its start, a password that
# everybody has, an address that does not respond, a code that was never sent.
JUDGED_BY_MEANING = [
    "register_user", "verify_user", "request_password_reset", "reset_password",
    "change_settings", "change_password",
    "create_token", "register_dashboard", "change_dashboard_settings", "export_calls",
    "get_statistic", "get_query", "get_downtime", "get_endpoint_execution_times_boxplots",
    "get_execution_times_boxplot", "get_execution_times_per_version_dashboard",
    "get_execution_times_per_version_endpoint", "get_execution_time_histogram",
    "get_visitor_heatmap", "get_unique_visitor_heatmap", "get_dashboard_usage", "get_events",
    "report_events", "create_channel", "change_channel", "preview_message", "get_deliveries",
    "get_trends", "compare_versions", "ask_recipient", "record_consent",
    "create_maintenance", "change_maintenance", "mute_dashboard", "save_time_slice",
    "create_rule", "change_rule", "mute_rule", "preview_rule", "get_alerts",
    "create_status_page", "change_status_page", "create_incident", "change_incident",
    "draft_incident", "get_exceptions", "get_dashboard_exceptions", "get_exception_group",
    "ignore_exception_group", "get_outliers", "get_profile", "get_graph",
    "create_link",
]  # fmt: skip
ACCEPTED = ["2xx", "400", "401", "403", "404", "409", "429"]
CONFIG = schemathesis.Config.from_dict(
    {
        # Every example is signed in; who is not is tried by the table of who may do what.
        "generation": {"with-security-parameters": False},
        "operations": [
            {
                "include-operation-id": JUDGED_BY_MEANING,
                "checks": {"positive_data_acceptance": {"expected-statuses": ACCEPTED}},
            },
            {
                # Without a link, all is a 404, which reveals nothing.
                "include-operation-id": ["get_shared"],
                "checks": {"ignored_auth": {"enabled": False}},
            },
            {
                "include-operation-id": ["query_shared"],
                "checks": {
                    "ignored_auth": {"enabled": False},
                    "positive_data_acceptance": {"expected-statuses": ACCEPTED},
                },
            },
        ],
    }
)
schema = schemathesis.openapi.from_dict(openapi.document(), config=CONFIG)
# These end the session or the dashboard that the other examples need.
KEPT_FROM = {"delete_dashboard": "dashboard_id"}


class Known:
    """What there is on the site that is attacked."""

    dashboard_id = ""
    cookies: ClassVar[dict[str, str]] = {}
    headers: ClassVar[dict[str, str]] = {}
    link = ""


@schema.hook
def map_path_parameters(
    context: HookContext, path_parameters: dict[str, str] | None
) -> dict[str, str] | None:
    """Let most examples hit a dashboard that exists."""
    operation = context.operation
    name = operation.definition.raw["operationId"] if operation else ""
    if path_parameters and "dashboard_id" in path_parameters and name not in KEPT_FROM:
        if "endpoint_name" in path_parameters and len(path_parameters["endpoint_name"]) % 2:
            path_parameters["endpoint_name"] = "foo"
        if "group_id" in path_parameters and len(path_parameters["group_id"]) % 2:
            path_parameters["group_id"] = FIRST.group
        if "outlier_id" in path_parameters and len(path_parameters["outlier_id"]) % 2:
            path_parameters["outlier_id"] = "1"
        if "graph_id" in path_parameters and len(path_parameters["graph_id"]) % 2:
            path_parameters["graph_id"] = id_of("Baskets")
        path_parameters["dashboard_id"] = Known.dashboard_id
    return path_parameters


class NoLimiter(Limiter):
    def hit(self, limit: str, *who: str) -> None:
        """Let everybody pass."""


@pytest.fixture(scope="module")
def attacked(lasting_site: Site) -> Site:
    lasting_site.app.extensions["pydash_limiter"] = NoLimiter("memory://")
    Known.dashboard_id = str(make_dashboard(make_user("Alice")))
    add_exceptions(Known.dashboard_id, [FIRST])
    add_rows(Known.dashboard_id, "outliers", [SLOW])
    add_rows(Known.dashboard_id, "profiles", [profile((1, 5.0, PAY), endpoint="foo")])
    add_rows(Known.dashboard_id, "graphs", values("Baskets", 1))
    Known.link = transact(partial(make_link, Known.dashboard_id))
    sign_in(lasting_site)
    return lasting_site


def make_link(dashboard_id: str) -> str:
    now = datetime.now(UTC)
    return share.create(dashboards.find(dashboard_id), "All", share.Panel, None, now)[1]


def sign_in(site: Site) -> None:
    visitor = site.visitor()
    assert visitor.sign_in("Alice", PASSWORD).ok
    Known.cookies = {"pydash_session": visitor.http.cookies["pydash_session"]}
    Known.headers = {"X-XSRF-TOKEN": visitor.http.cookies["XSRF-TOKEN"]}


@schema.parametrize()
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=EXAMPLES < 100,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_it_conforms_to_its_document(case: "schemathesis.Case[Any]", attacked: Site) -> None:
    if case.operation.definition.raw["operationId"] == "logout":
        sign_in(attacked)
    headers = Known.headers
    if case.operation.path.startswith("/api/shared"):
        headers = {"Authorization": f"Bearer {Known.link}"}
    case.call_and_validate(base_url=attacked.url, cookies=Known.cookies, headers=headers)
