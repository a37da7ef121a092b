"""Every page and dialog of PyDash, and how a test opens it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from playwright.sync_api import Locator, Page, expect
from playwright.sync_api import TimeoutError as PageTimeout

from tests.features.support.running_stack import Stack

SIZES = [(1920, 1080), (1280, 768), (320, 550)]
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")

POPUP = "[role=dialog], [role=menu]"

IS_SETTLED = """() =>
    document.querySelector('h1') !== null
    && document.fonts.status === 'loaded'
    && document.querySelector('.MuiSkeleton-root, [aria-busy=true], [aria-label^=Loading]') === null
"""
TWO_FRAMES = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"


@dataclass(frozen=True)
class Place:
    """A page of PyDash.

    :ivar path: may name `{shop}`, the id of the demo's dashboard, `{fault}`, that of one of its
        groups of exceptions, and `{link}`, the token of a read-only link to it.
    """

    name: str
    path: str


VISITOR_PLACES = [
    Place("login", "/login"),
    Place("register", "/register"),
    Place("resend-verification", "/resend-verification"),
    Place("forgot-password", "/forgot-password"),
    Place("contact", "/contact"),
    Place("verify", "/verify/no-such-code"),
    Place("consent", "/consent/no-such-code"),
    Place("reset-password", "/reset-password/no-such-code"),
    Place("shared", "/shared?range=30d#{link}"),
    Place("unknown-link", "/shared#unknown"),
]
USER_PLACES = [
    Place("overview", "/"),
    Place("dashboard", "/dashboards/{shop}"),
    Place("endpoints", "/dashboards/{shop}/endpoints"),
    Place("versions", "/dashboards/{shop}/versions?range=30d"),
    Place("verdict", "/dashboards/{shop}/versions?range=30d&judged=1.6.0"),
    Place("compared-versions", "/dashboards/{shop}/versions/compare"),
    Place("trends", "/dashboards/{shop}/trends?range=30d"),
    Place("compare", "/dashboards/{shop}/compare"),
    Place("exceptions", "/dashboards/{shop}/exceptions"),
    Place("exception", "/dashboards/{shop}/exceptions/{fault}"),
    Place("slow-requests", "/dashboards/{shop}/slow-requests?range=30d"),
    Place("profiles", "/dashboards/{shop}/profiles"),
    Place("graphs", "/dashboards/{shop}/graphs"),
    Place("uptime", "/dashboards/{shop}/uptime"),
    Place("dashboard-activity", "/dashboards/{shop}/activity"),
    Place("dashboard-usage", "/dashboards/{shop}/usage"),
    Place("dashboard-settings", "/dashboards/{shop}/settings"),
    Place("endpoint", "/dashboards/{shop}/endpoints/book"),
    Place("alerts", "/alerts"),
    Place("alert-history", "/alerts/history"),
    Place("rules", "/alerts/rules"),
    Place("channels", "/alerts/channels"),
    Place("maintenance", "/alerts/maintenance"),
    Place("all-exceptions", "/exceptions"),
    Place("status-pages", "/status-pages"),
    Place("activity", "/activity"),
    Place("usage", "/usage"),
    Place("settings", "/settings"),
    Place("help", "/help"),
    Place("system", "/system"),
    Place("not-found", "/no/such/page"),
]


@dataclass(frozen=True)
class Popup:
    """A dialog or a menu that opens over a page.

    :ivar place: the name of the page.
    :ivar key: the key that opens it, or else `button`: the name of the button that does.
    """

    name: str
    place: str
    button: str = ""
    key: str = ""

    def open(self, page: Page) -> Locator:
        """Open it on its page, and return it."""
        if self.key:
            page.keyboard.press(self.key)
        else:
            page.get_by_role("button", name=self.button, exact=True).click()
        popup = page.locator(POPUP).first
        expect(popup).to_be_visible()
        settle(page)
        return popup


DIALOGS = [
    Popup("add-dashboard", "overview", button="Add dashboard"),
    Popup("shortcuts", "overview", key="?"),
    Popup("palette", "dashboard", button="Go to"),
    Popup("range", "dashboard", key="t"),
    Popup("filter", "dashboard", button="Filter"),
    Popup("user-menu", "dashboard", button="demo"),
    Popup("merge-endpoints", "endpoints", button="Merge endpoints"),
    Popup("trait-filter", "activity", button="Filter"),
    Popup("share", "dashboard", button="Share"),
    Popup("new-link", "dashboard-settings", button="New link"),
    Popup("delete-dashboard", "dashboard-settings", button="Delete dashboard"),
    Popup("add-rule", "rules", button="Add rule"),
    Popup("plan-maintenance", "maintenance", button="Plan maintenance"),
    Popup("add-channel", "channels", button="Add channel"),
    Popup("new-status-page", "status-pages", button="New status page"),
    Popup("new-token", "settings", button="New token"),
    Popup("delete-account", "settings", button="Delete account"),
]


def place(name: str) -> Place:
    return next(place for place in VISITOR_PLACES + USER_PLACES if place.name == name)


def visit(page: Page, stack: Stack, place: Place) -> None:
    """Open a page and wait until it is complete."""
    page.goto(path_of(stack, place))
    settle(page)


def open_each_dialog(page: Page, stack: Stack) -> Iterator[tuple[Popup, Locator]]:
    """Open each dialog or menu on its page, one after the other."""
    shown = ""
    for dialog in DIALOGS:
        if dialog.place != shown:
            visit(page, stack, place(dialog.place))
            shown = dialog.place
        yield dialog, dialog.open(page)
        page.keyboard.press("Escape")
        expect(page.locator(POPUP)).to_have_count(0)


def path_of(stack: Stack, place: Place) -> str:
    if "{" not in place.path:
        return place.path
    shop = stack.dashboard_id("Bookshop")
    fault = stack.wait_for_exception("ZeroDivisionError") if "{fault}" in place.path else ""
    link = stack.link if "{link}" in place.path else ""
    return place.path.format(shop=shop, fault=fault, link=link)


def settle(page: Page) -> None:
    """Wait until all data is loaded and drawn."""
    try:
        page.wait_for_function(IS_SETTLED)
    except PageTimeout:
        shown = page.locator("body").aria_snapshot()
        raise AssertionError(f"{page.url} is not complete:\n{shown}") from None
    page.evaluate(TWO_FRAMES)
