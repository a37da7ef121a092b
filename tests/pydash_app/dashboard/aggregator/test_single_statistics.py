"""The documented statistics: appended to, added together, and computed by the cube."""

import math
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pydash_app.dashboard.aggregator import Aggregator, statistic_class, statistics
from pydash_app.dashboard.aggregator.aggregator_group import AggregatorGroup
from pydash_app.dashboard.aggregator.statistics import Statistic, reduce_precision
from pydash_app.dashboard.endpoint_call import EndpointCall

START = datetime(2018, 5, 20, tzinfo=UTC)

call_strategy = st.builds(
    EndpointCall,
    endpoint=st.just("foo"),
    execution_time=st.floats(0, 1e5),
    time=st.builds(lambda seconds: START + timedelta(seconds=seconds), st.integers(0, 10**6)),
    version=st.sampled_from(["1.9", "1.10"]),
    group_by=st.just("None"),
    ip=st.sampled_from(["::1", "::2", "::3"]),
    status_code=st.sampled_from([None, 200, 500]),
)
calls_strategy = st.lists(call_strategy, max_size=40)


def values(aggregator: Aggregator) -> dict[str, object]:
    return {
        kind.field_name(): aggregator.statistic(kind.field_name())
        for kind in Aggregator.contained_statistics_classes
    }


def assert_equal(first: Aggregator, second: Aggregator) -> None:
    one, other = values(first), values(second)
    assert one.keys() == other.keys()
    for name, value in one.items():
        # A sum of floats depends on its order, and so does its rounding.
        expected = pytest.approx(value, rel=0.01) if isinstance(value, float) else value
        assert other[name] == expected, name


@settings(max_examples=60, deadline=None)
@given(calls_strategy, calls_strategy)
def test_adding_together_equals_appending_all_calls(
    some: list[EndpointCall], others: list[EndpointCall]
) -> None:
    assert_equal(Aggregator(some) + Aggregator(others), Aggregator(some + others))


@settings(max_examples=60, deadline=None)
@given(calls_strategy)
def test_an_aggregator_and_the_cube_agree(calls: list[EndpointCall]) -> None:
    assert_equal(Aggregator(calls), AggregatorGroup(calls).fetch_aggregator())


@pytest.mark.parametrize("kind", Aggregator.statistics_classes_with_dependencies)
def test_a_statistic_is_computed_from_its_dependencies(kind: type[Statistic]) -> None:
    call = EndpointCall("foo", 2.5, START, "1", "None", "::1", 500)
    order = Aggregator.statistics_classes_with_dependencies
    assert all(order.index(one) < order.index(kind) for one in kind.dependencies)
    collection = {one: one() for one in order}
    for one in collection.values():
        one.append(call, collection)
    both = collection[kind].add_together(collection[kind], collection, collection)
    twice = Aggregator([call, call])
    assert type(both) is kind
    if kind in Aggregator.contained_statistics_classes:
        assert both.rendered_value() == twice.statistic(kind.field_name())


def test_the_distribution_is_not_rendered() -> None:
    assert not statistics.ExecutionTimeTDigest().should_be_rendered
    assert "execution_time_tdigest" not in Aggregator().as_dict()


def test_versions_of_any_length_are_in_natural_order() -> None:
    ordered = ["", "0.9", "1.0", "1.2", "1.09", "1.10", "9" * 5_000, "beta", "beta 2"]
    calls = [EndpointCall("foo", 1.0, START, version, "", "::1") for version in reversed(ordered)]
    assert AggregatorGroup(calls).fetch_aggregator().statistic("versions") == ordered


def test_an_unknown_statistic_is_named() -> None:
    with pytest.raises(ValueError, match="'speed'"):
        statistic_class("speed")


@given(st.floats(-1e12, 1e12), st.integers(1, 6))
def test_rounding_keeps_the_given_number_of_digits(value: float, digits: int) -> None:
    rounded = reduce_precision(value, digits)
    whole = len(str(int(abs(value))))
    assert math.isclose(rounded, value, abs_tol=0.5000001 * 10.0 ** -max(digits - whole, 0))
