"""Two windows of one browser share its session: each shows the user who is signed in."""

import os
import subprocess
import sys

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.features.support.running_stack import PASSWORD, Stack
from tests.features.support.site_map import settle
from tests.features.test_use_cases import heading, sign_in, sign_out

pytestmark = pytest.mark.browser

# The other windows tell nothing to this one, as if it had been suspended.
DEAF = "window.BroadcastChannel = class { postMessage() {} };"


@pytest.fixture(scope="module", autouse=True)
def _users(stack: Stack) -> None:
    """Users of these tests alone, because signing in is limited."""
    for name in ("walter", "wendy"):
        subprocess.run(
            [
                *(sys.executable, "-m", "pydash", "user", "create", name, "--verified"),
                *("--email", f"{name}@example.com", "--password-stdin"),
            ],
            env={**os.environ, "PYDASH_DATA_DIR": str(stack.data_dir)},
            input=PASSWORD,
            text=True,
            check=True,
            stdout=subprocess.DEVNULL,
        )


def second_window(first: Page, path: str) -> Page:
    window = first.context.new_page()
    window.goto(path)
    settle(window)
    return window


def menu_of(page: Page, name: str) -> Locator:
    return page.get_by_role("button", name=name, exact=True)


def test_signing_in_and_out_is_seen_in_every_window(page: Page) -> None:
    page.goto("/")
    sign_in(page, "walter")
    expect(menu_of(page, "walter")).to_be_visible()
    other = second_window(page, "/settings")
    sign_out(page, "walter")
    expect(heading(other, "Sign in")).to_be_visible()
    expect(other).to_have_url(page.url)
    sign_in(page, "wendy")
    expect(menu_of(other, "wendy")).to_be_visible()


def test_what_is_saved_for_one_user_does_not_change_another(page: Page) -> None:
    page.add_init_script(DEAF)
    page.goto("/settings")
    sign_in(page, "walter")
    expect(heading(page, "Settings")).to_be_visible()
    settle(page)
    other = second_window(page, "/")
    sign_out(other, "walter")
    sign_in(other, "wendy")
    expect(menu_of(other, "wendy")).to_be_visible()
    page.get_by_label("Username").fill("changed")
    with page.expect_response("**/api/user/change_settings") as saved:
        page.get_by_role("button", name="Save", exact=True).first.click()
    assert saved.value.status == 409
    expect(page.get_by_text("This browser is now signed in as wendy.")).to_be_visible()
    expect(page.get_by_label("Username")).to_have_value("wendy")
    expect(menu_of(page, "wendy")).to_be_visible()
    assert page.context.request.get("/api/user").json()["name"] == "wendy"
