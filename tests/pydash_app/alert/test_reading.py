"""What a condition reads from the requests, the fetches and the pings of an app."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from pydash_app.alert import condition as conditions
from pydash_app.alert.history import Replay
from pydash_app.alert.machine import Outcome, Phase, Reading, Timing
from pydash_app.alert.reading import judge, read
from pydash_app.alert.repository import states_of
from pydash_app.dashboard import repository
from pydash_app.dashboard.retention import Retention
from pydash_cube import time_units
from pydash_cube.span import Span
from pydash_database import transact
from tests.pydash_app.alert.conftest import Watch

MET, UNMET, NO_DATA = Outcome.MET, Outcome.UNMET, Outcome.NO_DATA
MEAN = {"statistic": "average_execution_time", "window": 300}
ERRORS = {"statistic": "error_rate", "window": 300}
VISITS = {"statistic": "total_visits", "window": 300}
BAND = {"low": 10, "high": 20}
SHARE = {"kind": "share_inside", **BAND, "share": 60}
MANY = {"kind": "above", **VISITS, "threshold": 2}


def reading_of(
    watch: Watch, dashboard_id: UUID, condition: dict[str, Any], **options: Any
) -> Reading:
    parsed = conditions.parse(condition)
    return transact(lambda: read(parsed, repository.find(dashboard_id), watch.now, **options))


@pytest.mark.parametrize(
    ("condition", "values", "expected"),
    [
        # Between: inside, on the bounds, below and above.
        ({"kind": "outside", **BAND}, [15], (UNMET, 15, 20)),
        ({"kind": "outside", **BAND}, [10], (UNMET, 10, 10)),
        ({"kind": "outside", **BAND}, [20], (UNMET, 20, 20)),
        ({"kind": "outside", **BAND}, [9.9], (MET, 9.9, 10)),
        ({"kind": "outside", **BAND}, [20.1], (MET, 20.1, 20)),
        ({"kind": "outside", **BAND}, [None], (NO_DATA, None, None)),
        # Thresholds are not exceeded by their own value.
        ({"kind": "above", "threshold": 5}, [5], (UNMET, 5, 5)),
        ({"kind": "above", "threshold": 5}, [5.1], (MET, 5.1, 5)),
        ({"kind": "below", "threshold": 5}, [5], (UNMET, 5, 5)),
        ({"kind": "below", "threshold": 5}, [4.9], (MET, 4.9, 5)),
        # The mean of the last three, of those that are known.
        ({"kind": "mean_inside", **BAND, "last": 3}, [30, 10, 2], (UNMET, 14, 10)),
        ({"kind": "mean_inside", **BAND, "last": 3}, [31, 20, 12], (MET, 21, 20)),
        ({"kind": "mean_inside", **BAND, "last": 3}, [None, 5, None], (MET, 5, 10)),
        ({"kind": "mean_inside", **BAND, "last": 3}, [None] * 3, (NO_DATA, None, None)),
        # At least 60 % of the last five, of those that are known.
        ({**SHARE, "last": 5}, [15, 15, 15, 1, 1], (UNMET, 60, 60)),
        ({**SHARE, "last": 5}, [15, 15, 1, 1, 1], (MET, 40, 60)),
        ({**SHARE, "last": 2}, [15, None], (UNMET, 100, 60)),
        # An absolute change against the value before.
        ({"kind": "changed", "by": 5}, [15, 10], (UNMET, 15, 15)),
        ({"kind": "changed", "by": 5}, [15.1, 10], (MET, 15.1, 15)),
        ({"kind": "changed", "by": 5}, [4.9, 10], (MET, 4.9, 5)),
        ({"kind": "changed", "by": 5, "direction": "up"}, [4.9, 10], (UNMET, 4.9, 15)),
        ({"kind": "changed", "by": 5, "direction": "down"}, [4.9, 10], (MET, 4.9, 5)),
        ({"kind": "changed", "by": 5, "direction": "down"}, [15.1, 10], (UNMET, 15.1, 5)),
        ({"kind": "changed", "by": 5}, [15, None], (NO_DATA, None, None)),
        # A relative change.
        ({"kind": "changed", "factor": 2}, [20, 10], (UNMET, 20, 20)),
        ({"kind": "changed", "factor": 2}, [20.1, 10], (MET, 20.1, 20)),
        ({"kind": "changed", "factor": 2}, [4.9, 10], (MET, 4.9, 5)),
        ({"kind": "changed", "factor": 2, "direction": "up"}, [4.9, 10], (UNMET, 4.9, 20)),
    ],
)  # fmt: skip
def test_values_are_judged(
    condition: dict[str, Any],
    values: Sequence[float | None],
    expected: tuple[Outcome, float | None, float | None],
) -> None:
    reading = judge(conditions.parse({**condition, **MEAN}), values)  # type: ignore[arg-type]
    assert (reading.outcome, reading.value, reading.threshold) == expected


@pytest.mark.parametrize(
    ("kind", "value", "has_recovered"),
    [("above", 4.5, False), ("above", 4, True), ("below", 5.5, False), ("below", 6, True)],
)
def test_it_has_recovered_at_another_threshold(
    kind: str, value: float, has_recovered: bool
) -> None:
    condition = conditions.parse({"kind": kind, **MEAN, "threshold": 5})
    reading = judge(condition, [value], 4 if kind == "above" else 6)  # type: ignore[arg-type]
    assert (reading.outcome, reading.has_recovered) == (UNMET, has_recovered)


def test_the_error_rate_is_in_percent_of_known_statuses(watch: Watch) -> None:
    shop = watch.add_app()
    watch.fetch(shop, [1] * 20, statuses=[500, *[200] * 19])
    condition = {"kind": "above", **ERRORS, "threshold": 4.9}
    reading = reading_of(watch, shop, condition)
    assert (reading.outcome, reading.value) == (MET, 5)
    assert reading.text == "Error rate above 4.9% (5 min): 5%."


@pytest.mark.parametrize(
    ("condition", "value", "text"),
    [
        (
            {"kind": "above", "statistic": "total_visits", "window": 86400, "threshold": 1500000},
            2479123,
            "Requests above 1,500,000 (1 day): 2,479,123.",
        ),
        (
            {
                "kind": "outside",
                "statistic": "ninety-fifth_percentile_execution_time",
                "window": 3600,
                "low": 0.5,
                "high": 50,
            },
            163.14159,
            "p95 outside 0.5 to 50 ms (1 h): 163 ms.",
        ),
    ],
)
def test_values_in_words_have_three_digits_or_are_whole(
    condition: dict[str, Any], value: float, text: str
) -> None:
    assert judge(conditions.parse(condition), [value]).text == text  # type: ignore[arg-type]


def test_rates_and_times_of_few_requests_are_unknown_but_counts_are_not(watch: Watch) -> None:
    shop = watch.add_app()
    watch.fetch(shop, [50] * 19)
    above = {"kind": "above", "threshold": 1}
    assert reading_of(watch, shop, {**above, **MEAN}).outcome is NO_DATA
    assert reading_of(watch, shop, {**above, **ERRORS}).outcome is NO_DATA
    assert reading_of(watch, shop, {**above, **VISITS}).value == 19
    assert reading_of(watch, shop, {**above, **MEAN}, min_calls=19).value == 50
    assert reading_of(watch, shop, {**above, **VISITS}, min_calls=20).outcome is NO_DATA
    quiet = watch.add_app("Quiet")
    assert reading_of(watch, quiet, {"kind": "below", **VISITS, "threshold": 1}).outcome is MET


def test_a_window_ends_with_the_last_fetch(watch: Watch) -> None:
    shop = watch.add_app()
    watch.fetch(shop, [1, 1])
    watch.now += timedelta(hours=1)
    condition = {"kind": "above", **VISITS, "threshold": 1}
    assert reading_of(watch, shop, condition).value == 2
    watch.fetch(shop)
    assert reading_of(watch, shop, condition).value == 0


def test_only_requests_that_match_the_filters_are_read(watch: Watch) -> None:
    shop = watch.add_app()
    watch.fetch(shop, [1, 1], endpoint="home")
    watch.fetch(shop, [1], endpoint="cart")
    condition = {"kind": "above", **VISITS, "threshold": 1, "filters": {"endpoint": "cart"}}
    assert reading_of(watch, shop, condition).value == 1


def test_changes_are_read_from_the_window_before_and_from_last_week(watch: Watch) -> None:
    shop = watch.add_app()
    week = timedelta(days=7)
    for ago, count in ((timedelta(), 12), (timedelta(minutes=6), 10), (week, 3)):
        watch.fetch(shop, [1] * count, ago=ago + timedelta(seconds=1))
    changed = {"kind": "changed", **VISITS, "factor": 2, "direction": "up"}
    before = reading_of(watch, shop, changed)
    assert (before.outcome, before.value, before.threshold) == (UNMET, 12, 20)
    last_week = reading_of(watch, shop, {**changed, "against": "last_week"})
    assert (last_week.outcome, last_week.value, last_week.threshold) == (MET, 12, 6)


def test_minutes_of_which_only_hours_are_left_are_unknown(watch: Watch) -> None:
    shop = watch.add_app()
    week = timedelta(days=7)
    for ago in (timedelta(seconds=1), week + timedelta(seconds=1)):
        watch.fetch(shop, [1] * 30, ago=ago)

    def drop() -> None:
        dashboard = repository.find(shop)
        dashboard.retention = Retention(calls_days=1)
        before = time_units.to_microseconds(watch.now.replace(hour=0) - timedelta(days=1))
        dashboard.aggregator_group.cube.drop(before, Span.drop_calls)

    transact(drop)
    changed = {"kind": "changed", **VISITS, "factor": 2, "against": "last_week"}
    assert reading_of(watch, shop, changed).outcome is NO_DATA
    assert reading_of(watch, shop, {**changed, "window": 3_600}).outcome is UNMET


@pytest.mark.parametrize("window", [60, 300, 900, 3_600, 86_400])
def test_the_last_values_are_those_of_consecutive_windows(window: int, watch: Watch) -> None:
    shop = watch.add_app()
    for number, count in enumerate((4, 2, 0, 6)):  # the latest first
        ago = timedelta(seconds=number * window + window / 2)
        watch.fetch(shop, [1] * count, ago=ago)
    inside = {"statistic": "total_visits", "window": window, "low": 0, "high": 3}
    mean = reading_of(watch, shop, {"kind": "mean_inside", **inside, "last": 4})
    assert (mean.outcome, mean.value) == (UNMET, 3)
    share = reading_of(watch, shop, {"kind": "share_inside", **inside, "last": 4, "share": 60})
    assert (share.outcome, share.value) == (MET, 50)


@pytest.mark.parametrize(
    ("kind", "outcomes", "expected"),
    [
        ("and", [MET, MET], MET),
        ("and", [MET, UNMET], UNMET),
        ("and", [MET, NO_DATA], NO_DATA),
        ("and", [UNMET, NO_DATA], UNMET),
        ("or", [UNMET, UNMET], UNMET),
        ("or", [MET, UNMET], MET),
        ("or", [MET, NO_DATA], MET),
        ("or", [UNMET, NO_DATA], NO_DATA),
    ],
)
def test_what_is_unknown_decides_nothing_that_others_decide(
    kind: str, outcomes: list[Outcome], expected: Outcome, watch: Watch
) -> None:
    shop = watch.add_app()
    watch.fetch(shop, [1])
    part = {
        MET: {"kind": "above", **VISITS, "threshold": 0},
        UNMET: {"kind": "below", **VISITS, "threshold": 1},
        NO_DATA: {"kind": "above", **MEAN, "threshold": 0},
    }
    for order in (outcomes, outcomes[::-1]):
        condition = {"kind": kind, "conditions": [part[each] for each in order]}
        assert reading_of(watch, shop, condition).outcome is expected
        deeper = {"kind": "and", "conditions": [condition, condition]}
        assert reading_of(watch, shop, deeper).outcome is expected


def test_a_failed_fetch_is_an_error_and_not_missing_data(watch: Watch) -> None:
    shop = watch.add_app()
    watch.fetch(shop, [1])
    watch.now += timedelta(hours=2)
    watch.fail_to_fetch(shop)
    for condition in ({"kind": "no_data"}, {"kind": "above", **VISITS, "threshold": 0}):
        reading = reading_of(watch, shop, condition)
        assert (reading.outcome, reading.text) == (Outcome.ERROR, "The token is wrong.")
    assert reading_of(watch, shop, {"kind": "fetch_failing"}).outcome is MET
    watch.fetch(shop)
    assert reading_of(watch, shop, {"kind": "fetch_failing"}).outcome is UNMET
    silence = reading_of(watch, shop, {"kind": "no_data"})
    assert (silence.outcome, silence.value) == (MET, 7_201)


def test_an_app_without_any_request_is_unknown(watch: Watch) -> None:
    shop = watch.add_app()
    assert reading_of(watch, shop, {"kind": "no_data"}).outcome is NO_DATA


def test_down_is_read_from_the_pings(watch: Watch) -> None:
    shop = watch.add_app()
    down = {"kind": "down"}
    assert reading_of(watch, shop, down).outcome is NO_DATA
    watch.ping(shop)
    assert reading_of(watch, shop, down).outcome is UNMET
    first = watch.now
    watch.take_down(shop)
    reading = reading_of(watch, shop, down)
    assert (reading.outcome, reading.since) == (MET, first)
    assert reading.text == "The app refused the connection."


def test_the_days_until_the_certificate_expires_are_read(watch: Watch) -> None:
    shop = watch.add_app()
    condition = {"kind": "certificate", "days": 14}
    assert reading_of(watch, shop, condition).outcome is NO_DATA

    def certify() -> None:
        log = repository.find(shop).downtime
        log.certificate_expires = watch.now + timedelta(days=14)

    transact(certify)
    assert reading_of(watch, shop, condition).outcome is UNMET
    watch.now += timedelta(hours=12)
    reading = reading_of(watch, shop, condition)
    assert (reading.outcome, reading.value, reading.threshold) == (MET, 13.5, 14)


def test_a_certificate_is_watched_without_any_news(watch: Watch) -> None:
    shop = watch.add_app()

    def certify() -> None:
        log = repository.find(shop).downtime
        log.certificate_expires = watch.now + timedelta(days=14, hours=1)

    transact(certify)
    rule_id = watch.add_rule({"kind": "certificate", "days": 14})
    watch.evaluate()
    assert watch.state(rule_id, shop).phase is Phase.OK
    due = transact(lambda: states_of(shop).due)  # type: ignore[union-attr]
    watch.fetch(shop)
    watch.evaluate(seconds=60)
    assert transact(lambda: states_of(shop).due) == due  # type: ignore[union-attr]  # not written
    watch.evaluate(seconds=3_600)
    watch.evaluate(seconds=3_600)
    assert watch.told == ["firing"]


@pytest.mark.parametrize(
    "condition",
    [
        MANY,
        {"kind": "above", "statistic": "total_visits", "window": 60, "threshold": 2},
        {"kind": "changed", **VISITS, "by": 0.5, "direction": "up"},
        {"kind": "mean_inside", **VISITS, "low": 0, "high": 2, "last": 3},
        {"kind": "share_inside", **VISITS, "low": 0, "high": 2, "last": 3, "share": 60},
        {"kind": "no_data", "window": 600},
        {"kind": "down"},
        {"kind": "or", "conditions": [{"kind": "down"}, MANY]},
        {"kind": "and", "conditions": [{"kind": "no_data", "window": 600}, {"kind": "down"}]},
    ],
)  # fmt: skip
def test_the_past_is_what_would_have_been_read_then(
    condition: dict[str, Any], watch: Watch
) -> None:
    shop = watch.add_app()
    parsed = conditions.parse(condition)
    windows = [
        each.window for each in conditions.leaves(parsed) if isinstance(each, conditions.Question)
    ]
    pace = timedelta(seconds=min(windows, default=60))
    start, was_met, expected = watch.now, False, []
    for number in range(int(timedelta(hours=2) / pace)):
        watch.now += pace
        is_up = not 20 < number * pace / timedelta(minutes=1) < 55
        watch.fetch(shop, [1] * (number % 5 if is_up else 0), ago=pace / 2)
        for _ in range(3):
            watch.ping(shop, is_up=is_up)
        is_met = reading_of(watch, shop, condition).outcome is MET
        if is_met != was_met:
            expected.append(watch.now)
        was_met = is_met

    def replay() -> list[Any]:
        dashboard = repository.find(shop)
        return Replay(parsed, Timing()).run(dashboard, start, watch.now)

    periods = transact(replay)
    found = [moment for period in periods for moment in period if moment is not None]
    assert found == expected
    assert len(expected) > 1
