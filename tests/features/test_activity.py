"""What happens appears in Activity, without a reload."""

from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

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


def test_a_deploy_is_marked_on_charts_without_a_reload(user_page: Page, stack: Stack) -> None:
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
    link = chart.get_by_role("link", name="Deploy of 7.7.7: show in Activity")
    expect(link).to_be_visible()
    expect(user_page.get_by_role("button", name="Deploy of 7.7.7")).to_have_count(3)

    toggle = user_page.get_by_role("button", name="Events", exact=True)
    toggle.click()
    expect(marker).to_have_count(0)
    user_page.reload()
    expect(toggle).to_have_attribute("aria-pressed", "false")
    toggle.click()
    marker.click()
    link.click()
    events = user_page.get_by_role("list", name="Events")
    expect(events.get_by_text("Deploy of 7.7.7")).to_be_visible()


def test_signing_in_appears_in_activity_and_the_security_log(user_page: Page) -> None:
    user_page.goto("/activity")
    expect(
        user_page.get_by_role("list", name="Events").get_by_text("Signed in").first
    ).to_be_visible()
    user_page.goto("/settings")
    log = user_page.get_by_role("list", name="Security log")
    expect(log.get_by_text("Signed in").first).to_be_visible()
    expect(log.get_by_text("New version")).to_have_count(0)
