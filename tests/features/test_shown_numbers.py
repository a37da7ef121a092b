"""The numbers on the pages are those of the API, and those of the monitored app's own database."""

import statistics
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page

from tests.features.support.running_stack import Stack
from tests.features.support.site_map import settle

pytestmark = pytest.mark.browser

# A day that live traffic does not change any more.
DAY = datetime.now(UTC).date() - timedelta(days=2)


@pytest.fixture
def own_durations(stack: Stack) -> dict[str, list[float]]:
    """The durations (ms) of that day's calls by endpoint, as the app itself has them."""
    durations: dict[str, list[float]] = {}
    with stack.shop_database() as database:
        rows = database.execute(
            "select name, duration from Request join Endpoint on Endpoint.id = endpoint_id"
            " where date(time_requested) = ?",
            [str(DAY)],
        )
        for name, duration in rows:
            durations.setdefault(name, []).append(duration)
    return durations


def in_ms(text: str) -> float:
    """Read "12.3 ms" or "1.23 s"."""
    number, unit = text.split()
    return float(number.replace(",", "")) * {"ms": 1, "s": 1000}[unit]


def test_the_figures(user_page: Page, stack: Stack, own_durations: dict[str, list[float]]) -> None:
    board = stack.dashboard_id("Bookshop")
    user_page.goto(f"/dashboards/{board}?from={DAY}&to={DAY}")
    settle(user_page)
    panel = user_page.get_by_role("region", name="Figures")
    cells = [text.split("\n") for text in panel.locator("dl > div").all_inner_texts()]
    figures = {label: value for label, value, *_ in cells}
    everything = [duration for durations in own_durations.values() for duration in durations]
    assert figures["Requests"] == f"{len(everything):,}"
    assert in_ms(figures["Median time (p50)"]) == pytest.approx(
        statistics.median(everything), rel=0.01
    )
    told = stack.get(
        f"dashboards/{board}/statistic",
        statistic="total_visits,unique_visitors,median_execution_time",
        start_date=f"{DAY}T00:00:00Z",
        end_date=f"{DAY + timedelta(days=1)}T00:00:00Z",
    )
    assert figures["Requests"] == f"{told['total_visits']:,}"
    assert figures["Unique visitors"] == f"{told['unique_visitors']:,}"
    assert in_ms(figures["Median time (p50)"]) == pytest.approx(
        told["median_execution_time"], rel=0.005
    )


def test_the_table_of_endpoints(
    user_page: Page, stack: Stack, own_durations: dict[str, list[float]]
) -> None:
    board = stack.dashboard_id("Bookshop")
    user_page.set_viewport_size({"width": 1920, "height": 1080})
    user_page.goto(f"/dashboards/{board}/endpoints?from={DAY}&to={DAY}")
    settle(user_page)
    shown = {}
    for row in user_page.get_by_role("row").all()[1:]:
        name = row.get_by_role("link").inner_text()
        visits = row.locator("[data-field=total_visits]").inner_text()
        median = row.locator("[data-field=median_execution_time]").inner_text()
        shown[name] = (visits, in_ms(median))
    assert set(shown) == set(own_durations)
    for name, (visits, typical) in shown.items():
        assert visits == f"{len(own_durations[name]):,}"
        assert typical == pytest.approx(statistics.median(own_durations[name]), rel=0.02)
