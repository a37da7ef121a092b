"""What happens appears in Activity, without a reload."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Locator, Page, StorageState, expect

from tests.features.support.running_stack import Stack

pytestmark = pytest.mark.browser


def test_a_deploy_appears_without_a_reload(user_page: Page, stack: Stack) -> None:
    shop = stack.dashboard_id("Bookshop")
    user_page.goto(f"/dashboards/{shop}/activity")
    events = user_page.get_by_role("list", name="Events")
    expect(events.get_by_text("New version").first).to_be_visible()
    traits = {"version": "9.9.9"}
    stack.post("events", {"event_type": "app.deploy", "dashboard_id": shop, "traits": traits})
    expect(events.get_by_text("Deploy of 9.9.9")).to_be_visible()
    user_page.get_by_role("button", name="Deploy", exact=True).click()
    expect(events.get_by_text("New version")).to_have_count(0)
    assert "event=app.deploy" in user_page.url
    user_page.reload()
    expect(events.get_by_text("Deploy of 9.9.9")).to_be_visible()
    user_page.get_by_role("button", name="Details of Deploy of 9.9.9").click()
    expect(events.get_by_text("9.9.9", exact=True)).to_be_visible()
    user_page.goto("/activity?event=app.deploy")
    expect(events.get_by_role("link", name="Bookshop").first).to_be_visible()


def test_a_deploy_is_marked_on_charts_without_a_reload(
    open_page: Callable[..., Page], signed_in: StorageState, stack: Stack
) -> None:
    user_page = open_page(storage_state=signed_in, has_touch=True)
    shop = stack.dashboard_id("Bookshop")
    user_page.goto(f"/dashboards/{shop}?range=24h")
    chart = user_page.get_by_role("region", name="Requests", exact=True)
    marker = chart.get_by_role("button", name="Deploy of 7.7.7")
    expect(chart.get_by_role("button", name="Requests: show as table")).to_be_visible()
    expect(marker).to_have_count(0)
    happened = datetime.now(UTC) - timedelta(hours=9)
    deploy = {"event_type": "app.deploy", "dashboard_id": shop, "traits": {"version": "7.7.7"}}
    stack.post("events", {**deploy, "generated": happened.isoformat()})
    marker.hover()
    link = chart.get_by_role("link", name="Deploy of 7.7.7: Show in Activity")
    expect(link).to_be_visible()
    expect(user_page.get_by_role("button", name="Deploy of 7.7.7")).to_have_count(3)

    toggle = user_page.get_by_role("button", name="Events", exact=True)
    toggle.click()
    expect(marker).to_have_count(0)
    user_page.reload()
    expect(toggle).to_have_attribute("aria-pressed", "false")
    toggle.click()

    def press_enter(target: Locator) -> None:
        if target is link:
            user_page.keyboard.press("Tab")
            expect(target).to_be_focused()
        target.press("Enter")

    for press in (Locator.click, Locator.tap, press_enter):
        press(marker)
        press(link)
        events = user_page.get_by_role("list", name="Events")
        expect(events.get_by_text("Deploy of 7.7.7")).to_be_visible()
        user_page.go_back()


def test_filtering_by_traits_paging_and_sharing(
    user_page: Page, open_page: Callable[..., Page], signed_in: StorageState, stack: Stack
) -> None:
    shop = stack.dashboard_id("Bookshop")
    weeks_ago = datetime.now(UTC) - timedelta(weeks=3)
    runs = [
        {
            "event_type": "ci.run",
            "dashboard_id": shop,
            "generated": (weeks_ago + timedelta(minutes=number)).isoformat(),
            "traits": {"branch": "main" if number % 2 else "dev", "number": number},
        }
        for number in range(120)
    ]
    stack.post("events", runs)
    user_page.goto(f"/dashboards/{shop}/activity")
    user_page.get_by_role("button", name="ci.run", exact=True).click()
    add_condition(user_page, "branch", "is", "main")
    expect(user_page.get_by_role("button", name="Remove filter branch is main")).to_be_visible()
    events = user_page.get_by_role("list", name="Events").get_by_role("listitem")
    expect(events).to_have_count(50)
    user_page.get_by_role("button", name="Show more").click()
    expect(events).to_have_count(60)
    add_condition(user_page, "number", "less than", "40")
    expect(events).to_have_count(20)
    shared = open_page(storage_state=signed_in)
    shared.goto(user_page.url)
    expect(shared.get_by_role("list", name="Events").get_by_role("listitem")).to_have_count(20)
    shared.get_by_role("button", name="Remove filter branch is main").click()
    expect(shared.get_by_role("list", name="Events").get_by_role("listitem")).to_have_count(40)


def add_condition(page: Page, trait: str, operator: str, value: str) -> None:
    page.get_by_role("button", name="Filter", exact=True).click()
    form = page.get_by_role("form", name="Condition")
    form.get_by_label("Trait").fill(trait)
    form.get_by_label("Operator").select_option(operator)
    form.get_by_label("Value").fill(value)
    form.get_by_role("button", name="Add condition").click()


def test_signing_in_appears_in_activity_and_the_security_log(user_page: Page) -> None:
    user_page.goto("/activity")
    expect(
        user_page.get_by_role("list", name="Events").get_by_text("Signed in").first
    ).to_be_visible()
    user_page.goto("/settings")
    log = user_page.get_by_role("list", name="Security log")
    expect(log.get_by_text("Signed in").first).to_be_visible()
    expect(log.get_by_text("New version")).to_have_count(0)
