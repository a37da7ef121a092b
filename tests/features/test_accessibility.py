"""axe-core finds no violation on any page."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.features.support.running_stack import Stack
from tests.features.support.site_map import (
    DIALOGS,
    POPUP,
    USER_PLACES,
    VISITOR_PLACES,
    Place,
    open_each_dialog,
    place,
    settle,
    visit,
)

pytestmark = pytest.mark.browser

AXE = Path(__file__).parents[2] / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
CHECK = """async ([part, rules]) => (await axe.run(part, { runOnly: rules })).violations
    .flatMap(({ nodes }) => nodes.map(node => `${node.html} ${node.failureSummary}`))"""

IS_DARK = "() => getComputedStyle(document.body).backgroundColor.match(/\\d+/)[0] < 128"


def violations(page: Page, part: str = "html") -> list[str]:
    """Check a part of a page in the light theme, and its colours in the dark theme."""
    # Chromium's debugger may do what the content security policy forbids scripts.
    page.evaluate(AXE.read_text())
    found: list[str] = page.evaluate(CHECK, [part, RULES])
    page.emulate_media(color_scheme="dark")
    page.wait_for_function(IS_DARK)
    settle(page)
    found += page.evaluate(CHECK, [part, ["color-contrast"]])
    page.emulate_media(color_scheme="light")
    return found


def check(page: Page, stack: Stack, places: list[Place]) -> dict[str, list[str]]:
    found = {}
    for here in places:
        visit(page, stack, here)
        found[here.name] = violations(page)
    return found


def test_pages_for_visitors(page: Page, stack: Stack) -> None:
    found = check(page, stack, VISITOR_PLACES)
    assert found == {here.name: [] for here in VISITOR_PLACES}


def test_pages_for_users(user_page: Page, stack: Stack) -> None:
    found = check(user_page, stack, USER_PLACES)
    assert found == {here.name: [] for here in USER_PLACES}


@pytest.mark.slow
def test_the_menu_of_a_column(user_page: Page, stack: Stack) -> None:
    visit(user_page, stack, place("endpoints"))
    user_page.get_by_role("columnheader", name="Requests").hover()
    user_page.get_by_role("button", name="Requests column menu").click()
    expect(user_page.get_by_role("menu")).to_be_visible()
    assert violations(user_page) == []


@pytest.mark.slow
def test_dialogs(user_page: Page, stack: Stack) -> None:
    found = {}
    for dialog, _ in open_each_dialog(user_page, stack):
        found[dialog.name] = violations(user_page, POPUP)
    assert found == {dialog.name: [] for dialog in DIALOGS}
