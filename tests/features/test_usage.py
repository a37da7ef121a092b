"""The usage reports: what is downloaded equals what the charts show."""

import csv
from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Locator, Page, StorageState

from tests.features.support.running_stack import Stack
from tests.features.support.site_map import settle

pytestmark = pytest.mark.browser


def shown(panel: Locator) -> list[list[str]]:
    """Return the numbers of a chart's table, without the titles of rows and columns."""
    panel.get_by_role("button", name="show as table").click()
    panel.get_by_role("table").wait_for()
    rows = [row.locator("td").all_inner_texts() for row in panel.get_by_role("row").all()[1:]]
    return [[text.replace(",", "") for text in row] for row in rows]


def downloaded(page: Page, name: str) -> list[dict[str, str]]:
    with page.expect_download() as download:
        page.get_by_role("link", name=name).click()
    with download.value.path().open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


SLOW_PERIODS = [
    pytest.param(name, marks=pytest.mark.slow) for name in ("Week", "Month", "Quarter", "Year")
]


@pytest.mark.parametrize("period", ["Day", *SLOW_PERIODS])
def test_csv_of_sign_ins_equals_the_chart(user_page: Page, period: str) -> None:
    user_page.goto("/usage")
    user_page.get_by_role("button", name=period, exact=True).click()
    settle(user_page)
    user_page.reload()  # Otherwise the former chart may still be shown for a moment.
    settle(user_page)
    numbers = [row[0] for row in shown(user_page.get_by_role("region", name="Users who signed in"))]
    assert [row["user"] for row in downloaded(user_page, "CSV")] == numbers
    # The demo user has signed in today, and maybe the users of other tests.
    assert int(numbers[-1]) >= 1
    assert set(numbers[:-1]) == {"0"}


def of_app(stack: Stack, field: str, zone: str, period: str) -> dict[str, list[int]]:
    """Return the counts of each period, from the app's own requests: all, returning, new.

    :param period: the format of its name.
    """
    with stack.shop_database() as database:
        query = f"select time_requested, {field} from Request order by time_requested"
        requests = database.execute(query).fetchall()
    seen: set[str] = set()
    periods: dict[str, dict[str, int]] = defaultdict(dict)
    for text, value in requests:
        time = datetime.fromisoformat(text).replace(tzinfo=UTC).astimezone(ZoneInfo(zone))
        if value and value != "None":
            periods[time.strftime(period)].setdefault(value, int(value not in seen))
            seen.add(value)
    return {
        name: [len(values), len(values) - sum(values.values()), sum(values.values())]
        for name, values in periods.items()
    }


@pytest.mark.parametrize(
    ("zone", "per", "period"),
    [("America/New_York", "day", "%Y-%m-%d"), ("Asia/Tokyo", "week", "%G-W%V")],
)
def test_csv_of_an_app_equals_the_chart_and_the_app(
    open_page: Callable[..., Page],
    signed_in: StorageState,
    stack: Stack,
    zone: str,
    per: str,
    period: str,
) -> None:
    page = open_page(storage_state=signed_in, timezone_id=zone)
    page.goto(f"/dashboards/{stack.dashboard_id('Bookshop')}/usage?per={per}")
    settle(page)
    rows = downloaded(page, "CSV")
    for name, names, field in (
        ("Users", ("users", "returning_users", "new_users"), "group_by"),
        ("Addresses", ("addresses", "returning_addresses", "new_addresses"), "ip"),
    ):
        of_csv = [[int(row[name]) for name in names] for row in rows]
        expected = of_app(stack, field, zone, period)
        of_periods = [expected.get(row["period"], [0, 0, 0]) for row in rows]
        region = page.get_by_role("region", name=name, exact=True)
        of_chart = [[int(text) for text in row[:3]] for row in shown(region)]
        # Live traffic changes the current period.
        assert of_csv[:-1] == of_chart[:-1] == of_periods[:-1]
        assert any(returning for _, returning, _ in of_csv)
        assert per == "day" or any(new for _, _, new in of_csv)
