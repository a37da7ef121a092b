"""The URL contains the view, so that back, forward, reload and a shared link show the same."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Locator, Page, StorageState, expect

from tests.features.support.running_stack import Stack
from tests.features.support.site_map import settle

pytestmark = pytest.mark.browser

TODAY = datetime.now(UTC).date()
# Days of which the demo's live traffic changes nothing any more.
FIRST, LAST = str(TODAY - timedelta(days=9)), str(TODAY - timedelta(days=2))


def shown(page: Page) -> str:
    """Return the figures of the page and the summaries of its charts."""
    settle(page)
    # The name comes with the list of dashboards, which may be later than the figures.
    nameless = page.get_by_role("heading", level=1, name="Dashboard", exact=True)
    expect(nameless).to_have_count(0)
    return page.get_by_role("main").inner_text()


@pytest.fixture
def dashboard(stack: Stack) -> str:
    return f"/dashboards/{stack.dashboard_id('Bookshop')}"


def choose_days(page: Page) -> None:
    page.keyboard.press("t")
    dialog = page.get_by_role("dialog", name="Time range")
    dialog.get_by_label("From", exact=True).fill(FIRST)
    dialog.get_by_label("To", exact=True).fill(LAST)
    dialog.get_by_role("button", name="Apply").click()
    expect(page.get_by_role("button", name=f"{FIRST} to {LAST}")).to_be_visible()


def chip(page: Page) -> Locator:
    return page.get_by_role("button", name="Remove filter Endpoint: search")


def any_endpoint(page: Page) -> Locator:
    return page.get_by_role("button", name="Remove filter Endpoint: ")


def choose_endpoint(page: Page) -> None:
    page.get_by_role("button", name="Filter", exact=True).click()
    page.get_by_role("menuitem", name="Endpoint").click()
    page.get_by_role("menuitem", name="search").click()
    expect(chip(page)).to_be_visible()


def test_back_forward_reload_and_a_shared_link(
    user_page: Page, open_page: Callable[..., Page], signed_in: StorageState, dashboard: str
) -> None:
    user_page.goto(dashboard)
    settle(user_page)
    # Until then, the figures of the past change.
    expect(user_page.get_by_text("The history is being imported.")).to_have_count(0, timeout=60_000)
    choose_days(user_page)
    days = shown(user_page)
    choose_endpoint(user_page)
    endpoint = shown(user_page)
    assert endpoint != days
    user_page.go_back()
    expect(chip(user_page)).to_have_count(0)
    assert shown(user_page) == days
    user_page.go_forward()
    expect(chip(user_page)).to_be_visible()
    assert shown(user_page) == endpoint
    user_page.reload()
    assert shown(user_page) == endpoint
    shared = open_page(storage_state=signed_in)
    shared.goto(user_page.url)
    assert shown(shared) == endpoint


def test_the_tabs_keep_the_range(user_page: Page, dashboard: str) -> None:
    user_page.goto(f"{dashboard}?range=30d")
    for tab in ("Endpoints", "Versions", "Statistics"):
        user_page.get_by_role("navigation", name="Dashboard").get_by_role("link", name=tab).click()
        expect(user_page).to_have_url(re.compile(r"\?range=30d$"))
        expect(user_page.get_by_role("button", name="Last 30 days")).to_be_visible()


def test_the_old_chart_stays_until_the_new_one_has_loaded(user_page: Page, dashboard: str) -> None:
    user_page.goto(f"{dashboard}?range=30d")
    settle(user_page)
    figures = user_page.get_by_role("region", name="Figures")
    before = figures.inner_text()
    user_page.route("**/api/dashboards/*/query*", lambda route: None)
    user_page.keyboard.press("t")
    user_page.get_by_role("menuitem", name="Last 24 hours").click()
    busy = figures.locator("[aria-busy=true]")
    expect(busy).to_be_visible()
    assert figures.inner_text() == before
    user_page.unroute_all()


def test_an_endpoint_has_its_own_page(user_page: Page, dashboard: str) -> None:
    user_page.goto(f"{dashboard}/endpoints?from={FIRST}&to={LAST}")
    user_page.get_by_role("link", name="recommendations").click()
    expect(user_page.get_by_role("heading", name="recommendations", level=1)).to_be_visible()
    expect(user_page).to_have_url(re.compile(f"from={FIRST}"))
    before = shown(user_page)
    user_page.reload()
    assert shown(user_page) == before


def test_dragging_over_a_chart_zooms_and_back_undoes_it(user_page: Page, dashboard: str) -> None:
    user_page.goto(f"{dashboard}?from={FIRST}&to={LAST}")
    settle(user_page)
    chart = user_page.get_by_role("region", name="Requests", exact=True)
    slider = chart.get_by_role("slider")
    box = slider.bounding_box()
    assert box is not None
    day, middle = box["width"] / 8, box["y"] + box["height"] / 2
    user_page.mouse.move(box["x"] + 1.5 * day, middle)
    user_page.mouse.down()
    user_page.mouse.move(box["x"] + 2.5 * day, middle, steps=3)
    user_page.mouse.up()
    start, end = (str(TODAY - timedelta(days=days)) for days in (8, 7))
    expect(user_page.get_by_role("button", name=f"{start} to {end}")).to_be_visible()
    user_page.go_back()
    expect(user_page.get_by_role("button", name=f"{FIRST} to {LAST}")).to_be_visible()

    # A click on a bar filters.
    user_page.mouse.click(box["x"] + 1.5 * day, box["y"] + 0.95 * box["height"])
    expect(any_endpoint(user_page)).to_be_visible()
    user_page.go_back()
    expect(any_endpoint(user_page)).to_have_count(0)

    # With the keyboard: the last day, then its last hour.
    slider.focus()
    user_page.keyboard.press("Enter")
    expect(user_page.get_by_role("button", name=LAST, exact=True)).to_be_visible()
    expect(chart.get_by_text("Requests per hour")).to_be_visible()
    slider.focus()
    user_page.keyboard.press("Home")
    user_page.keyboard.press("Shift+ArrowRight")
    user_page.keyboard.press("Enter")
    expect(user_page.get_by_role("button", name=f"{LAST} 00:00 to {LAST} 02:00")).to_be_visible()
    user_page.get_by_role("button", name="Reset zoom").click()
    expect(user_page.get_by_role("button", name=f"{FIRST} to {LAST}")).to_be_visible()
    expect(user_page.get_by_role("button", name="Reset zoom")).to_have_count(0)


def test_a_finger_zooms_sideways_and_scrolls_up_and_down(
    open_page: Callable[..., Page], signed_in: StorageState, dashboard: str
) -> None:
    phone = {"viewport": {"width": 390, "height": 700}, "has_touch": True, "is_mobile": True}
    page = open_page(storage_state=signed_in, **phone)
    page.goto(f"{dashboard}?from={FIRST}&to={LAST}")
    settle(page)
    slider = page.get_by_role("region", name="Requests", exact=True).get_by_role("slider")
    slider.scroll_into_view_if_needed()
    tools = page.context.new_cdp_session(page)

    def swipe(x: float, y: float, by: tuple[float, float]) -> None:
        """Move a finger as a touch screen reports it, so that the browser may scroll instead."""
        for step in range(9):
            to = {"x": x + by[0] * step / 8, "y": y + by[1] * step / 8}
            kind = "touchMove" if step else "touchStart"
            tools.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [to]})
        tools.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})

    def middle(day: float, height: float = 0.5) -> tuple[float, float]:
        box = slider.bounding_box()
        assert box is not None
        return box["x"] + day * box["width"] / 8, box["y"] + (1 - height) * box["height"]

    before = page.evaluate("scrollY")
    swipe(*middle(1.5), by=(0, -150))
    page.wait_for_function("before => scrollY > before", arg=before)
    expect(page.get_by_role("button", name=f"{FIRST} to {LAST}")).to_be_attached()
    page.evaluate("before => scrollTo(0, before)", before)

    # A tap reads the values.
    page.touchscreen.tap(*middle(1.5))
    day = TODAY - timedelta(days=8)
    expect(page.get_by_text(re.compile(rf"{day.day}\b.*")).last).to_be_visible()
    expect(page).to_have_url(re.compile(f"from={FIRST}"))

    # Two taps on a bar filter.
    for _ in range(2):
        expect(any_endpoint(page)).to_have_count(0)
        page.touchscreen.tap(*middle(4.5, 0.05))
    expect(any_endpoint(page)).to_be_attached()
    page.go_back()
    expect(any_endpoint(page)).to_have_count(0)

    distance = middle(2.5)[0] - middle(1.5)[0]
    swipe(*middle(1.5), by=(distance, 0))
    start, end = day, TODAY - timedelta(days=7)
    expect(page.get_by_role("button", name=f"{start} to {end}")).to_be_attached()
    page.get_by_role("button", name="Reset zoom").click()
    expect(page.get_by_role("button", name=f"{FIRST} to {LAST}")).to_be_attached()


def test_what_is_shown_of_a_panel_is_in_the_url(
    open_page: Callable[..., Page], signed_in: StorageState, dashboard: str
) -> None:
    page = open_page(storage_state=signed_in, has_touch=True)
    page.goto(f"{dashboard}?from={FIRST}&to={LAST}")
    settle(page)

    def panel(name: str, on: Page = page) -> Locator:
        return on.get_by_role("region", name=name, exact=True)

    def hidden(on: Page = page) -> list[str]:
        entries = panel("Execution time", on).get_by_role("list").get_by_role("button")
        return entries.and_(on.locator("[aria-pressed=false]")).all_inner_texts()

    def entry(name: str) -> Locator:
        return panel("Execution time").get_by_role("button", name=name, exact=True)

    def has_hidden(*names: str) -> None:
        for name in ("p50", "p90", "p99"):
            pressed = "false" if name in names else "true"
            expect(entry(name)).to_have_attribute("aria-pressed", pressed)

    entry("p50").press("Shift+Enter")
    has_hidden("p90", "p99")
    entry("p50").press("Shift+Enter")
    has_hidden()
    entry("p90").press("Enter")
    has_hidden("p90")
    entry("p50").dblclick()
    has_hidden("p90", "p99")
    entry("p90").scroll_into_view_if_needed()
    box = entry("p90").bounding_box()
    assert box is not None
    for _ in range(2):
        page.touchscreen.tap(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    has_hidden("p50", "p99")
    entry("p50").tap()
    has_hidden("p99")

    panel("Execution time").get_by_role("button", name="Log scale").tap()
    panel("Requests").get_by_role("button", name="Requests: show as table").press("Enter")
    expect(panel("Requests").get_by_role("table")).to_be_visible()
    other = open_page(storage_state=signed_in)
    for again in (page, other):
        again.goto(page.url)
        settle(again)
        expect(panel("Requests", again).get_by_role("table")).to_be_visible()
        expect(panel("Execution time", again).get_by_text("logarithmic")).to_be_visible()
        assert hidden(again) == ["p99"]
    # Other panels have their own.
    expect(panel("Unique visitors").get_by_role("table")).to_have_count(0)


def test_paper_is_light_and_has_no_navigation(
    open_page: Callable[..., Page], signed_in: StorageState, dashboard: str
) -> None:
    page = open_page(storage_state=signed_in, color_scheme="dark")
    # A browser prints what is drawn already: drawings do not learn how wide the paper is.
    page.add_init_script("ResizeObserver = class { observe() {} unobserve() {} disconnect() {} }")
    page.goto(f"{dashboard}?from={FIRST}&to={LAST}&table=Daily+activity")
    settle(page)
    navigation = page.get_by_role("navigation", name="Dashboard")
    expect(navigation).to_be_visible()
    lightness = "() => Number(getComputedStyle(document.body).color.match(/\\d+/)[0])"
    assert page.evaluate(lightness) > 128
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 700, "height": 768})
    page.wait_for_function(f"({lightness})() < 128")
    printed = page.get_by_text(re.compile(f"{TODAY.year}.* – .*{TODAY.year}"))
    expect(printed.and_(page.locator("main *"))).to_be_visible()
    controls = [page.get_by_role("button", name=name, exact=True) for name in ("Filter", "Share")]
    slider = page.get_by_role("slider").first
    for hidden in (navigation, page.get_by_role("banner"), slider, *controls):
        expect(hidden).to_be_hidden()
    table = page.get_by_role("region", name="Daily activity, table")
    assert table.evaluate("it => it.querySelectorAll('tr').length") > 20
    assert table.evaluate("it => it.scrollHeight <= it.clientHeight")
    panels = page.locator("main section")
    assert panels.evaluate_all("all => all.length") > 5
    whole = "all => all.every(it => getComputedStyle(it).breakInside === 'avoid')"
    assert panels.evaluate_all(whole)
    right = "it.getBoundingClientRect().right"
    drawings = "[...document.querySelectorAll('main section svg')]"
    page.wait_for_function(
        f"() => {drawings}.every(it => {right} <= {right.replace('it', 'it.parentElement', 1)} + 1)"
    )


def test_shortcuts(user_page: Page, dashboard: str) -> None:
    user_page.goto(dashboard)
    settle(user_page)
    for keys, name in (("gs", "Settings"), ("gh", "Help"), ("go", "Overview")):
        for key in keys:
            user_page.keyboard.press(key)
        expect(user_page.get_by_role("heading", name=name, level=1)).to_be_visible()
    settle(user_page)  # The page takes the focus when it has opened.
    user_page.keyboard.press("/")
    expect(user_page.get_by_label("Search dashboards")).to_be_focused()
    user_page.keyboard.type("itself")
    expect(user_page.get_by_role("main").get_by_role("link", name="Bookshop")).to_have_count(0)
    expect(user_page).to_have_url(re.compile("search=itself"))
    user_page.get_by_role("heading", level=1).click()
    user_page.keyboard.press("?")
    expect(user_page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()
    user_page.keyboard.press("Escape")
    expect(user_page.get_by_role("dialog")).to_have_count(0)
