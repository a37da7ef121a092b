"""Nothing has to be scrolled sideways, not even on the smallest phone."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, StorageState

from tests.features.support.running_stack import Stack
from tests.features.support.site_map import (
    DIALOGS,
    SIZES,
    USER_PLACES,
    VISITOR_PLACES,
    open_each_dialog,
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


def test_pages_for_visitors(phone: Callable[..., Page], stack: Stack) -> None:
    page, overflows = phone(user=False), {}
    for here in VISITOR_PLACES:
        visit(page, stack, here)
        overflows[here.name] = page.evaluate(OVERFLOW)
    assert overflows == {here.name: 0 for here in VISITOR_PLACES}


def test_pages_for_users(phone: Callable[..., Page], stack: Stack) -> None:
    page, overflows = phone(user=True), {}
    for here in USER_PLACES:
        visit(page, stack, here)
        overflows[here.name] = page.evaluate(OVERFLOW)
    assert overflows == {here.name: 0 for here in USER_PLACES}


def test_dialogs(phone: Callable[..., Page], stack: Stack) -> None:
    page, overflows = phone(user=True), {}
    for dialog, popup in open_each_dialog(page, stack):
        box = popup.bounding_box()
        assert box is not None
        overflows[dialog.name] = page.evaluate(OVERFLOW)
        assert box["x"] >= 0, dialog.name
        assert box["x"] + box["width"] <= SIZES[-1][0], dialog.name
    assert overflows == {dialog.name: 0 for dialog in DIALOGS}
