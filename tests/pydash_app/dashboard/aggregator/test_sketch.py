"""The documented percentiles."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tdigest import TDigest

from pydash_app.dashboard.aggregator.sketch import Sketch

NUMBERS = [1, 10, 25, 50, 75, 90, 95, 99]


@settings(max_examples=50, deadline=None)
@given(st.lists(st.sampled_from([0.1, 0.2, 0.5, 1.0, 3.0]), min_size=2, max_size=24))
def test_the_documented_definition_agrees_with_the_tdigest_package(values: list[float]) -> None:
    reference = TDigest()
    # By default the package merges neighbors early.
    reference.delta = 1e-9
    sketch = Sketch()
    for value in values:
        reference.update(value)
        sketch = sketch.plus(value)
    # It also extrapolates below the smallest value.
    expected = [max(reference.percentile(number), min(values)) for number in NUMBERS]
    assert [sketch.percentile(number) for number in NUMBERS] == pytest.approx(expected)
