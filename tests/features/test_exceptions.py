"""Users decide about errors."""

import pytest
from playwright.sync_api import Page, expect

from tests.features.support.running_stack import Stack

pytestmark = pytest.mark.browser

FAULT = "ZeroDivisionError"


def test_a_decision_is_an_event_that_leads_back(user_page: Page, stack: Stack) -> None:
    shop, fault = stack.dashboard_id("Bookshop"), stack.wait_for_exception(FAULT)
    user_page.set_viewport_size({"width": 320, "height": 640})
    user_page.goto(f"/dashboards/{shop}/exceptions/{fault}")
    user_page.get_by_role("button", name="Ignore", exact=True).click()
    user_page.get_by_role("menuitem", name="For ever").click()
    history = user_page.get_by_role("list", name="History").get_by_role("listitem")
    expect(history.first).to_contain_text(f"Ignored: {FAULT} in faults:average")
    user_page.goto(f"/dashboards/{shop}/activity?event=exception.ignored")
    user_page.get_by_role("link", name="Show exception").click()
    expect(user_page).to_have_url(f"{stack.url}/dashboards/{shop}/exceptions/{fault}")
    user_page.get_by_role("button", name="Reopen", exact=True).click()
    expect(history.first).to_contain_text(f"No longer resolved or ignored: {FAULT}")
