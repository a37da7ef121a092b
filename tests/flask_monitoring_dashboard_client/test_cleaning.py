"""Cleaning returns valid columns, whatever the app has sent."""

from datetime import UTC, datetime
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from flask_monitoring_dashboard_client.cleaning import (
    EARLIEST,
    MAX_MS,
    MAX_TEXT,
    RawCalls,
    clean,
    clean_text,
    numbers,
    times_from_microseconds,
    times_from_texts,
)

# The same examples every time, on a machine of any speed.
REPEATABLE = settings(deadline=None, derandomize=True)
NOW = datetime(2026, 11, 22, tzinfo=UTC)

json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(-(10**400), 10**400)
    | st.floats()
    | st.text(st.characters())
    | st.sampled_from(["None", "2018-05-01 10:00:00", "2018-02-31 10:00:00.000000", "now", "NaT"]),
    lambda children: (
        st.lists(children, max_size=3) | st.dictionaries(st.text(), children, max_size=3)
    ),
    max_leaves=4,
)


@REPEATABLE
@given(rows=st.lists(st.tuples(*[json_values] * 7), max_size=20), as_text=st.booleans())
def test_valid_calls_satisfy_all_rules(rows: list[tuple[Any, ...]], as_text: bool) -> None:
    endpoint, duration, time, version, group_by, ip, status = map(
        list, zip(*rows, strict=True) if rows else [[]] * 7
    )
    times = times_from_texts(time) if as_text else times_from_microseconds(time)
    raw = RawCalls(endpoint, duration, times, version, group_by, ip, status)
    columns, fit = clean(raw, NOW)
    kept = columns.select(fit)
    assert len(kept) == fit.sum()
    assert all(kept.endpoint)
    assert ((kept.execution_time >= 0) & (kept.execution_time <= MAX_MS)).all()
    assert (kept.time >= EARLIEST).all()
    assert (kept.status_code >= 0).all()
    for text in (*kept.endpoint, *kept.version, *kept.group_by, *kept.ip):
        assert len(text) <= MAX_TEXT
        text.encode()


@REPEATABLE
@given(st.datetimes(min_value=datetime(1, 1, 1), max_value=datetime(9999, 12, 31)))  # noqa: DTZ001
def test_it_parses_times_as_python_writes_them(moment: datetime) -> None:
    assert times_from_texts([str(moment)])[0] == np.datetime64(moment, "us")


@REPEATABLE
@given(st.lists(st.text() | st.sampled_from(["2018-05-01 25:00:00", "now", "today", "2018"])))
def test_invalid_times_become_nat(texts: list[str]) -> None:
    assert np.isnat(times_from_texts(texts)).all()


@REPEATABLE
@given(st.lists(st.floats(allow_nan=False) | st.integers(-(2**53), 2**53)))
def test_it_preserves_numbers(values: list[float]) -> None:
    assert numbers(values).tolist() == values


def test_long_names_that_differ_at_the_end_stay_different() -> None:
    names = [f"shop.{'x' * 255}{end}" for end in "ab"]
    first, second = (clean_text(name) or "" for name in names)
    assert first != second
    assert first == clean_text(names[0])
    assert first[:233] == second[:233] == names[0][:233]
    assert len(first) == len(second) == MAX_TEXT
    assert clean_text(names[0][:MAX_TEXT]) == names[0][:MAX_TEXT]
    assert len(clean_text("\ud800" * 1_000) or "") == MAX_TEXT


def test_it_replaces_control_characters() -> None:
    assert clean_text("tab\tline\u2028end\x7f") == "tab\ufffdline\ufffdend\ufffd"
    assert clean_text("naïve café ☕ 日本") == "naïve café ☕ 日本"
