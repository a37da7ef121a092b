"""Every documented name can be imported, and called with its documented parameters.

Names that are missing, or that are called differently, are listed in `docs/deviations.md`.
"""

import ast
import importlib
import inspect
import re
from operator import attrgetter
from pathlib import Path

import pytest

DEVIATIONS = Path(__file__).parents[1] / "docs" / "deviations.md"
STATISTICS = "pydash_app.dashboard.aggregator.statistics"
GROUP = "pydash_app.dashboard.aggregator.aggregator_group"

# By module, as the documentation lists them: `name` for attributes and properties, `name(…)` with
# all documented parameters for what is called. `…` stands for a default that is an object.
NAMES = {
    "flask_monitoring_dashboard_client": """
        get_data(dashboard_url, dashboard_token, time_from=None, time_to=None, timeout=1)
        get_details(dashboard_url, timeout=1)
        get_monitor_rules(dashboard_url, dashboard_token, timeout=1)
    """,
    "periodic_tasks": """
        TaskScheduler
        add_background_task(name, task, scheduler=...)
        add_periodic_task(name, interval, task, run_at_start=False, scheduler=...)
        bar()
        baz()
        default_task_scheduler
        foo()
        periodic_task(name, interval, run_at_start=False, scheduler=...)
        qux()
        remove_task(name, scheduler=...)
        start_default_scheduler()
    """,
    "periodic_tasks.pqdict_iter_upto_priority": """
        pqdict_iter_upto_priority(pqueue, priority)
    """,
    "periodic_tasks.queue_nonblocking_iter": "queue_nonblocking_iter(queue)",
    "periodic_tasks.task_scheduler": """
        TaskScheduler.add_background_task(name, task)
        TaskScheduler.add_periodic_task(name, interval, task, run_at_start=False)
        TaskScheduler.remove_task(name)
        TaskScheduler.start()
        TaskScheduler.stop()
    """,
    "pydash": "",
    "pydash_app": """
        schedule_periodic_tasks()
        seed_datastructures()
        start_task_scheduler()
        stop_task_scheduler()
    """,
    "pydash_app.dashboard": """
        add_to_repository(dashboard)
        dashboards_of_user(user_id)
        find(dashboard_id)
        find_verified_dashboard(dashboard_id)
        remove_from_repository(dashboard)
    """,
    "pydash_app.dashboard.aggregator": """
        Aggregator(endpoint_calls=[])
        Aggregator.add_endpoint_call(endpoint_call)
        Aggregator.as_dict()
        Aggregator.contained_statistics_classes
        Aggregator.statistic
        Aggregator.statistics_classes_with_dependencies
    """,
    GROUP: """
        AggregatorGroup(endpoint_calls=[])
        AggregatorGroup.add_endpoint_call(endpoint_call)
        AggregatorGroup.fetch_aggregator(filter_dict={})
        AggregatorGroup.fetch_aggregator_daterange(filters, datetime_begin, datetime_end)
        AggregatorGroup.fetch_aggregator_inclusive_daterange(filters, datetime_begin, datetime_end,
            granularity)
        AggregatorGroup.fetch_aggregators_per_timeslice(filters, timeslice, start_datetime,
            end_datetime)
        AggregatorGroup.partition_funs
        AggregatorGroup.partition_powerset
        AggregatorGroup.partitions_set
        AggregatorPartitionFun(field_name, category, fun)
        calc_endpoint_call_identifier(partition, endpoint_call)
        partition_by_day_fun(endpoint_call)
        partition_by_group_by_fun(endpoint_call)
        partition_by_hour_fun(endpoint_call)
        partition_by_ip_fun(endpoint_call)
        partition_by_minute_fun(endpoint_call)
        partition_by_month_fun(endpoint_call)
        partition_by_version_fun(endpoint_call)
        partition_by_week_fun(endpoint_call)
        partition_by_year_fun(endpoint_call)
        partition_field_names(partition)
        powerset_generator(i)
        remove_duplicate_categories(partition_funs)
    """,
    STATISTICS: """
        ExecutionTimePercentileABC.percentile_nr()
        FloatStatisticABC.nr_of_digits
        FloatStatisticABC.rendered_value()
        Statistic.add_to_collection(collection)
        Statistic.append(endpoint_call, dependencies)
        Statistic.dependencies
        date_dict(dict)
        reduce_precision(value, nr_of_digits)
    """
    + "".join(
        f"""
        {name}.add_together(other, dependencies_self, dependencies_other)
        {name}.dependencies
        {name}.empty()
        {name}.field_name()
        {name}.perform_append(endpoint_call, dependencies)
        {name}.rendered_value()
        {name}.should_be_rendered
        """
        for name in (
            "AverageExecutionTime",
            "ExecutionTimeTDigest",
            "FastestExecutionTime",
            "FastestQuartileExecutionTime",
            "MedianExecutionTime",
            "NinetiethPercentileExecutionTime",
            "NinetyNinthPercentileExecutionTime",
            "SlowestExecutionTime",
            "SlowestQuartileExecutionTime",
            "Statistic",
            "TotalExecutionTime",
            "TotalVisits",
            "UniqueVisitorsAllTime",
            "Versions",
            "VisitsPerIP",
        )
    ),
    "pydash_app.dashboard.endpoint": """
        Endpoint(name, is_monitored)
        Endpoint.add_endpoint_call(call)
        Endpoint.aggregated_data(filters={})
        Endpoint.aggregated_data_daterange(start_date, end_date, granularity, filters={})
        Endpoint.get_id()
        Endpoint.remove_endpoint_call(call)
        Endpoint.set_monitored(is_monitored)
        Endpoint.statistic(statistic, filters={})
        Endpoint.statistic_per_timeslice(statistic, timeslice, start_datetime, end_datetime,
            filters={})
    """,
    "pydash_app.dashboard.endpoint_call": """
        EndpointCall(endpoint, execution_time, time, version, group_by, ip)
        EndpointCall.as_dict()
    """,
    "pydash_app.dashboard.entity": """
        Dashboard(url, token, user_id, name=None)
        Dashboard.add_endpoint(endpoint)
        Dashboard.add_endpoint_call(endpoint_call)
        Dashboard.aggregated_data(filters={})
        Dashboard.aggregated_data_daterange(start_date, end_date, granularity, filters={})
        Dashboard.first_endpoint_call_time()
        Dashboard.get_id()
        Dashboard.remove_endpoint(endpoint)
        Dashboard.statistic(statistic, filters={})
        Dashboard.statistic_per_timeslice(statistic, timeslice, start_datetime, end_datetime,
            filters={})
        DashboardState.fetch_endpoint_calls_failure
        DashboardState.fetched_endpoint_calls
        DashboardState.initialize_endpoint_calls_failure
        DashboardState.initialize_endpoints_failure
        DashboardState.initialized_endpoint_calls
        DashboardState.initialized_endpoints
        DashboardState.not_initialized
    """,
    "pydash_app.dashboard.repository": """
        add(dashboard)
        all()
        clear_all()
        delete(dashboard)
        find(dashboard_id)
        update(dashboard)
    """,
    "pydash_app.dashboard.services": "is_valid_dashboard(url)",
    "pydash_app.dashboard.services.fetching": """
        fetch_and_add_endpoint_calls(dashboard)
        fetch_and_add_endpoints(dashboard)
        fetch_and_add_historic_endpoint_calls(dashboard)
        fetch_and_update_historic_dashboard_info(dashboard_id)
        fetch_and_update_new_dashboard_info(dashboard_id)
        schedule_all_periodic_dashboards_tasks(interval=..., scheduler=...)
        schedule_historic_dashboard_fetching(dashboard, scheduler=...)
        schedule_periodic_dashboard_fetching(dashboard, interval=..., scheduler=...)
    """,
    "pydash_app.dashboard.services.seeding": "seed()",
    "pydash_app.user": """
        add_to_repository(user)
        authenticate(name, password)
        check_password_requirements(password)
        find(user_id)
        find_by_name(name)
        find_by_verification_code(verification_code)
        maybe_find_user(user_id)
        remove_from_repository(user_id)
        verify(verification_code)
    """,
    "pydash_app.user.entity": """
        User(name, password, mail)
        User.check_password(password)
        User.generate_new_verification_code()
        User.get_id()
        User.get_verification_code()
        User.get_verification_code_expiration_date()
        User.has_verification_code_expired()
        User.is_verified()
        User.set_password(password)
    """,
    "pydash_app.user.repository": """
        add(user)
        all()
        all_unverified()
        clear_all()
        delete_by_id(user_id)
        find(user_id)
        find_by_name(name)
        find_by_verification_code(verification_code)
        update(user)
    """,
    "pydash_app.user.services.pruning": """
        schedule_periodic_pruning_task(interval=..., scheduler=...)
    """,
    "pydash_app.user.services.seeding": "seed()",
    "pydash_app.user.verification": """
        InvalidVerificationCodeError
        VerificationCodeExpiredError
        verify(verification_code)
    """,
    "pydash_app.user.verification_code": """
        VerificationCode(expiration_time=...)
        VerificationCode.is_expired()
    """,
    "pydash_database": """
        MultiIndexedPersistentCollection(properties)
        database_connection()
        database_root()
    """,
    "pydash_events": """
        EventFilter(start_timestamp=None, end_timestamp=None, event_type=None, message_id=None,
            traits_filter=None, admin_proj=None)
        InvalidMarker
        StorageBadAggregate
        StorageBadAggregate.code
        StorageBadVersion
        StorageUnknownWriteError
        get_connection(url, conf)
        get_connection_from_config(conf)
    """,
    "pydash_events.base": """
        Connection(conf)
        Connection.CAPABILITIES
        Connection.STORAGE_CAPABILITIES
        Connection.clear()
        Connection.clear_expired_data(ttl, max_count=None)
        Connection.get_capabilities()
        Connection.get_event_types()
        Connection.get_events(event_filter, pagination=None)
        Connection.get_storage_capabilities()
        Connection.get_trait_types(event_type)
        Connection.get_traits(event_type, trait_type=None)
        Connection.record_events(events)
        Connection.upgrade()
        Model
    """,
    "pydash_events.impl_elasticsearch": """
        Connection(url, conf)
        Connection.CAPABILITIES
        Connection.STORAGE_CAPABILITIES
        Connection.get_event_types()
        Connection.get_events(event_filter, pagination=None)
        Connection.get_trait_types(event_type)
        Connection.get_traits(event_type, trait_type=None)
        Connection.record_events(events)
        Connection.upgrade()
    """,
    "pydash_events.impl_log": """
        Connection(conf)
        Connection.clear_expired_data(ttl, max_count)
    """,
    "pydash_events.impl_mongodb": """
        Connection(url, conf)
        Connection.CONNECTION_POOL
        Connection.clear()
        Connection.clear_expired_data(ttl, max_count=None)
        Connection.update_ttl(ttl, ttl_index_name, index_field, coll)
        Connection.upgrade()
    """,
    "pydash_events.impl_sqlalchemy": """
        Connection(url, conf)
        Connection.CAPABILITIES
        Connection.STORAGE_CAPABILITIES
        Connection.clear()
        Connection.clear_expired_data(ttl, max_count)
        Connection.dress_url(url)
        Connection.get_event_types()
        Connection.get_events(event_filter, pagination=None)
        Connection.get_trait_types(event_type)
        Connection.get_traits(event_type, trait_type=None)
        Connection.record_events(event_models)
        Connection.upgrade()
    """,
    "pydash_events.models": """
        Event(message_id, event_type, generated, traits, raw)
        Event.DEFAULT_DIR
        Event.DEFAULT_SORT
        Event.DUPLICATE
        Event.INCOMPATIBLE_TRAIT
        Event.PRIMARY_KEY
        Event.SUPPORT_DIRS
        Event.SUPPORT_SORT_KEYS
        Event.UNKNOWN_PROBLEM
        Event.append_trait(trait_model)
        Event.serialize()
        Trait(name, dtype, value)
        Trait.DATETIME_TYPE
        Trait.FLOAT_TYPE
        Trait.INT_TYPE
        Trait.NONE_TYPE
        Trait.TEXT_TYPE
        Trait.convert_value(trait_type, value)
        Trait.get_name_by_type(type_id)
        Trait.get_type_by_name(type_name)
        Trait.get_type_name()
        Trait.get_type_names()
        Trait.serialize()
        Trait.type_names
        serialize_dt(value)
    """,
    "pydash_events.pymongo_base": """
        Connection(conf)
        Connection.CAPABILITIES
        Connection.STORAGE_CAPABILITIES
        Connection.get_event_types()
        Connection.get_events(event_filter, pagination=None)
        Connection.get_trait_types(event_type)
        Connection.get_traits(event_type, trait_name=None)
        Connection.record_events(event_models)
    """,
    "pydash_logger.logger": """
        Logger(name='pydash_logger.logger')
        Logger.debug(msg)
        Logger.error(msg)
        Logger.info(msg)
        Logger.warning(msg)
    """,
    "pydash_mail.templates": """
        format_verification_mail_html(username, verification_url, expiration_date)
        format_verification_mail_plain(username, verification_url, expiration_date)
    """,
    "pydash_web": """
        load_user(user_id)
        unauthorized()
    """,
    "pydash_web.api": "",
    "pydash_web.api_routes": """
        change_dashboard_settings(dashboard_id)
        change_password()
        change_settings()
        delete_dashboard(dashboard_id)
        delete_user()
        get_dashboard(dashboard_id)
        get_dashboards()
        get_endpoint_execution_times_boxplots(dashboard_id)
        get_execution_times_boxplot(dashboard_id, endpoint_name)
        get_execution_times_per_version_dashboard(dashboard_id)
        get_execution_times_per_version_endpoint(dashboard_id, endpoint_name)
        get_unique_visitor_heatmap(dashboard_id)
        get_visitor_heatmap(dashboard_id)
        login()
        logout()
        register_dashboard()
        register_user()
        verify_user()
    """,
    "pydash_web.controller.change_dashboard_settings": "change_dashboard_settings(dashboard_id)",
    "pydash_web.controller.change_password": "change_password()",
    "pydash_web.controller.change_settings": "change_settings()",
    "pydash_web.controller.dashboards": """
        check_allowed_statistics(statistic)
        check_allowed_timeslices(timeslice)
        dashboard(dashboard_id)
        dashboards()
        handle_statistic_per_timeslice(dashboard, statistic, timeslice, start_datetime,
            end_datetime)
        handle_statistic_without_timeslice(dashboard, statistic, start_datetime, end_datetime,
            granularity)
        match_datetime_string_with_formats(datetime_string)
    """,
    "pydash_web.controller.delete_dashboard": "delete_dashboard(dashboard_id)",
    "pydash_web.controller.delete_user": "delete_user()",
    "pydash_web.controller.execution_times_boxplots": """
        endpoint_execution_times_boxplots(dashboard_id)
    """,
    "pydash_web.controller.execution_times_per_version": """
        execution_times_per_version(dashboard_id, endpoint_name=None)
    """,
    "pydash_web.controller.login": "login()",
    "pydash_web.controller.logout": "logout()",
    "pydash_web.controller.register_dashboard": "register_dashboard()",
    "pydash_web.controller.register_user": "register_user()",
    "pydash_web.controller.user_verification": "verify_user()",
    "pydash_web.controller.utils": "execution_times(aggregator_group_container, filters={})",
    "pydash_web.controller.visitor_heatmap": """
        daterange(start_date, end_date)
        get_hourly_data(dashboard, day, field)
        visitor_heatmap(dashboard_id, field='total_visits')
    """,
    "pydash_web.react_server": "serve(path)",
}
# Documented values, by module and name.
EVENT, TRAIT = "pydash_events.models:Event", "pydash_events.models:Trait"
MONGO = "pydash_events.pymongo_base:Connection"
LOG, SQL = "pydash_events.impl_log:Connection", "pydash_events.impl_sqlalchemy:Connection"
VALUES = {
    "pydash_events:StorageBadAggregate.code": 400,
    f"{EVENT}.DEFAULT_DIR": "asc",
    f"{EVENT}.DEFAULT_SORT": [("generated", "asc"), ("message_id", "asc")],
    f"{EVENT}.DUPLICATE": 1,
    f"{EVENT}.UNKNOWN_PROBLEM": 2,
    f"{EVENT}.INCOMPATIBLE_TRAIT": 3,
    f"{EVENT}.PRIMARY_KEY": "message_id",
    f"{EVENT}.SUPPORT_DIRS": ("asc", "desc"),
    f"{TRAIT}.NONE_TYPE": 0,
    f"{TRAIT}.TEXT_TYPE": 1,
    f"{TRAIT}.INT_TYPE": 2,
    f"{TRAIT}.FLOAT_TYPE": 3,
    f"{TRAIT}.DATETIME_TYPE": 4,
    f"{TRAIT}.type_names": {0: "none", 1: "string", 2: "integer", 3: "float", 4: "datetime"},
    "pydash_events.base:Connection.CAPABILITIES": {"events": {"query": {"simple": False}}},
    "pydash_events.base:Connection.STORAGE_CAPABILITIES": {"storage": {"production_ready": False}},
    f"{LOG}.CAPABILITIES": {"events": {"query": {"simple": False}}},
    f"{MONGO}.CAPABILITIES": {"events": {"query": {"simple": True}}},
    f"{MONGO}.STORAGE_CAPABILITIES": {"storage": {"production_ready": True}},
    f"{SQL}.CAPABILITIES": {"events": {"query": {"simple": True}}},
    f"{SQL}.STORAGE_CAPABILITIES": {"storage": {"production_ready": True}},
}
ENTRIES = [
    (module, entry.strip())
    for module, names in NAMES.items()
    for entry in re.sub(r"\s*\n\s*(?=[a-z_]+(?:=\{\})?\))|(?<=,)\n\s*", " ", names)
    .strip()
    .splitlines()
    if entry.strip()
]


def explained() -> set[str]:
    """Return the names in the tables of missing names and of other parameters."""
    sections = re.split(r"^## ", DEVIATIONS.read_text(), flags=re.MULTILINE)
    checked = [part for part in sections if part.startswith(("Missing", "Other parameters"))]
    assert len(checked) == 2
    rows = [row for part in checked for row in part.splitlines() if row.startswith("| `")]
    return {name for row in rows for name in re.findall(r"`([^`]+)`", row.split("|")[1])}


@pytest.mark.parametrize(("module", "entry"), ENTRIES)
def test_it_has_the_documented_name_and_parameters(module: str, entry: str) -> None:
    name, _, parameters = entry.partition("(")
    full = f"{module}.{name}"
    problem = _problem(module, name, parameters.rstrip(")") if "(" in entry else None)
    if explanations(module, full):
        assert problem, f"{full} is as documented: remove it from docs/deviations.md"
    else:
        assert not problem, f"{full}: {problem}"


def test_all_deviations_are_documented_names() -> None:
    documented = {f"{module}.{entry.partition('(')[0]}" for module, entry in ENTRIES}
    assert explained() <= documented | set(NAMES)


def test_modules_without_documented_names_can_be_imported() -> None:
    for module in set(NAMES) - explained():
        importlib.import_module(module)


@pytest.mark.parametrize("name", VALUES)
def test_it_has_the_documented_value(name: str) -> None:
    module, _, attribute = name.partition(":")
    assert attrgetter(attribute)(importlib.import_module(module)) == VALUES[name]


def explanations(module: str, name: str) -> set[str]:
    """Return the rows that explain a name: its own, or that of its whole module."""
    return {module, name} & explained()


def _problem(module: str, name: str, parameters: str | None) -> str | None:
    """Return how a name differs from its documentation; None if it does not."""
    try:
        found: object = importlib.import_module(module)
    except ModuleNotFoundError:
        return "missing"
    for part in name.split("."):
        if not hasattr(found, part):
            return "missing"
        found = getattr(found, part)
    if parameters is None:
        return None
    if not callable(found):
        return "not callable"
    return _difference(list(inspect.signature(found).parameters.values()), parameters)


def _difference(actual: list[inspect.Parameter], parameters: str) -> str | None:
    if actual and actual[0].name == "self":
        actual = actual[1:]
    documented = ast.parse(f"f({parameters.replace('=...', '=None')})", mode="eval").body
    assert isinstance(documented, ast.Call)
    names = [ast.unparse(each) for each in documented.args]
    names += [each.arg for each in documented.keywords if each.arg]
    if [each.name for each in actual[: len(names)]] != names:
        return f"has the parameters {', '.join(each.name for each in actual)}"
    optional = names[len(documented.args) :]
    for each in actual[: len(names)]:
        if each.name in optional and each.default is inspect.Parameter.empty:
            return f"requires {each.name}"
    variadic = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    for each in actual[len(names) :]:
        if each.default is inspect.Parameter.empty and each.kind not in variadic:
            return f"requires {each.name} as well"
    return None
