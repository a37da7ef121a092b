"""What can be pressed can be pressed with a mouse, with a finger and with the keyboard alone."""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Locator, Page, StorageState, expect

from tests.features.support.running_stack import Stack

pytestmark = pytest.mark.browser

TODAY = datetime.now(UTC).date()
# Days of which the demo's live traffic changes nothing any more.
FIRST, LAST = str(TODAY - timedelta(days=9)), str(TODAY - timedelta(days=2))
# More than there are places to stop at on any page.
MAX_KEYS = 150

Press = Callable[[Locator], None]


def with_keys(target: Locator) -> None:
    """Go from where the focus is to an element, as a user without a mouse does, and press it."""
    page = target.page
    expect(target).to_be_enabled()
    role = target.evaluate("it => it.role ?? it.getAttribute('role')")
    arrow = {"menuitem": "ArrowDown", "columnheader": "ArrowRight"}.get(role)
    for _ in range(MAX_KEYS):
        # The role of what has the focus, or that it is the element.
        focused = target.evaluate(
            "it => it === document.activeElement || document.activeElement.getAttribute('role')"
        )
        if focused is True:
            page.keyboard.press("Space" if role == "switch" else "Enter")
            return
        page.keyboard.press(arrow if arrow and focused == role else "Tab")
    raise AssertionError(f"{target} cannot be reached with the keyboard.")


@pytest.fixture(scope="module")
def shop(stack: Stack) -> Iterator[str]:
    """The ID of the demo's dashboard, which alone has a tag."""
    shop = stack.dashboard_id("Bookshop")
    stack.post(f"dashboards/{shop}/change_settings", {"tags": ["live"]})
    yield shop
    stack.post(f"dashboards/{shop}/change_settings", {"tags": []})


@pytest.mark.slow
@pytest.mark.parametrize("press", [Locator.click, Locator.tap, with_keys])
def test_each_control(
    open_page: Callable[..., Page], signed_in: StorageState, stack: Stack, shop: str, press: Press
) -> None:
    clipboard = ["clipboard-read", "clipboard-write"]
    page = open_page(storage_state=signed_in, has_touch=True, permissions=clipboard)
    page.goto("/")
    arrange_dashboards(page, press)
    go_to_dashboard(page, press)
    expect(page).to_have_url(re.compile(f"/dashboards/{shop}$"))
    if press is not Locator.click:  # as test_links and test_saved_panels do
        choose_ranges(page, press)
        choose_filters(page, press)
        take_away(page, press)
    page.goto(f"/dashboards/{shop}/endpoints?range=30d&group=blueprint")
    arrange_endpoints(page, press)
    page.goto(f"/dashboards/{shop}/versions?from={FIRST}&to={LAST}")
    boxes = page.get_by_role("region", name="Execution time by version", exact=True)
    press(boxes.get_by_role("button", name=re.compile("Filter by ")).first)
    expect(page).to_have_url(re.compile("version="))


def button(page: Page, name: str) -> Locator:
    return page.get_by_role("button", name=name, exact=True)


def item(page: Page, name: str | re.Pattern[str]) -> Locator:
    return page.get_by_role("menuitem", name=name)


def arrange_dashboards(page: Page, press: Press) -> None:
    others = page.get_by_role("main").get_by_role("link", name="PyDash itself")
    tag = page.get_by_role("group", name="Filter by tag").get_by_role("button", name="live")
    expect(others).to_be_visible()
    press(tag)
    expect(others).to_have_count(0)
    press(tag)
    expect(others).to_be_visible()
    star = button(page, "Favorite PyDash itself")
    for favorite in ("true", "false"):
        press(star)
        expect(star).to_have_attribute("aria-pressed", favorite)
        if press is with_keys:
            expect(star).to_be_focused()
    press(button(page, "Table"))
    header = page.get_by_role("columnheader", name="Requests")
    press(header)
    expect(header).to_have_attribute("aria-sort", re.compile("scending"))
    press(button(page, "Cards"))


def go_to_dashboard(page: Page, press: Press) -> None:
    if press is with_keys:
        page.keyboard.press("Control+k")
    else:
        press(button(page, "Go to"))
    page.get_by_role("combobox", name="Go to").fill("bookshop")
    option = page.get_by_role("option", name="Bookshop").first
    expect(option).to_be_visible()
    if press is with_keys:
        page.keyboard.press("Enter")
    else:
        press(option)


def choose_ranges(page: Page, press: Press) -> None:
    press(button(page, "Last 7 days"))
    press(item(page, "Last 30 days"))
    expect(page).to_have_url(re.compile("range=30d"))
    press(button(page, "Last 30 days"))
    dialog = page.get_by_role("dialog", name="Time range")
    dialog.get_by_label("From", exact=True).fill(FIRST)
    dialog.get_by_label("From: Time").fill("06:10")
    dialog.get_by_label("To", exact=True).fill(LAST)
    dialog.get_by_label("To: Time").fill("18:20")
    press(dialog.get_by_role("button", name="Apply"))
    expect(page).to_have_url(re.compile(rf"from={FIRST}T06%3A10&to={LAST}T18%3A20"))


def choose_filters(page: Page, press: Press) -> None:
    for name, value in (("Endpoint", "search"), ("Version", r"1\.6\.0"), ("Status", "5xx")):
        press(button(page, "Filter"))
        press(item(page, name))
        press(item(page, re.compile(f"^{value}")))
        chip = page.get_by_role("button", name=re.compile(f"^Remove filter {name}: {value}"))
        expect(chip).to_be_visible()
        press(chip)
        expect(chip).to_have_count(0)


def take_away(page: Page, press: Press) -> None:
    press(button(page, "Share"))
    press(item(page, "Copy link to this view"))
    expect(page.get_by_text("Copied.")).to_be_visible()
    assert f"from={FIRST}" in page.evaluate("navigator.clipboard.readText()")
    press(button(page, "Execution time: save"))
    with page.expect_download() as download:
        press(item(page, "Image as PNG"))
    assert download.value.suggested_filename == "execution-time.png"


def arrange_endpoints(page: Page, press: Press) -> None:
    search = page.get_by_role("main").get_by_role("link", name="search")
    press(page.get_by_role("button", name=re.compile("^No blueprint: ")))
    expect(search).to_be_visible()
    press(page.get_by_role("switch", name="Group by blueprint"))
    for name in ("Pin search", "Unpin search"):
        press(button(page, name))
    expect(button(page, "Pin search")).to_be_visible()
    press(button(page, "Merge endpoints"))
    dialog = page.get_by_role("dialog", name="Merge endpoints")
    dialog.get_by_label("Pattern").fill("no_such_*")
    press(dialog.get_by_role("button", name="Add rule"))
    press(dialog.get_by_role("button", name="Remove no_such_*"))
    expect(dialog.get_by_text("no_such_*")).to_have_count(0)
    press(dialog.get_by_role("button", name="Close"))
    expect(dialog).to_have_count(0)
