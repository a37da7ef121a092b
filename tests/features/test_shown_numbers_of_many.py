"""Figures include all endpoints, versions and visitors, however many there are."""

from collections import Counter
from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.features.support.large_app import (
    ENDPOINTS,
    FIRST_DAY,
    LAST_DAY,
    RARE_ADDRESS,
    VERSIONS,
    LargeApp,
)
from tests.features.support.running_stack import Stack
from tests.features.support.site_map import settle
from tests.support.waiting import wait_for

pytestmark = pytest.mark.browser

NEWEST = VERSIONS[-12:]
RANGE = f"from={FIRST_DAY.date()}&to={LAST_DAY.date()}"


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LargeApp]:
    started = LargeApp(tmp_path_factory.mktemp("large"))
    yield started
    started.kill()


@pytest.fixture(scope="module")
def board(stack: Stack, app: LargeApp) -> Iterator[str]:
    """The dashboard of the app, after all its calls have been fetched."""
    details = {"name": "Large app", "url": app.url, "token": app.token}
    stack.post("dashboards/register", details)
    board = stack.dashboard_id("Large app")
    wait_for(lambda: visits_told(stack, board) == {(): len(app.calls)}, seconds=60)
    yield board
    stack.post(f"dashboards/{board}/delete", {})


def visits_told(stack: Stack, board: str, *by: str) -> dict[tuple[str, ...], int]:
    """Request the number of visits from the API, by at most one field."""
    query = {"statistic": "total_visits", "start_date": f"{FIRST_DAY.date()}", "top": "1000"}
    if not by:
        return {(): stack.get(f"dashboards/{board}/statistic", **query)}
    told = stack.get(f"dashboards/{board}/statistic", **query, breakdown=",".join(by))
    return {(name,): count for name, count in told.items()}


def table(page: Page, name: str) -> dict[str, list[str]]:
    """Show a panel as a table, and return the cells of each row by its name."""
    panel = page.get_by_role("region", name=name, exact=True)
    panel.get_by_role("button", name=f"{name}: show as table").click()
    panel.get_by_role("table").wait_for()
    return {row[0]: row[1:] for row in map(cells, panel.locator("tr").all())}


def cells(row: Locator) -> list[str]:
    return row.locator("th, td").all_inner_texts()


def test_each_endpoint(user_page: Page, stack: Stack, app: LargeApp, board: str) -> None:
    # Only rows in sight are in the page.
    user_page.set_viewport_size({"width": 1920, "height": 3000})
    user_page.goto(f"/dashboards/{board}/endpoints?{RANGE}")
    settle(user_page)
    shown = {}
    for row in user_page.get_by_role("grid").get_by_role("row").all()[1:]:
        fields = [row.locator(f"[data-field={name}]") for name in ("total_visits", "share")]
        shown[row.get_by_role("link").inner_text()] = [field.inner_text() for field in fields]
    own = app.visits("endpoint")
    assert own == visits_told(stack, board, "endpoint")
    called = {name: [f"{own[name,]:,}", percent(own[name,], len(app.calls))] for name in ENDPOINTS}
    assert shown == called | {"alpha": ["0", "0%"], "beta": ["0", "0%"]}
    last = user_page.get_by_role("row", name=ENDPOINTS[-1])
    expect(last.get_by_text("not monitored")).to_be_visible()


def test_the_table_of_endpoints_fits_on_a_laptop(user_page: Page, board: str) -> None:
    user_page.goto(f"/dashboards/{board}/endpoints?{RANGE}")
    settle(user_page)
    expect(user_page.get_by_role("columnheader", name="Listed")).to_be_in_viewport()
    expect(user_page.locator(".MuiDataGrid-scrollbar--vertical")).to_have_count(1)
    expect(user_page.locator(".MuiDataGrid-scrollbar--horizontal")).to_have_count(0)


def test_each_version(user_page: Page, stack: Stack, app: LargeApp, board: str) -> None:
    user_page.goto(f"/dashboards/{board}/versions?{RANGE}")
    settle(user_page)
    name = "Execution time by version"
    expect(user_page.get_by_role("region", name=name).get_by_role("paragraph")).to_have_text(
        f"The newest 12 of {len(VERSIONS)} versions; the table lists all of them"
    )
    shown = {version: visits for version, (visits, *_) in table(user_page, name).items()}
    assert list(shown) == ["Group", *reversed(VERSIONS)]
    own = app.visits("version")
    assert own == visits_told(stack, board, "version")
    assert [shown[version] for version in VERSIONS] == [f"{own[v,]:,}" for v in VERSIONS]


def test_users_of_each_version(user_page: Page, app: LargeApp, board: str) -> None:
    user_page.goto(f"/dashboards/{board}/versions?{RANGE}")
    settle(user_page)
    users = table(user_page, "Versions by user")
    assert users == {"User": ["Older", *NEWEST]} | counted(app, "group_by")
    addresses = table(user_page, "Versions by IP address")
    assert addresses.pop("IP address") == ["Older", *NEWEST]
    own = app.visits("ip")
    everybody = counted(app, "ip", most=len(own))
    # Several have as many visits as the last that is shown.
    assert sorted(own[name,] for name in addresses) == sorted(own.values())[-15:]
    assert addresses == {name: everybody[name] for name in addresses}


def counted(app: LargeApp, by: str, most: int = 15) -> dict[str, list[str]]:
    """Count the most frequent visitors' visits to each newer version and to all older ones."""
    pairs = app.visits(by, "version")
    rows = {}
    for (name,), _ in app.visits(by).most_common(most):
        older = sum(pairs[name, version] for version in VERSIONS if version not in NEWEST)
        rows[name] = [f"{count:,}" for count in (older, *(pairs[name, v] for v in NEWEST))]
    return rows


def test_the_shares_of_each_version(user_page: Page, app: LargeApp, board: str) -> None:
    user_page.goto(f"/dashboards/{board}/versions?{RANGE}")
    settle(user_page)
    shown = table(user_page, "Version usage by endpoint")
    assert shown.pop("Endpoint") == ["Older", *NEWEST]
    pairs, versions = app.visits("endpoint", "version"), app.visits("version")
    others = shown.pop("All others")
    assert len(shown) == 15
    for name, (_, *shares) in shown.items():
        assert shares == [percent(pairs[name, v], versions[v,]) for v in NEWEST]
    rest = Counter(
        {v: versions[v,] - sum(pairs[name, v] for name in shown) for v in NEWEST},
    )
    assert others[1:] == [percent(rest[v], versions[v,]) for v in NEWEST]


def test_a_rare_visitor_can_be_selected(user_page: Page, board: str) -> None:
    user_page.goto(f"/dashboards/{board}?{RANGE}")
    settle(user_page)
    user_page.get_by_role("button", name="Filter", exact=True).click()
    user_page.get_by_role("menuitem", name="IP address").click()
    user_page.get_by_label("Search: IP address").fill(RARE_ADDRESS)
    user_page.get_by_role("menuitem", name=RARE_ADDRESS).click()
    visits = user_page.get_by_role("region", name="Figures").locator("dl > div").first
    expect(visits).to_contain_text("Requests\n1", use_inner_text=True)


def percent(part: int, whole: int) -> str:
    """Format a share like the pages, to a tenth of a percent, without a trailing zero."""
    # Halves are rounded up, and are told from what only looks like one in floats.
    tenths = (part * 2000 + whole) // (whole * 2)
    return f"{tenths / 10:.1f}".removesuffix(".0") + "%"
