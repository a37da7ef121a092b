"""Users find the cause of errors, and decide about it."""

import pytest
from playwright.sync_api import Page, expect

from tests.features.support.running_stack import Stack

pytestmark = pytest.mark.browser

FAULT = "ZeroDivisionError"


def test_from_an_endpoint_to_a_stack_on_a_phone(user_page: Page, stack: Stack) -> None:
    shop, fault = stack.dashboard_id("Bookshop"), stack.wait_for_exception(FAULT)
    user_page.set_viewport_size({"width": 320, "height": 640})
    user_page.goto(f"/dashboards/{shop}/endpoints/reviews")
    newest = user_page.get_by_role("region", name="Exceptions", exact=True)
    newest.get_by_role("link", name=f"{FAULT} in faults:average").click()
    raising = user_page.get_by_role("list", name="Stack").get_by_role("listitem").last
    expect(raising).to_contain_text("average")
    expect(raising).to_contain_text("return sum(stars) / len(stars)")

    user_page.get_by_role("button", name="Ignore", exact=True).click()
    user_page.get_by_role("menuitem", name="For ever").click()
    history = user_page.get_by_role("list", name="History").get_by_role("listitem")
    expect(history.first).to_contain_text(f"Ignored: {FAULT} in faults:average")
    user_page.goto(f"/dashboards/{shop}/activity?event=exception.ignored")
    user_page.get_by_role("link", name="Show exception").click()
    expect(user_page).to_have_url(f"{stack.url}/dashboards/{shop}/exceptions/{fault}")
    user_page.get_by_role("button", name="Reopen", exact=True).click()
    expect(history.first).to_contain_text(f"No longer resolved or ignored: {FAULT}")
