"""What is saved of a panel: its figures, and what it shows as an image."""

import csv
import struct
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.features.support.running_stack import Stack

pytestmark = pytest.mark.browser

SVG = "{http://www.w3.org/2000/svg}"
TITLE = "Execution time"


def saved(page: Page, choice: str) -> Path:
    page.get_by_role("button", name=f"{TITLE}: save").click()
    with page.expect_download() as download:
        page.get_by_role("menuitem", name=choice).click()
    assert download.value.suggested_filename.startswith("execution-time.")
    return download.value.path()


def test_a_panel_is_saved_as_figures_and_as_an_image(user_page: Page, stack: Stack) -> None:
    page = user_page
    page.goto(f"/dashboards/{stack.dashboard_id('Bookshop')}?range=7d")
    page.get_by_role("button", name=f"{TITLE}: save").wait_for()

    with saved(page, "Data as CSV").open(newline="", encoding="utf-8") as file:
        header, *rows = csv.reader(file)
    assert header[:4] == ["Time", "p99", "p90", "p50"]
    assert all(float(p50) <= float(p90) <= float(p99) for _, p99, p90, p50, *_ in rows if p50)

    drawing = ET.parse(saved(page, "Image as SVG")).getroot()
    texts = {each.text for each in drawing.iter(f"{SVG}text")}
    assert {TITLE, "p50", "p90", "p99"} <= texts
    assert any(float(each.get("d", "").count("L")) > 5 for each in drawing.iter(f"{SVG}path"))

    image = saved(page, "Image as PNG").read_bytes()
    assert image.startswith(b"\x89PNG")
    width = struct.unpack(">I", image[16:20])[0]
    assert width == pytest.approx(2 * float(drawing.get("width", "0")), abs=2)
