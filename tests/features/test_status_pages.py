"""An owner publishes a status page; visitors read it, also without JavaScript."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, StorageState, expect

from tests.features.support.running_stack import Stack
from tests.features.test_accessibility import violations
from tests.features.test_widths import OVERFLOW
from tests.support.waiting import wait_for

pytestmark = pytest.mark.browser

SECONDS = 60.0


def link_in_mail(folder: Path, address: str) -> str:
    """Wait for a mail to an address, and return the link to a subscription in it."""

    def links() -> list[str]:
        mails = [path.read_text() for path in folder.glob("*.eml")]
        found = [
            re.findall(r"http\S+/subscriptions/\S+", mail) for mail in mails if address in mail
        ]
        return [each[0] for each in found if each]

    wait_for(links, SECONDS)
    return links()[-1]


def test_an_incident_from_its_first_update_to_the_mails(
    user_page: Page, open_page: Callable[..., Page], stack: Stack
) -> None:
    user_page.goto("/status-pages")
    user_page.get_by_role("button", name="New status page").click()
    dialog = user_page.get_by_role("dialog")
    dialog.get_by_label("Name", exact=True).fill("Acme")
    dialog.get_by_label("Address").fill("Acme")
    dialog.get_by_role("button", name="Add app").click()
    app = dialog.get_by_role("group", name="App 1")
    app.get_by_label("Dashboard").select_option("Bookshop")
    app.get_by_label("Shown as").fill("Books")
    dialog.get_by_role("button", name="Create").click()
    expect(dialog.get_by_label("Address")).to_have_accessible_description(re.compile("invalid"))
    dialog.get_by_label("Address").fill("acme")
    dialog.get_by_role("button", name="Create").click()
    user_page.get_by_role("link", name="Acme", exact=True).click()

    visitor = open_page(java_script_enabled=False)
    visitor.goto("/s/acme")
    expect(visitor.get_by_role("status")).to_have_text("All systems operational")
    expect(visitor.get_by_role("img", name="Books, last 90 days")).to_be_visible()
    visitor.get_by_label("Email address").fill("bob@example.com")
    visitor.get_by_role("button", name="Subscribe").click()
    expect(visitor.get_by_role("heading", name="Check your inbox")).to_be_visible()
    visitor.goto(link_in_mail(stack.data_dir / "mail", "bob@example.com"))
    visitor.get_by_role("button", name="Subscribe").click()
    expect(visitor.get_by_role("heading", name="Subscribed")).to_be_visible()

    user_page.reload()
    user_page.get_by_role("button", name="New incident").click()
    dialog.get_by_label("Title").fill("Slow checkout")
    dialog.get_by_label("Impact").select_option("Degraded performance")
    dialog.get_by_label("Text").fill("We are **looking** into it.")
    expect(dialog.get_by_label("Notify 1 subscriber")).to_be_checked()
    dialog.get_by_role("button", name="Publish").click()
    incident = user_page.get_by_role("listitem", name="Slow checkout")
    expect(incident).to_contain_text("Investigating")
    visitor.goto("/s/acme")
    expect(visitor.get_by_role("status")).to_have_text("Some systems are degraded")
    expect(visitor.locator("article strong", has_text="looking")).to_be_visible()

    incident.get_by_role("button", name="Update").click()
    dialog.get_by_label("State").select_option("Resolved")
    dialog.get_by_label("Text").fill("It is fast again.")
    dialog.get_by_role("button", name="Post update").click()
    expect(incident).to_contain_text("Resolved")
    visitor.goto("/s/acme")
    expect(visitor.get_by_role("status")).to_have_text("All systems operational")
    visitor.get_by_role("link", name="History by month").click()
    expect(visitor.get_by_text("It is fast again.")).to_be_visible()

    def notices() -> list[Path]:
        folder = stack.data_dir / "mail"
        return [path for path in folder.glob("*.eml") if "Slow checkout" in path.read_text()]

    wait_for(lambda: len(notices()) == 2, SECONDS)
    visitor.goto(re.findall(r"http\S+/unsubscribe/[\w-]+", notices()[0].read_text())[0])
    visitor.get_by_role("button", name="Unsubscribe").click()
    expect(visitor.get_by_role("heading", name="Unsubscribed")).to_be_visible()

    user_page.get_by_role("button", name="Edit").click()
    dialog.get_by_label("Visitors need a password").check()
    dialog.get_by_label("Password of the page", exact=True).fill("a password of the page")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog).to_have_count(0)
    visitor.goto("/s/acme")
    expect(visitor.get_by_text("Books")).to_have_count(0)
    visitor.get_by_label("Password").fill("a password of the page")
    visitor.get_by_role("button", name="Open").click()
    expect(visitor.get_by_role("heading", name="Books")).to_be_visible()

    user_page.get_by_role("button", name="Delete: Acme").click()
    user_page.get_by_role("button", name="Delete permanently: Acme").click()
    expect(user_page.get_by_text("There are no status pages yet")).to_be_visible()
    visitor.goto("/s/acme")
    expect(visitor.get_by_role("heading", name="Not found")).to_be_visible()


def test_it_is_accessible_and_fits_on_a_phone(
    open_page: Callable[..., Page], signed_in: StorageState, stack: Stack
) -> None:
    app = {"dashboard_id": stack.dashboard_id("Bookshop"), "name": "A name that is long enough"}
    body = {"slug": "fits", "name": "Fits", "groups": [{"name": "Services", "dashboards": [app]}]}
    page = stack.post("status_pages", body)["status_page"]
    incident = {"title": "A long title " * 6, "text": "`x`" * 60, "impact": "major_outage"}
    stack.post(f"status_pages/{page['id']}/incidents", incident)
    phone = {"viewport": {"width": 320, "height": 550}, "has_touch": True, "is_mobile": True}
    visitor = open_page(**phone)
    for path in ("/s/fits", "/s/unknown"):
        visitor.goto(path)
        assert visitor.evaluate(OVERFLOW) == 0
        assert violations(visitor) == []
    owner = open_page(**phone, storage_state=signed_in)
    owner.goto(f"/status-pages/{page['id']}")
    expect(owner.get_by_role("list", name="Incidents")).to_be_visible()
    assert owner.evaluate(OVERFLOW) == 0
    assert violations(owner) == []
    stack.post(f"status_pages/{page['id']}/delete", {})
