"""Use cases of PyDash step by step, including steps that fail."""

import re
from email import message_from_bytes, policy
from typing import cast

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.features.support.running_stack import PASSWORD, Stack
from tests.features.support.site_map import settle

pytestmark = pytest.mark.browser

LINK = re.compile(r"http://\S+/verify/\S+")


# The titles of the pages that are shown from now on, however shortly.
NOTE_HEADINGS = """() => {
    window.headings = [];
    new MutationObserver(() => {
        const title = document.querySelector('h1')?.textContent;
        if (title && title !== 'Spare' && title !== headings.at(-1)) headings.push(title);
    }).observe(document.body, { childList: true, characterData: true, subtree: true });
}"""


def sign_in(page: Page, name: str = "demo", password: str = PASSWORD) -> None:
    page.get_by_label("Username").fill(name)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Sign in").click()


def sign_out(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()
    page.get_by_role("menuitem", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def heading(page: Page, name: str) -> Locator:
    return page.get_by_role("heading", name=name, level=1)


class TestSignIn:
    def test_it_opens_the_overview(self, page: Page) -> None:
        page.goto("/")
        sign_in(page)
        expect(heading(page, "Overview")).to_be_visible()
        expect(page.get_by_role("button", name="demo", exact=True)).to_be_visible()

    def test_a_wrong_password_is_reported_and_can_be_retried(self, page: Page) -> None:
        page.goto("/")
        sign_in(page, password="something else")
        expect(page.get_by_role("alert")).to_contain_text("password")
        expect(page.get_by_label("Username")).to_have_value("demo")
        sign_in(page)
        expect(heading(page, "Overview")).to_be_visible()

    def test_it_opens_the_requested_page(self, page: Page, stack: Stack) -> None:
        asked = f"/dashboards/{stack.dashboard_id('Bookshop')}/endpoints?range=30d"
        page.goto(asked)
        sign_in(page)
        expect(heading(page, "Bookshop")).to_be_visible()
        expect(page).to_have_url(stack.url + asked)

    def test_signing_out_leaves_nothing_visible(self, page: Page) -> None:
        page.goto("/")
        sign_in(page)
        page.get_by_role("main").get_by_role("link", name="Bookshop").click()
        expect(heading(page, "Bookshop")).to_be_visible()
        settle(page)
        sign_out(page, "demo")
        page.go_back()
        expect(heading(page, "Sign in")).to_be_visible()
        page.reload()
        expect(heading(page, "Sign in")).to_be_visible()
        assert page.context.request.get("/api/user").status == 401


class TestRegistration:
    def register(self, page: Page, name: str) -> None:
        page.get_by_label("Username").fill(name)
        page.get_by_label("Email address").fill(f"{name}@example.com")
        page.get_by_label("Password", exact=True).fill(PASSWORD)
        page.get_by_label("Confirm password", exact=True).fill(PASSWORD)
        page.get_by_role("button", name="Create account").click()

    def test_the_link_in_the_email_activates_the_account(self, page: Page, stack: Stack) -> None:
        page.goto("/login")
        page.get_by_role("link", name="Create an account").click()
        expect(heading(page, "Create an account")).to_be_visible()
        self.register(page, "nadia")
        expect(heading(page, "Check your inbox")).to_be_visible()
        page.goto(mailed_link(page, stack, "nadia@example.com"))
        expect(page.get_by_role("status")).to_contain_text("verified")
        page.get_by_role("link", name="Sign in").click()
        expect(heading(page, "Sign in")).to_be_visible()
        sign_in(page, "nadia")
        expect(page.get_by_role("heading", name="Connect your first app")).to_be_visible()
        expect(page.get_by_text("pydash_exporter.bind(app)")).to_be_visible()

    def test_a_taken_name_is_reported_at_its_field(self, page: Page) -> None:
        page.goto("/register")
        self.register(page, "demo")
        field = page.get_by_label("Username")
        expect(field).to_have_attribute("aria-invalid", "true")
        expect(field).to_have_accessible_description(re.compile("taken|exists|in use"))
        self.register(page, "olga")
        expect(heading(page, "Check your inbox")).to_be_visible()

    def test_passwords_that_do_not_match_are_not_sent(self, page: Page) -> None:
        page.goto("/register")
        page.get_by_label("Password", exact=True).fill(PASSWORD)
        page.get_by_label("Confirm password", exact=True).fill("something else")
        page.get_by_role("button", name="Create account").click()
        expect(page.get_by_text("The passwords do not match.")).to_be_visible()
        expect(page.get_by_text("Choose a username.")).to_be_visible()

    def test_an_unverified_user_can_request_another_email(self, page: Page, stack: Stack) -> None:
        page.goto("/register")
        self.register(page, "petra")
        first = mailed_link(page, stack, "petra@example.com")
        page.goto("/login")
        sign_in(page, "petra")
        expect(page.get_by_role("alert")).to_contain_text("Verify your email address")
        page.get_by_role("link", name="Resend verification email").click()
        expect(page.get_by_label("Username")).to_have_value("petra")
        page.get_by_role("button", name="Send email").click()
        expect(page.get_by_role("status")).to_be_visible()
        second = mailed_link(page, stack, "petra@example.com", unlike=first)
        page.goto(second)
        expect(page.get_by_role("status")).to_contain_text("verified")

    def test_a_link_works_once(self, page: Page) -> None:
        page.goto("/verify/used-or-made-up")
        expect(page.get_by_role("alert")).to_contain_text("invalid or has been used")
        expect(page.get_by_role("link", name="Request a new link")).to_be_visible()


def mailed_link(page: Page, stack: Stack, address: str, unlike: str = "") -> str:
    """Wait for the mail to an address, and return the link in it."""
    for _ in range(100):
        for path in (stack.data_dir / "mail").glob("*.eml"):
            mail = message_from_bytes(path.read_bytes(), policy=policy.default)
            body = mail.get_body(("plain",))
            found = LINK.search(body.get_content()) if body else None
            if mail["To"] == address and found and found[0] != unlike:
                return found[0]
        page.wait_for_timeout(200)
    raise AssertionError(f"no mail to {address} came in 20 s")


class TestViewing:
    def test_the_data_of_one_endpoint(self, user_page: Page, stack: Stack) -> None:
        user_page.goto("/")
        user_page.get_by_role("main").get_by_role("link", name="Bookshop").click()
        expect(heading(user_page, "Bookshop")).to_be_visible()
        user_page.get_by_role("button", name="Filter", exact=True).click()
        user_page.get_by_role("menuitem", name="Endpoint").click()
        user_page.get_by_label("Search: Endpoint").fill("check")
        user_page.get_by_role("menuitem", name="checkout").click()
        chip = user_page.get_by_role("button", name="Remove filter Endpoint: checkout")
        expect(chip).to_be_visible()
        expect(user_page).to_have_url(re.compile(r"\?endpoint=checkout$"))
        visits = user_page.get_by_role("region", name="Requests", exact=True)
        expect(visits.get_by_text("book", exact=True)).to_have_count(0)
        chip.click()
        expect(chip).to_have_count(0)
        expect(visits.get_by_text("book", exact=True)).to_be_visible()

    def test_an_unknown_dashboard(self, user_page: Page) -> None:
        user_page.goto("/dashboards/00000000-0000-0000-0000-000000000000")
        expect(heading(user_page, "Dashboard not found")).to_be_visible()
        expect(user_page).to_have_title("Dashboard not found · PyDash")

    def test_a_range_without_requests(self, user_page: Page, stack: Stack) -> None:
        board = stack.dashboard_id("Bookshop")
        user_page.goto(f"/dashboards/{board}?from=2020-01-01&to=2020-01-02")
        expect(user_page.get_by_role("region")).to_have_count(1)
        expect(user_page.get_by_role("region")).to_contain_text("No data in this time range")
        user_page.get_by_role("button", name="Show all time").click()
        expect(user_page.get_by_role("region", name="Requests", exact=True)).to_be_visible()

    def test_every_tab_of_a_dashboard_has_its_title(self, user_page: Page, stack: Stack) -> None:
        board = stack.dashboard_id("Bookshop")
        for path in ("", "/endpoints", "/versions", "/uptime", "/settings"):
            user_page.goto(f"/dashboards/{board}{path}")
            part = path.removeprefix("/").capitalize() or "Statistics"
            expect(user_page).to_have_title(f"{part} · Bookshop · PyDash")

    def test_a_table_for_each_chart(self, user_page: Page, stack: Stack) -> None:
        user_page.goto(f"/dashboards/{stack.dashboard_id('Bookshop')}")
        panel = user_page.get_by_role("region", name="Execution time", exact=True)
        panel.get_by_role("button", name="Execution time: show as table").click()
        expect(panel.get_by_role("columnheader", name="p99")).to_be_visible()


class TestAdding:
    """A dashboard of one's own; what goes wrong with its address and token is in test_journey."""

    @pytest.fixture
    def spare(self, stack: Stack) -> str:
        """The id of a second dashboard over the same app."""
        response = stack.post(
            "dashboards/register",
            {"name": "Spare", "url": f"{stack.shop_url}/dashboard", "token": stack.shop_token},
        )
        return cast(str, response["dashboard"]["id"])

    def test_changed_settings_survive_a_reload(
        self, user_page: Page, stack: Stack, spare: str
    ) -> None:
        user_page.goto(f"/dashboards/{spare}/settings")
        user_page.get_by_label("Name", exact=True).fill("Renamed")
        user_page.get_by_role("button", name="Save connection").click()
        expect(heading(user_page, "Renamed")).to_be_visible()
        switch = user_page.get_by_role("switch", name="Monitor uptime")
        before = switch.is_checked()
        switch.click()
        expect(switch).to_be_checked(checked=not before)
        user_page.reload()
        expect(user_page.get_by_label("Name", exact=True)).to_have_value("Renamed")
        expect(switch).to_be_checked(checked=not before)
        stack.post(f"dashboards/{spare}/delete", {})

    def test_it_is_deleted_only_after_its_name_is_typed(
        self, user_page: Page, stack: Stack, spare: str
    ) -> None:
        user_page.goto(f"/dashboards/{spare}/settings")
        user_page.get_by_role("button", name="Delete dashboard").click()
        dialog = user_page.get_by_role("dialog")
        dialog.get_by_label("Type Spare to confirm").fill("spare")
        dialog.get_by_role("button", name="Delete permanently").click()
        expect(dialog.get_by_text("The name does not match.")).to_be_visible()
        assert stack.dashboard_id("Spare") == spare
        dialog.get_by_label("Type Spare to confirm").fill("Spare")
        user_page.evaluate(NOTE_HEADINGS)
        dialog.get_by_role("button", name="Delete permanently").click()
        expect(heading(user_page, "Overview")).to_be_visible()
        assert user_page.evaluate("headings") == ["Overview"]
        expect(user_page.get_by_role("link", name="Spare")).to_have_count(0)
        assert "Spare" not in [board["name"] for board in stack.get("dashboards")]

    def test_a_result_and_a_suggested_name_are_those_of_the_address(
        self, user_page: Page, stack: Stack
    ) -> None:
        user_page.goto("/")
        user_page.get_by_role("button", name="Add dashboard").click()
        dialog = user_page.get_by_role("dialog")
        url, name = dialog.get_by_label("Dashboard URL"), dialog.get_by_label("Name", exact=True)
        steps = dialog.get_by_role("list", name="Connection test")
        url.fill("http://127.0.0.1:9")
        dialog.get_by_label("Token", exact=True).fill("wrong")
        dialog.get_by_role("button", name="Test and add").click()
        expect(steps).to_contain_text("Connection refused")
        url.fill(stack.shop_url)
        expect(steps).to_have_count(0)
        expect(name).to_have_value(stack.shop_url.removeprefix("http://"))
        dialog.get_by_role("button", name="Test and add").click()
        expect(steps).to_contain_text("token", ignore_case=True)
        dialog.get_by_label("Token", exact=True).fill("another")
        expect(steps).to_have_count(0)
        name.fill("My shop")
        url.fill("http://127.0.0.1:9")
        expect(name).to_have_value("My shop")

    def test_cancelling_adds_nothing(self, user_page: Page, stack: Stack) -> None:
        before = stack.get("dashboards")
        user_page.goto("/")
        user_page.get_by_role("button", name="Add dashboard").click()
        dialog = user_page.get_by_role("dialog")
        dialog.get_by_label("Dashboard URL").fill(stack.shop_url)
        dialog.get_by_role("button", name="Cancel").click()
        expect(dialog).to_have_count(0)
        assert len(stack.get("dashboards")) == len(before)

    def test_cancelling_the_connection_test_adds_nothing(
        self, user_page: Page, stack: Stack
    ) -> None:
        before = stack.get("dashboards")
        user_page.route(re.compile("/api/dashboards/probe$"), lambda route: None)
        user_page.goto("/")
        user_page.get_by_role("button", name="Add dashboard").click()
        dialog = user_page.get_by_role("dialog")
        dialog.get_by_label("Dashboard URL").fill(stack.shop_url)
        dialog.get_by_label("Token", exact=True).fill(stack.shop_token)
        with user_page.expect_event("requestfailed") as failed:
            dialog.get_by_role("button", name="Test and add").click()
            expect(dialog.get_by_role("list", name="Connection test")).to_be_visible()
            dialog.get_by_role("button", name="Cancel").click()
        assert failed.value.url.endswith("/api/dashboards/probe")
        expect(dialog).to_have_count(0)
        assert len(stack.get("dashboards")) == len(before)


def test_user_settings_survive_a_reload(user_page: Page) -> None:
    user_page.goto("/settings")
    sounds = user_page.get_by_role("switch", name="Play sounds")
    before = sounds.is_checked()
    sounds.click()
    expect(user_page.get_by_text("Sounds are off." if before else "Sounds are on.")).to_be_visible()
    dark = user_page.get_by_role("button", name="Dark", exact=True)
    dark.click()
    user_page.reload()
    expect(sounds).to_be_checked(checked=not before)
    expect(dark).to_have_attribute("aria-pressed", "true")
    sounds.click()
    expect(sounds).to_be_checked(checked=before)
