"""Users see how execution times develop, and compare two saved time slices."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.features.support.running_stack import Stack

pytestmark = pytest.mark.browser


def test_trends_with_rules_and_two_slices_side_by_side(user_page: Page, stack: Stack) -> None:
    shop = stack.dashboard_id("Bookshop")
    condition = {
        "kind": "above",
        "statistic": "standard_deviation_execution_time",
        "window": 86_400,
        "threshold": 0,
        "filters": {"endpoint": "book"},
    }
    added = stack.post("rules", {"condition": condition, "name": "Steady", "dashboard_id": shop})
    user_page.goto(f"/dashboards/{shop}?range=30d")
    user_page.get_by_role("link", name="Trends").click()
    user_page.get_by_role("button", name="Standard deviation").click()
    book = user_page.get_by_role("region", name="book", exact=True)
    expect(book.get_by_text(re.compile(r"^Beyond what a rule allows: \d+ days"))).to_be_visible()
    expect(book.get_by_role("button", name="Steady (at most)")).to_be_visible()
    user_page.get_by_role("button", name="Version", exact=True).click()
    expect(book.get_by_text(re.compile(r"^Beyond what a rule allows: \d+ version"))).to_be_visible()
    stack.post(f"rules/{added['rule']['id']}/delete", {})

    user_page.goto(f"/dashboards/{shop}/compare?range=last-week&endpoint=book")
    user_page.get_by_label("Name (optional)").fill("Books of last week")
    user_page.get_by_role("button", name="Save time slice").click()
    first = user_page.get_by_label("Time slice A")
    expect(first.locator("option:checked")).to_have_text("Books of last week")
    figures = user_page.get_by_role("region", name="Figures", exact=True)
    requests = figures.get_by_role("row", name=re.compile("^Requests"))
    expect(requests.get_by_role("cell").last).to_have_text(re.compile(r"^\+"))
    for name in ("Distribution of A", "Distribution of B"):
        expect(user_page.get_by_role("region", name=name)).to_contain_text("Share of the requests")
    user_page.reload()
    expect(first.locator("option:checked")).to_have_text("Books of last week")
    user_page.get_by_role("button", name="Delete: Books of last week").click()
    user_page.get_by_role("button", name="Delete permanently: Books of last week").click()
    expect(first.locator("option:checked")).to_have_text("All requests")
