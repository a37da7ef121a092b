"""Takes the pictures of the documentation: every page and dialog, wide, narrow, light and dark."""

import base64
import tempfile
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page

from tests.features.support.running_stack import (
    Stack,
    open_browser,
    sign_in_browser,
    start_stack,
    stop_stack,
)
from tests.features.support.site_map import (
    SCHEMES,
    SIZES,
    USER_PLACES,
    VISITOR_PLACES,
    Place,
    open_each_dialog,
    place,
    settle,
    visit,
)

PICTURES = Path(__file__).parents[2] / "docs" / "screenshots"
QUALITY = 70


def take_all(browser: Browser, stack: Stack, folder: Path) -> None:
    """Write a picture of each place and dialog, in each size and theme, into `folder`."""
    signed_in = sign_in_browser(browser, stack)
    for size in SIZES:
        for scheme in SCHEMES:
            target = folder / f"{size[0]}x{size[1]}-{scheme}"
            target.mkdir(parents=True, exist_ok=True)
            photographer = Photographer(stack, size, target)
            options: dict[str, Any] = {
                "base_url": stack.url,
                "color_scheme": scheme,
                "reduced_motion": "reduce",
                "service_workers": "block",
            }
            with browser.new_context(**options) as visitor:
                photographer.take_places(visitor, VISITOR_PLACES)
            with browser.new_context(**options, storage_state=signed_in) as user:
                photographer.take_places(user, USER_PLACES)
                photographer.take_dialogs(user)


class Photographer:
    """Takes pictures of one size into one folder."""

    def __init__(self, stack: Stack, size: tuple[int, int], target: Path) -> None:
        self._stack, self._target = stack, target
        self._width, self._height = size

    def take_places(self, context: BrowserContext, places: list[Place]) -> None:
        """Take each page in its whole length."""
        page = context.new_page()
        for here in places:
            self._visit(page, here)
            height = page.evaluate("() => document.documentElement.scrollHeight")
            page.set_viewport_size({"width": self._width, "height": height})
            settle(page)
            self._take(page, here.name)

    def take_dialogs(self, context: BrowserContext) -> None:
        page = context.new_page()
        page.set_viewport_size({"width": self._width, "height": self._height})
        for dialog, _ in open_each_dialog(page, self._stack):
            self._take(page, f"dialog-{dialog.name}")

    def _visit(self, page: Page, here: Place) -> None:
        page.set_viewport_size({"width": self._width, "height": self._height})
        visit(page, self._stack, here)

    def _take(self, page: Page, name: str) -> None:
        # Playwright itself writes no WebP.
        tools = page.context.new_cdp_session(page)
        picture = tools.send("Page.captureScreenshot", {"format": "webp", "quality": QUALITY})
        (self._target / f"{name}.webp").write_bytes(base64.b64decode(picture["data"]))


def take_front_page(browser: Browser, stack: Stack, path: Path) -> None:
    """Take the one picture that the README shows."""
    with browser.new_context(
        base_url=stack.url,
        viewport={"width": 1280, "height": 800},
        storage_state=sign_in_browser(browser, stack),
    ) as context:
        page = context.new_page()
        visit(page, stack, place("dashboard"))
        page.screenshot(path=path)


def main() -> None:
    with tempfile.TemporaryDirectory() as data, open_browser() as browser:
        stack = start_stack(Path(data))
        try:
            take_all(browser, stack, PICTURES)
            take_front_page(browser, stack, PICTURES / "dashboard.png")
        finally:
            stop_stack(stack)


if __name__ == "__main__":
    main()
