"""An owner shares a dashboard; a visitor without an account sees it until the link is revoked."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.features.support.running_stack import Stack
from tests.features.support.site_map import settle
from tests.support.waiting import wait_for

pytestmark = pytest.mark.browser

TODAY = datetime.now(UTC).date()
# Days of which the demo's live traffic changes nothing any more.
DAYS = f"?from={TODAY - timedelta(days=9)}&to={TODAY - timedelta(days=2)}"
SECONDS = 120.0
NUMBERS = "[aria-label=Figures] dd"


def test_a_visitor_sees_the_numbers_of_the_owner_until_the_link_is_revoked(
    user_page: Page, open_page: Callable[..., Page], stack: Stack
) -> None:
    shop = stack.dashboard_id("Bookshop")
    wait_for(lambda: stack.get(f"dashboards/{shop}/progress")["fraction"] == 1, SECONDS)
    user_page.goto(f"/dashboards/{shop}{DAYS}")
    settle(user_page)
    numbers = user_page.locator(NUMBERS).all_inner_texts()
    # Each has its change.
    shown = numbers[:2] + numbers[4:]
    assert len(shown) == 8
    user_page.get_by_role("button", name="Share").click()
    user_page.get_by_role("menuitem", name="Read-only links").click()
    user_page.get_by_role("button", name="New link").click()
    dialog = user_page.get_by_role("dialog")
    dialog.get_by_label("Name").fill("Investors")
    dialog.get_by_label("Daily activity").uncheck()
    dialog.get_by_role("button", name="Create link").click()
    link = dialog.locator("code").inner_text()
    dialog.get_by_role("button", name="Done").click()
    listed = user_page.get_by_role("list", name="Read-only links")
    expect(listed).to_contain_text("never used")
    token = urlsplit(link).fragment
    assert token not in user_page.content()

    visitor = open_page()
    asked: list[str] = []
    visitor.on("request", lambda request: asked.append(request.url))
    visitor.goto(link.replace("#", f"{DAYS}#"))
    settle(visitor)
    expect(visitor.get_by_role("heading", level=1)).to_have_text("Bookshop")
    assert visitor.locator(NUMBERS).all_inner_texts() == shown, "all but the unique visitors"
    expect(visitor.get_by_role("region", name="Requests by hour")).to_be_visible()
    for hidden in ("Daily activity", "Execution time by endpoint", "Unique visitors"):
        expect(visitor.get_by_text(hidden)).to_have_count(0)
    visitor.get_by_role("button", name=re.compile(" to ")).click()
    visitor.get_by_role("menuitem", name="Last 30 days").click()
    settle(visitor)
    assert visitor.url.endswith(f"/shared?range=30d#{token}")
    assert not [url for url in asked if token in url.partition("#")[0]]
    assert {urlsplit(url).path for url in asked if "/api/" in url} == {
        "/api/shared",
        "/api/shared/query",
    }

    user_page.get_by_role("button", name="Revoke: Investors").click()
    user_page.get_by_role("button", name="Revoke permanently: Investors").click()
    expect(user_page.get_by_text("Link revoked.")).to_be_visible()
    visitor.reload()
    expect(visitor.get_by_role("heading", level=1)).to_have_text("Link not found")
