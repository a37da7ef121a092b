"""How soon the pages respond to their user in a real browser; rows of `bench_pages`.

An interaction lasts from the press of a key or button until the browser shows the next frame, by
the Event Timing API, which rounds to 8 ms and omits what is shorter than 16 ms.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial

import numpy as np
from playwright.sync_api import Browser, Page

from bench.bench_api import PASSWORD, add_dashboard
from bench.cube_database import Row, row
from bench.generated import DAYS, START, generate
from pydash_app.dashboard import repository
from pydash_app.dashboard.entity import Dashboard
from pydash_app.dashboard.fetching_status import DashboardState
from pydash_app.user.services import registration
from pydash_database import transact

# Who has many dashboards, how many, and today's requests of each.
OWNER, LISTED, CALLS = "Many dashboards", 200, 500
ROUNDS = 5
MAX_INTERACTION, MAX_TASK = 100, 50  # ms
# The layouts of the overview, and where the last dashboard of the page is in each.
LAYOUTS = {"cards": f"main li:nth-child({LISTED})", "table": "[role=row][data-rowindex='99']"}
SPEED = 4000  # pixels per second

OBSERVE = """window.interactions = [];
new PerformanceObserver(list => {
    for (const { interactionId, duration } of list.getEntries())
        if (interactionId > 0) window.interactions.push(duration);
}).observe({ type: 'event', durationThreshold: 16 });"""
# An entry arrives soon after the frame.
LONGEST = """() => new Promise(done => setTimeout(
    () => done(Math.max(16, ...window.interactions.splice(0))), 300
))"""
WHEN_IDLE = """() => new Promise(done => {
    let since = performance.now();
    new PerformanceObserver(() => { since = performance.now(); }).observe({ type: 'longtask' });
    const timer = setInterval(() => {
        if (performance.now() - since > 1000) { clearInterval(timer); done(); }
    }, 100);
})"""
IS_SETTLED = """() => document.querySelector('h1') !== null
    && document.querySelector('.MuiSkeleton-root, [aria-label^=Loading]') === null"""

# Each begins where the one before ends. A click waits until the page has what is clicked.
Interactions = Mapping[str, Callable[[Page], object]]
PALETTE: Interactions = {
    "open the command palette": lambda page: page.keyboard.press("Control+k"),
    "search in it": lambda page: page.get_by_placeholder("Go to").press_sequentially("app 1"),
    "close it": lambda page: page.keyboard.press("Escape"),
}
ON_DASHBOARD: Interactions = {
    "hide a series": lambda page: page.get_by_title("click to hide").first.click(),
    "show it again": lambda page: page.get_by_title("click to show").first.click(),
    "show a table": lambda page: page.get_by_label("Requests: show as table").click(),
    "show the chart": lambda page: page.get_by_label("Requests: show as table").click(),
    "open the filter": lambda page: page.get_by_role("button", name="Filter", exact=True).click(),
    "close the filter": lambda page: page.get_by_label("Filter by").press("Escape"),
    "switch the interval": lambda page: page.get_by_label("Interval").press("ArrowDown"),
    "group by status": lambda page: page.get_by_role("button", name="Status", exact=True).click(),
    **PALETTE,
    "zoom by dragging": lambda page: _drag(page),
}
ON_OVERVIEW: Interactions = {
    **PALETTE,
    "search dashboards": lambda page: page.get_by_label("Search d").press_sequentially("app 1"),
    "search for less": lambda page: page.get_by_label("Search d").press("Backspace"),
    "switch to the table": lambda page: page.get_by_role("button", name="Table").click(),
    "switch to the cards": lambda page: page.get_by_role("button", name="Cards").click(),
}


def fill(dashboard_id: str) -> None:
    """Store a user with many dashboards, which had requests today.

    :param dashboard_id: a dashboard that looks as if it had been fetched, like these.
    """
    transact(lambda: _set_fetched(repository.find(dashboard_id)))
    owner = transact(partial(registration.create, OWNER, PASSWORD, "b@example.com", verified=True))
    now = datetime.now(UTC)
    calls = next(generate(CALLS, CALLS))
    day_ago = np.datetime64(now.replace(tzinfo=None), "us") - np.timedelta64(1, "D")
    batch = replace(calls, time=day_ago + (calls.time - START) // DAYS).batch()

    def add(number: int) -> None:
        dashboard = repository.find(add_dashboard(owner.id, number, endpoints=20))
        dashboard.tags = (f"team {number % 5}", "production")
        dashboard.add_endpoint_calls(batch)
        dashboard.update_summary(now)
        _set_fetched(dashboard)

    for number in range(LISTED):
        transact(partial(add, number))


def _set_fetched(dashboard: Dashboard) -> None:
    dashboard.fetching.state = DashboardState.fetched_endpoint_calls
    dashboard.fetching.last_fetch_time = datetime.now(UTC)


def rows(browser: Browser, url: str, dashboard: str, name: str) -> Iterator[Row]:
    """Measure the interactions with a dashboard, and with the overview of many.

    :param dashboard: the address of the dashboard.
    :param name: the name of its owner, whose password is `PASSWORD`.
    """
    with signed_in(browser, url, name) as page:
        yield from _interactions(page, dashboard, "a dashboard", ON_DASHBOARD)
    with signed_in(browser, url, OWNER) as page:
        yield from _interactions(page, "/", f"{LISTED} dashboards", ON_OVERVIEW)
        for layout in LAYOUTS:
            longest = max(_longest_task(browser, page, layout) for _ in range(ROUNDS))
            yield _row(
                f"{LISTED} dashboards: longest task while scrolling, {layout}", longest, MAX_TASK
            )


def signed_in(browser: Browser, url: str, name: str) -> Page:
    """Return a page of a new window of a user; closing the page closes the window."""
    page = browser.new_page(
        base_url=url, service_workers="block", viewport={"width": 1280, "height": 900}
    )
    assert page.request.post("/api/login", data={"name": name, "password": PASSWORD}).ok
    page.add_init_script(OBSERVE)
    return page


def _interactions(page: Page, path: str, place: str, interactions: Interactions) -> Iterator[Row]:
    times: dict[str, list[float]] = {name: [] for name in interactions}
    for _ in range(ROUNDS):
        page.goto(path)
        page.wait_for_function(IS_SETTLED)
        page.evaluate(LONGEST)
        for name, act in interactions.items():
            act(page)
            page.wait_for_function(IS_SETTLED)
            times[name].append(page.evaluate(LONGEST))
    for name, found in times.items():
        yield _row(f"{place}: {name}, longest of {ROUNDS}", max(found), MAX_INTERACTION)


def _longest_task(browser: Browser, page: Page, layout: str) -> float:
    """Return how long the longest task of the page took while it was scrolled (ms)."""
    page.goto("/")
    page.get_by_role("button", name=layout.capitalize()).click()
    page.locator(LAYOUTS[layout]).wait_for(state="attached")
    page.evaluate(WHEN_IDLE)
    session = page.context.new_cdp_session(page)
    height = page.evaluate("document.documentElement.scrollHeight - innerHeight")
    browser.start_tracing(page=page, categories=["toplevel"])
    for distance in (-height, height):
        gesture = {"x": 640, "y": 600, "yDistance": distance, "speed": SPEED}
        session.send("Input.synthesizeScrollGesture", gesture)
    events = json.loads(browser.stop_tracing())["traceEvents"]
    threads = {
        (event["pid"], event["tid"])
        for event in events
        if event["name"] == "thread_name" and event["args"]["name"] == "CrRendererMain"
    }
    tasks = [event for event in events if (event["pid"], event["tid"]) in threads]
    return max(float(task.get("dur", 0)) for task in tasks) / 1000


def _drag(page: Page) -> None:
    """Select a part of the requests' time."""
    box = page.locator("main [data-chart]").first.bounding_box()
    assert box
    y = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] * 0.3, y)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.6, y, steps=10)
    page.mouse.up()


def _row(name: str, value: float, maximum: float) -> Row:
    return row(name, value, "ms", maximum, against="limit", target=1)
