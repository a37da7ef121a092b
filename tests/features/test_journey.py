"""The first steps of a new user: sign in, look at the demo, add an app."""

import http.server
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.features.support.running_stack import PASSWORD, Stack

pytestmark = pytest.mark.browser

# An app as many people have it: monitored, but by itself.
WITHOUT_EXPORTER = """
import sys
import flask_monitoringdashboard as dashboard
from flask import Flask
from waitress.server import create_server

app = Flask("lonely")
app.secret_key = "lonely"
app.add_url_rule("/", "home", lambda: "home")
dashboard.config.database_name = f"sqlite:///{sys.argv[1]}/lonely.sqlite"
dashboard.bind(app, schedule=False)
server = create_server(app, host="127.0.0.1", port=0)
print(server.effective_port, flush=True)
server.run()
"""


@pytest.fixture
def monitored_without_exporter(tmp_path: Path) -> Iterator[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", WITHOUT_EXPORTER, str(tmp_path)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    yield f"http://127.0.0.1:{process.stdout.readline().strip()}"
    process.kill()
    process.wait()
    process.stdout.close()


@pytest.fixture
def not_monitored() -> Iterator[str]:
    """A website without monitoring."""
    handler = http.server.SimpleHTTPRequestHandler
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def sign_in(page: Page) -> None:
    page.goto("/")
    page.get_by_label("Username").fill("demo")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Overview")).to_be_visible()


def card(page: Page, name: str) -> Locator:
    return page.get_by_role("main").get_by_role("link").filter(has_text=name).first


def fill_dialog(page: Page, url: str, token: str, name: str = "Added") -> None:
    page.get_by_label("Dashboard URL").fill(url)
    page.get_by_label("Token", exact=True).fill(token)
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_role("button", name="Test and add").click()


def test_a_new_user_signs_in_and_sees_the_demo(page: Page) -> None:
    sign_in(page)
    main = page.get_by_role("main")
    expect(main.get_by_text("Bookshop")).to_be_visible()
    visits = main.get_by_text(re.compile(r"[\d,]+ requests? today"))
    expect(visits).to_be_visible()
    assert int(re.sub(r"\D", "", visits.inner_text().split(" requests")[0])) > 0
    card(page, "Bookshop").click()
    expect(page.get_by_role("heading", name="Bookshop")).to_be_visible()
    expect(page.get_by_role("heading", name="Execution time")).to_be_visible()
    lines = page.get_by_role("region", name="Execution time").locator("svg path[d*='L']")
    expect(lines.first).to_be_visible()
    assert lines.count() >= 3
    cells = page.get_by_role("region", name="Requests by hour", exact=True).locator(
        "svg:has(text) > path"
    )
    expect(cells.first).to_be_visible()


def test_adding_a_dashboard_reports_the_failed_step(
    page: Page, stack: Stack, not_monitored: str, monitored_without_exporter: str
) -> None:
    sign_in(page)
    before = stack.get("dashboards")
    page.get_by_role("button", name="Add dashboard").click()
    dialog = page.get_by_role("dialog")
    wrongs = [
        ("http://127.0.0.1:9", "any", "Connection refused by 127.0.0.1:9"),
        (not_monitored, "any", "no Flask-MonitoringDashboard"),
        (monitored_without_exporter, "any", "pydash_exporter.bind(app)"),
        (stack.shop_url, "wrong", "token"),
    ]
    for url, token, reason in wrongs:
        fill_dialog(page, url, token)
        steps = dialog.get_by_role("list", name="Connection test")
        expect(steps).to_contain_text(reason, ignore_case=True)
        expect(dialog.get_by_role("button", name="Test and add")).to_be_enabled()
    assert [board["id"] for board in stack.get("dashboards")] == [board["id"] for board in before]


def test_an_added_dashboard_imports_its_history(page: Page, stack: Stack) -> None:
    sign_in(page)
    page.get_by_role("button", name="Add dashboard").click()
    fill_dialog(page, stack.shop_url, stack.shop_token, "Second shop")
    page.get_by_role("link", name="Open dashboard").click()
    expect(page.get_by_role("heading", name="Second shop")).to_be_visible()
    figures = page.get_by_role("main")
    expect(figures.get_by_text("Requests", exact=True).first).to_be_visible()
    expect_visits(stack, "Second shop", page)


def expect_visits(stack: Stack, name: str, page: Page) -> None:
    """Wait until the whole history has been imported."""
    path = f"dashboards/{stack.dashboard_id(name)}/statistic"
    for _ in range(120):
        visits: int = stack.get(path, statistic="total_visits")
        if visits >= 50_000:
            return
        page.wait_for_timeout(250)
    raise AssertionError(f"after 30 s there are {visits} visits")
