"""Nothing has to be scrolled sideways, not even on the smallest phone."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, StorageState, expect

from tests.features.support.running_stack import PASSWORD, Stack
from tests.features.support.site_map import (
    DIALOGS,
    SIZES,
    USER_PLACES,
    VISITOR_PLACES,
    open_each_dialog,
    place,
    visit,
)

pytestmark = pytest.mark.browser

OVERFLOW = """() => {
    const root = document.documentElement;
    return root.scrollWidth - root.clientWidth;
}"""


@pytest.fixture
def phone(open_page: Callable[..., Page], signed_in: StorageState) -> Callable[..., Page]:
    """Open a page on a phone of 320 pixels; `user` says whether somebody is signed in."""

    def open_phone(*, user: bool) -> Page:
        options: dict[str, Any] = {"storage_state": signed_in} if user else {}
        width, height = SIZES[-1]
        options["viewport"] = {"width": width, "height": height}
        return open_page(**options, has_touch=True, is_mobile=True)

    return open_phone


@pytest.mark.slow
def test_pages_for_visitors(phone: Callable[..., Page], stack: Stack) -> None:
    page, overflows = phone(user=False), {}
    for here in VISITOR_PLACES:
        visit(page, stack, here)
        overflows[here.name] = page.evaluate(OVERFLOW)
    assert overflows == {here.name: 0 for here in VISITOR_PLACES}


@pytest.mark.slow
def test_pages_for_users(phone: Callable[..., Page], stack: Stack) -> None:
    page, overflows = phone(user=True), {}
    for here in USER_PLACES:
        visit(page, stack, here)
        overflows[here.name] = page.evaluate(OVERFLOW)
    assert overflows == {here.name: 0 for here in USER_PLACES}


@pytest.mark.slow
def test_dialogs(phone: Callable[..., Page], stack: Stack) -> None:
    page, overflows = phone(user=True), {}
    for dialog, popup in open_each_dialog(page, stack):
        box = popup.bounding_box()
        assert box is not None
        overflows[dialog.name] = page.evaluate(OVERFLOW)
        assert box["x"] >= 0, dialog.name
        assert box["x"] + box["width"] <= SIZES[-1][0], dialog.name
    assert overflows == {dialog.name: 0 for dialog in DIALOGS}


@pytest.mark.slow
def test_no_title_of_a_column_is_cut(user_page: Page, stack: Stack) -> None:
    for width in (1920, 1440, 1280, 320):
        user_page.set_viewport_size({"width": width, "height": 768})
        visit(user_page, stack, place("endpoints"))
        titles = user_page.locator(".MuiDataGrid-columnHeaderTitle")
        cut = titles.evaluate_all(
            "all => all.filter(it => it.scrollWidth > it.clientWidth).map(it => it.innerText)"
        )
        assert cut == [], width


@pytest.mark.slow
def test_no_title_of_a_column_is_cut_on_a_touch_screen(
    phone: Callable[..., Page], stack: Stack
) -> None:
    page = phone(user=True)
    for name in ("endpoints", "overview"):
        visit(page, stack, place(name))
        if name == "overview":
            page.get_by_role("button", name="Table").click()
        titles = page.locator(".MuiDataGrid-columnHeaderTitle")
        expect(titles.first).to_be_visible()
        cut = titles.evaluate_all(
            "all => all.filter(it => it.scrollWidth > it.clientWidth).map(it => it.innerText)"
        )
        assert cut == [], name


def test_a_new_token_can_be_copied_at_every_width(
    open_page: Callable[..., Page], signed_in: StorageState
) -> None:
    page = open_page(storage_state=signed_in, permissions=["clipboard-read", "clipboard-write"])
    page.goto("/settings")
    page.get_by_role("button", name="New token").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name", exact=True).fill("Widths")
    dialog.get_by_label("Password", exact=True).fill(PASSWORD)
    dialog.get_by_role("button", name="Create token").click()
    code, copy = dialog.locator("pre"), dialog.get_by_role("button", name="Copy the token")
    expect(code).to_contain_text("pydash_")
    for width in (1920, 1280, 768, 390, 320):
        page.set_viewport_size({"width": width, "height": 768})
        frame, button = dialog.bounding_box(), copy.bounding_box()
        assert frame
        assert button
        assert frame["x"] <= button["x"], width
        assert button["x"] + button["width"] <= frame["x"] + frame["width"], width
        assert code.evaluate("it => it.scrollWidth <= it.clientWidth"), f"cut at {width} pixels"
        page.evaluate("navigator.clipboard.writeText('')")
        copy.click()
        expect(page.get_by_text("Copied.").last).to_be_visible()
        copied = page.evaluate("navigator.clipboard.readText()")
        assert copied == code.inner_text(), width
