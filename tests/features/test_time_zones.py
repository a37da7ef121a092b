"""The time zone of the user's settings, on the pages and in the overview."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page, StorageState, expect

from tests.features.support.running_stack import Stack
from tests.features.support.site_map import settle

pytestmark = pytest.mark.browser

ZONE = "Asia/Kathmandu"
CLOCKS = ZoneInfo(ZONE)
BROWSER_ZONE = "America/St_Johns"
# A local day that live traffic does not change any more.
DAY = (datetime.now(CLOCKS) - timedelta(days=3)).date()


def choose_zone(page: Page, typed: str, option: str) -> None:
    page.goto("/settings")
    field = page.get_by_role("combobox", name="Time zone")
    field.fill(typed)
    page.get_by_role("option", name=option).click()
    expect(page.get_by_text("Time zone saved.")).to_be_visible()


@pytest.fixture
def zoned_page(
    open_page: Callable[..., Page], signed_in: StorageState, stack: Stack
) -> Iterator[Page]:
    """A page of a browser in Newfoundland whose user has chosen the time zone of Nepal."""
    page = open_page(storage_state=signed_in, timezone_id=BROWSER_ZONE)
    choose_zone(page, "kathmandu", "Asia/Kathmandu")
    yield page
    choose_zone(page, "browser", "Browser")
    page.goto("/")
    expect(page.get_by_text("Times in America/St Johns")).to_be_visible()


def visits(stack: Stack, start: datetime, end: datetime) -> int:
    with stack.shop_database() as database:
        [(count,)] = database.execute(
            "select count(*) from Request where time_requested >= ? and time_requested < ?",
            [f"{each.astimezone(UTC):%Y-%m-%d %H:%M:%S}" for each in (start, end)],
        )
    return int(count)


def requests_shown(page: Page) -> str:
    settle(page)
    panel = page.get_by_role("region", name="Figures")
    return panel.locator("dl > div").first.locator("dd").first.inner_text()


def test_days_and_times_follow_the_clocks_of_the_chosen_zone(
    zoned_page: Page, stack: Stack
) -> None:
    board = f"/dashboards/{stack.dashboard_id('Bookshop')}"
    midnight = datetime(DAY.year, DAY.month, DAY.day, tzinfo=CLOCKS)
    zoned_page.goto(f"{board}?from={DAY}&to={DAY}")
    day = visits(stack, midnight, midnight + timedelta(days=1))
    assert requests_shown(zoned_page) == f"{day:,}"
    expect(zoned_page.get_by_text("Times in Asia/Kathmandu (GMT+5:45)")).to_have_count(1)

    zoned_page.keyboard.press("t")
    dialog = zoned_page.get_by_role("dialog", name="Time range")
    dialog.get_by_label("From: Time").fill("06:10")
    dialog.get_by_label("To: Time").fill("18:20")
    dialog.get_by_role("button", name="Apply").click()
    expect(zoned_page).to_have_url(f"{stack.url}{board}?from={DAY}T06%3A10&to={DAY}T18%3A20")
    start = midnight + timedelta(hours=6, minutes=10)
    end = midnight + timedelta(hours=18, minutes=20)
    part = visits(stack, start, end)
    assert 0 < part < day
    expect(zoned_page.get_by_role("region", name="Figures")).to_contain_text(f"{part:,}")

    chart = zoned_page.get_by_role("region", name="Requests", exact=True)
    chart.get_by_role("button", name="show as table").click()
    first = chart.get_by_role("row").nth(1)
    expect(first).to_contain_text("06:00 GMT+5:45")


@pytest.mark.usefixtures("zoned_page")
def test_today_is_the_day_of_the_chosen_zone(
    open_page: Callable[..., Page], signed_in: StorageState
) -> None:
    # Another browser of the user, because the first one may have the list already.
    page = open_page(storage_state=signed_in, timezone_id=BROWSER_ZONE)
    with page.expect_request("**/api/dashboards?*timezone=Asia%2FKathmandu*"):
        page.goto("/")
    expect(page.get_by_text("Times in Asia/Kathmandu (GMT+5:45)")).to_have_count(1)
