"""Takes screenshots of all pages and dialogs (`build/screenshots`), and for the documentation.

`build/screenshots` is not part of the repository; `docs/screenshots` is.
"""

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

ROOT = Path(__file__).parents[2]
GALLERY = ROOT / "build" / "screenshots"
DOCUMENTATION = ROOT / "docs" / "screenshots"
DOCUMENTED_PLACES = ("dashboard", "overview", "endpoint")
DOCUMENTED_SIZE = (1280, 800)
QUALITY = 70  # percent, of WebP


def take_gallery(browser: Browser, stack: Stack, folder: Path) -> None:
    """Take a screenshot of each page and dialog, in each size and theme."""
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
    """Takes screenshots of one window size into one folder."""

    def __init__(self, stack: Stack, size: tuple[int, int], target: Path) -> None:
        self._stack, self._target = stack, target
        self._width, self._height = size

    def take_places(self, context: BrowserContext, places: list[Place]) -> None:
        """Take each page in its full height."""
        page = context.new_page()
        for here in places:
            page.set_viewport_size({"width": self._width, "height": self._height})
            visit(page, self._stack, here)
            height = page.evaluate("() => document.documentElement.scrollHeight")
            page.set_viewport_size({"width": self._width, "height": height})
            settle(page)
            take(page, self._target / f"{here.name}.webp")

    def take_dialogs(self, context: BrowserContext) -> None:
        page = context.new_page()
        page.set_viewport_size({"width": self._width, "height": self._height})
        for dialog, _ in open_each_dialog(page, self._stack):
            take(page, self._target / f"dialog-{dialog.name}.webp")


def take(page: Page, path: Path) -> None:
    # Playwright's own screenshot() cannot write WebP.
    tools = page.context.new_cdp_session(page)
    picture = tools.send("Page.captureScreenshot", {"format": "webp", "quality": QUALITY})
    path.write_bytes(base64.b64decode(picture["data"]))


def take_documented(browser: Browser, stack: Stack, folder: Path) -> None:
    """Take the screenshots of the documentation."""
    width, height = DOCUMENTED_SIZE
    with browser.new_context(
        base_url=stack.url,
        viewport={"width": width, "height": height},
        color_scheme="light",
        reduced_motion="reduce",
        storage_state=sign_in_browser(browser, stack),
    ) as context:
        page = context.new_page()
        for name in DOCUMENTED_PLACES:
            visit(page, stack, place(name))
            # The list of dashboards may come after the figures.
            page.get_by_role("navigation").get_by_role("link", name="Bookshop").first.wait_for()
            take(page, folder / f"{name}.webp")


def main() -> None:
    with tempfile.TemporaryDirectory() as data, open_browser() as browser:
        stack = start_stack(Path(data))
        try:
            take_gallery(browser, stack, GALLERY)
            # Last: by now the demo's history is imported.
            take_documented(browser, stack, DOCUMENTATION)
        finally:
            stop_stack(stack)


if __name__ == "__main__":
    main()
