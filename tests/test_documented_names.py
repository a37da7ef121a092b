"""Every documented module, class, function and method can be imported under its name.

The few that are missing, or work in another way, are explained in `docs/deviations.md`.
"""

import importlib
from pathlib import Path

import pytest

DEVIATIONS = Path(__file__).parents[1] / "docs" / "deviations.md"
STATISTICS = "pydash_app.dashboard.aggregator.statistics"
AGGREGATOR_GROUP = "pydash_app.dashboard.aggregator.aggregator_group"

NAMES = {
    "flask_monitoring_dashboard_client": "get_data get_details get_monitor_rules",
    "periodic_tasks": (
        "add_background_task add_periodic_task bar baz default_task_scheduler foo periodic_task"
        " qux remove_task start_default_scheduler TaskScheduler"
    ),
    "periodic_tasks.pqdict_iter_upto_priority": "pqdict_iter_upto_priority",
    "periodic_tasks.queue_nonblocking_iter": "queue_nonblocking_iter",
    "periodic_tasks.task_scheduler": (
        "TaskScheduler.add_background_task TaskScheduler.add_periodic_task"
        " TaskScheduler.remove_task TaskScheduler.start TaskScheduler.stop"
    ),
    "pydash": "",
    "pydash_app": (
        "schedule_periodic_tasks seed_datastructures start_task_scheduler stop_task_scheduler"
    ),
    "pydash_app.dashboard": (
        "add_to_repository dashboards_of_user find find_verified_dashboard remove_from_repository"
    ),
    "pydash_app.dashboard.aggregator": (
        "Aggregator.add_endpoint_call Aggregator.as_dict Aggregator.contained_statistics_classes"
        " Aggregator.statistic Aggregator.statistics_classes_with_dependencies"
    ),
    AGGREGATOR_GROUP: (
        "AggregatorGroup.add_endpoint_call AggregatorGroup.fetch_aggregator"
        " AggregatorGroup.fetch_aggregator_daterange"
        " AggregatorGroup.fetch_aggregator_inclusive_daterange"
        " AggregatorGroup.fetch_aggregators_per_timeslice AggregatorGroup.partition_funs"
        " AggregatorGroup.partition_powerset AggregatorGroup.partitions_set"
        " AggregatorPartitionFun calc_endpoint_call_identifier partition_by_day_fun"
        " partition_by_group_by_fun partition_by_hour_fun partition_by_ip_fun"
        " partition_by_minute_fun partition_by_month_fun partition_by_version_fun"
        " partition_by_week_fun partition_by_year_fun partition_field_names"
        " powerset_generator remove_duplicate_categories"
    ),
    STATISTICS: (
        "AverageExecutionTime ExecutionTimePercentileABC.percentile_nr ExecutionTimeTDigest"
        " FastestExecutionTime FastestQuartileExecutionTime FloatStatisticABC.nr_of_digits"
        " MedianExecutionTime NinetiethPercentileExecutionTime"
        " NinetyNinthPercentileExecutionTime SlowestExecutionTime SlowestQuartileExecutionTime"
        " Statistic.add_to_collection Statistic.add_together Statistic.append"
        " Statistic.dependencies Statistic.empty Statistic.field_name Statistic.perform_append"
        " Statistic.rendered_value Statistic.should_be_rendered TotalExecutionTime TotalVisits"
        " UniqueVisitorsAllTime Versions VisitsPerIP date_dict reduce_precision"
    ),
    "pydash_app.dashboard.endpoint": (
        "Endpoint.add_endpoint_call Endpoint.aggregated_data Endpoint.aggregated_data_daterange"
        " Endpoint.get_id Endpoint.remove_endpoint_call Endpoint.set_monitored"
        " Endpoint.statistic Endpoint.statistic_per_timeslice"
    ),
    "pydash_app.dashboard.endpoint_call": "EndpointCall.as_dict",
    "pydash_app.dashboard.entity": (
        "Dashboard.add_endpoint Dashboard.add_endpoint_call Dashboard.aggregated_data"
        " Dashboard.aggregated_data_daterange Dashboard.first_endpoint_call_time Dashboard.get_id"
        " Dashboard.remove_endpoint Dashboard.statistic Dashboard.statistic_per_timeslice"
        " DashboardState.fetch_endpoint_calls_failure DashboardState.fetched_endpoint_calls"
        " DashboardState.initialize_endpoint_calls_failure"
        " DashboardState.initialize_endpoints_failure DashboardState.initialized_endpoint_calls"
        " DashboardState.initialized_endpoints DashboardState.not_initialized"
    ),
    "pydash_app.dashboard.repository": "add all clear_all delete find update",
    "pydash_app.dashboard.services": "is_valid_dashboard",
    "pydash_app.dashboard.services.fetching": (
        "fetch_and_add_endpoint_calls fetch_and_add_endpoints"
        " fetch_and_add_historic_endpoint_calls fetch_and_update_historic_dashboard_info"
        " fetch_and_update_new_dashboard_info schedule_all_periodic_dashboards_tasks"
        " schedule_historic_dashboard_fetching schedule_periodic_dashboard_fetching"
    ),
    "pydash_app.dashboard.services.seeding": "seed",
    "pydash_app.user": (
        "add_to_repository authenticate check_password_requirements find find_by_name"
        " find_by_verification_code maybe_find_user remove_from_repository verify"
    ),
    "pydash_app.user.entity": (
        "User.check_password User.generate_new_verification_code User.get_id"
        " User.get_verification_code User.get_verification_code_expiration_date"
        " User.has_verification_code_expired User.is_verified User.set_password"
    ),
    "pydash_app.user.repository": (
        "add all all_unverified clear_all delete_by_id find find_by_name"
        " find_by_verification_code update"
    ),
    "pydash_app.user.services.pruning": "schedule_periodic_pruning_task",
    "pydash_app.user.services.seeding": "seed",
    "pydash_app.user.verification": (
        "InvalidVerificationCodeError VerificationCodeExpiredError verify"
    ),
    "pydash_app.user.verification_code": "VerificationCode.is_expired",
    "pydash_database": "MultiIndexedPersistentCollection database_connection database_root",
    "pydash_logger.logger": "Logger.debug Logger.error Logger.info Logger.warning",
    "pydash_mail.templates": "format_verification_mail_html format_verification_mail_plain",
    "pydash_web": "load_user unauthorized",
    "pydash_web.api": "",
    "pydash_web.api_routes": (
        "change_dashboard_settings change_password change_settings delete_dashboard delete_user"
        " get_dashboard get_dashboards get_endpoint_execution_times_boxplots"
        " get_execution_times_boxplot get_execution_times_per_version_dashboard"
        " get_execution_times_per_version_endpoint get_unique_visitor_heatmap"
        " get_visitor_heatmap login logout register_dashboard register_user verify_user"
    ),
    "pydash_web.controller.change_dashboard_settings": "change_dashboard_settings",
    "pydash_web.controller.change_password": "change_password",
    "pydash_web.controller.change_settings": "change_settings",
    "pydash_web.controller.dashboards": (
        "check_allowed_statistics check_allowed_timeslices dashboard dashboards"
        " handle_statistic_per_timeslice handle_statistic_without_timeslice"
        " match_datetime_string_with_formats"
    ),
    "pydash_web.controller.delete_dashboard": "delete_dashboard",
    "pydash_web.controller.delete_user": "delete_user",
    "pydash_web.controller.execution_times_boxplots": "endpoint_execution_times_boxplots",
    "pydash_web.controller.execution_times_per_version": "execution_times_per_version",
    "pydash_web.controller.login": "login",
    "pydash_web.controller.logout": "logout",
    "pydash_web.controller.register_dashboard": "register_dashboard",
    "pydash_web.controller.register_user": "register_user",
    "pydash_web.controller.user_verification": "verify_user",
    "pydash_web.controller.utils": "execution_times",
    "pydash_web.controller.visitor_heatmap": "daterange get_hourly_data visitor_heatmap",
    "pydash_web.react_server": "serve",
}


@pytest.mark.parametrize("module_name", NAMES)
def test_it_has_every_documented_name_or_says_why_not(module_name: str) -> None:
    module = importlib.import_module(module_name)
    missing = [name for name in NAMES[module_name].split() if not _has(module, name)]
    explained = [row for row in DEVIATIONS.read_text().splitlines() if "*missing*" in row]
    assert [name for name in missing if not any(name in row for row in explained)] == []


def _has(owner: object, name: str) -> bool:
    for part in name.split("."):
        if not hasattr(owner, part):
            return False
        owner = getattr(owner, part)
    return True
