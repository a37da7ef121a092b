"""From the mark of a version that is worse to what made it so."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, StorageState, expect

from tests.features.support.running_stack import Stack
from tests.support.waiting import wait_for

pytestmark = pytest.mark.browser


SIZES = ((1280, 768), (320, 640))
MARK = "New version 1.6.0, worse than 1.5.0"


def test_from_a_mark_to_the_stack_of_a_new_exception(
    open_page: Callable[..., Page], signed_in: StorageState, stack: Stack
) -> None:
    shop = stack.dashboard_id("Bookshop")
    stack.wait_for_exception("FileNotFoundError")

    def is_judged() -> bool:
        versions = stack.get(f"dashboards/{shop}/versions")["versions"]
        verdicts = {each["name"]: each["verdict"] for each in versions}
        return bool(verdicts.get("1.6.0")) and verdicts["1.6.0"]["state"] == "worse"

    wait_for(is_judged)
    for width, height in SIZES:
        page = open_page(storage_state=signed_in, viewport={"width": width, "height": height})
        page.goto(f"/dashboards/{shop}?range=7d")
        chart = page.get_by_role("region", name="Requests", exact=True)
        chart.get_by_role("button", name=MARK).click()

        chart.get_by_role("link", name=f"{MARK}: Show the verdict").click()
        verdict = page.get_by_role("region", name="Verdict on 1.6.0")
        failing = verdict.get_by_role("link", name="Exceptions of cover in 1.6.0")
        expect(failing).to_have_attribute(
            "href", f"/dashboards/{shop}/exceptions?range=all&endpoint=cover&version=1.6.0"
        )
        verdict.get_by_role("link", name="cover", exact=True).click()
        page.wait_for_url("**/endpoints/cover?range=all&version=1.6.0")
        newest = page.get_by_role("region", name="Exceptions", exact=True).get_by_role("listitem")
        expect(newest).to_have_count(1)
        newest.get_by_role("link", name="FileNotFoundError in faults:read_cover").click()

        raising = page.get_by_role("list", name="Stack").get_by_role("listitem").last
        expect(raising).to_contain_text("read_cover")
        expect(raising).to_contain_text("raise FileNotFoundError(")
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.goto(f"/dashboards/{shop}/versions?judged=1.6.0")
    verdict.get_by_role("link", name="Compare").click()
    expect(page.get_by_role("combobox", name="Compared with")).to_have_value("1.5.0")
    expect(page.get_by_role("region", name="Endpoints", exact=True)).to_contain_text("Worse")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
