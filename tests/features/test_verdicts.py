"""From the mark of a version that is worse to the endpoints that made it so."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, StorageState, expect

from tests.features.support.running_stack import Stack
from tests.support.waiting import wait_for

pytestmark = pytest.mark.browser


def test_from_a_mark_to_the_endpoint_on_a_phone(
    open_page: Callable[..., Page], signed_in: StorageState, stack: Stack
) -> None:
    shop = stack.dashboard_id("Bookshop")

    def is_judged() -> bool:
        versions = stack.get(f"dashboards/{shop}/versions")["versions"]
        verdicts = {each["name"]: each["verdict"] for each in versions}
        return bool(verdicts.get("1.6.0")) and verdicts["1.6.0"]["state"] == "worse"

    wait_for(is_judged)
    page = open_page(storage_state=signed_in, viewport={"width": 320, "height": 640})
    page.goto(f"/dashboards/{shop}?range=7d")
    chart = page.get_by_role("region", name="Requests", exact=True)
    chart.get_by_role("button", name="New version 1.6.0, worse than 1.5.0").click()
    chart.get_by_role("link", name="New version 1.6.0, worse than 1.5.0: Show the verdict").click()
    verdict = page.get_by_role("region", name="Verdict on 1.6.0")
    failing = verdict.get_by_role("link", name="Exceptions of cover in 1.6.0")
    expect(failing).to_have_attribute(
        "href", f"/dashboards/{shop}/exceptions?endpoint=cover&version=1.6.0"
    )
    verdict.get_by_role("link", name="search", exact=True).click()
    expect(page.get_by_role("heading", name="search", exact=True)).to_be_visible()
    assert page.url.endswith("/endpoints/search?range=all&version=1.6.0")
    page.goto(f"/dashboards/{shop}/versions?judged=1.6.0")
    verdict.get_by_role("link", name="Compare").click()
    expect(page.get_by_role("combobox", name="Compared with")).to_have_value("1.5.0")
    expect(page.get_by_role("region", name="Endpoints", exact=True)).to_contain_text("Worse")
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
