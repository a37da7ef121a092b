"""Size of the pages, time from a click until they are drawn, and Lighthouse scores.

The dashboard has a million calls. The peer of each row is its target.
"""

import gzip
import json
import os
import shutil
import statistics
import subprocess
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

from bench.bench_api import PASSWORD, client_name, site

LIGHTHOUSE = "lighthouse@12.8.2"
STATIC = Path(__file__).parents[1] / "pydash_web" / "static"
DASHBOARD_CHUNKS = [
    "src/app/shell/shell.tsx",
    "src/features/dashboard/dashboard-page.tsx",
    "src/features/dashboard/statistics-tab.tsx",
]
# All calls; and a range with 12 times as many hours.
THIRTY_DAYS = "from=2026-10-01&to=2026-10-30"
RANGES = {"30 days": THIRTY_DAYS, "12 months": "range=12mo"}
ROUNDS = 7
CHARTS = 6
KILOBYTE = 1000
TARGETS = {"performance": 90, "accessibility": 100, "best-practices": 95}

IS_SETTLED = """() => document.querySelector('h1') !== null
    && document.querySelector('.MuiSkeleton-root, [aria-label^=Loading]') === null"""
CLICK_UNTIL_DRAWN = """link => new Promise((done, fail) => {
    const started = performance.now();
    const check = () => {
        const images = [...document.querySelectorAll('main section svg')];
        const charts = images.filter(image => image.getBoundingClientRect().width > 100);
        const waiting = document.querySelector('.MuiSkeleton-root, [aria-label^=Loading]');
        if (document.querySelector('main section [role=alert]')) fail('A panel shows an error.');
        else if (charts.length < CHARTS || waiting) requestAnimationFrame(check);
        else requestAnimationFrame(() => done(performance.now() - started));
    };
    link.click();
    check();
})""".replace("CHARTS", str(CHARTS))

Row = dict[str, Any]


def run() -> list[Row]:
    """Run the benchmark; takes about two minutes."""
    rows = _sizes()
    with site() as (port, _, dashboard_id):
        url = f"http://127.0.0.1:{port}"
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=_chromium(), args=["--no-sandbox", "--disable-dev-shm-usage"]
            )
            cookies, clicks = _clicks(browser, url, dashboard_id)
            browser.close()
        return rows + clicks + _scores(f"{url}/dashboards/{dashboard_id}?{THIRTY_DAYS}", cookies)


def _sizes() -> list[Row]:
    """Return the compressed size of what the browser loads before it can show a page."""
    manifest = json.loads((STATIC / ".vite" / "manifest.json").read_text())
    entry = _with_imports(manifest, ["index.html"])
    dashboard = entry | _with_imports(manifest, DASHBOARD_CHUNKS)
    return [
        _row("entry, gzip", _kilobytes(entry), "kB", maximum=170),
        _row("dashboard page with the entry, gzip", _kilobytes(dashboard), "kB", maximum=320),
    ]


def _with_imports(manifest: dict[str, Any], names: list[str]) -> set[str]:
    """Return the files of these chunks and of their static imports."""
    seen: set[str] = set()
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name not in seen:
            seen.add(name)
            waiting += manifest[name].get("imports", [])
    return {manifest[name]["file"] for name in seen}


def _kilobytes(files: set[str]) -> float:
    return sum(len(gzip.compress((STATIC / name).read_bytes())) for name in files) / KILOBYTE


def _clicks(browser: Browser, url: str, dashboard_id: str) -> tuple[str, list[Row]]:
    """Sign in and open the tab with the charts; return cookies and durations."""
    rows = []
    with browser.new_context(base_url=url, service_workers="block") as context:
        credentials = {"name": client_name(0), "password": PASSWORD}
        assert context.request.post("/api/login", data=credentials).ok
        page = context.new_page()
        for name, query in RANGES.items():
            times = [_click(page, dashboard_id, query) for _ in range(ROUNDS)]
            row_name = f"click until charts are drawn, {name}, median"
            rows.append(_row(row_name, statistics.median(times), "ms", maximum=300))
        cookies = [f"{cookie['name']}={cookie['value']}" for cookie in context.cookies()]
    return "; ".join(cookies), rows


def _click(page: Page, dashboard_id: str, query: str) -> float:
    page.goto(f"/dashboards/{dashboard_id}/uptime?{query}")
    page.wait_for_function(IS_SETTLED)
    milliseconds: float = page.get_by_role("link", name="Statistics").evaluate(CLICK_UNTIL_DRAWN)
    return milliseconds


def _scores(url: str, cookies: str) -> list[Row]:
    """Return the Lighthouse scores of the dashboard on a desktop."""
    command = ["npx", "--yes", LIGHTHOUSE, url, "--quiet", "--preset=desktop"]
    options = [
        "--no-enable-error-reporting",
        "--output=json",
        f"--only-categories={','.join(TARGETS)}",
        f"--extra-headers={json.dumps({'Cookie': cookies})}",
        "--chrome-flags=--headless=new --no-sandbox --disable-dev-shm-usage",
    ]
    environment = {**os.environ, "CHROME_PATH": _chromium()}
    result = subprocess.run(
        command + options, env=environment, check=True, stdout=subprocess.PIPE, text=True
    )
    categories = json.loads(result.stdout)["categories"]
    return [
        _row(f"Lighthouse, {name}", 100 * categories[name]["score"], "of 100", minimum=minimum)
        for name, minimum in TARGETS.items()
    ]


def _row(name: str, value: float, unit: str, *, maximum: float = 0, minimum: float = 0) -> Row:
    ratio = maximum / value if maximum else value / minimum
    peer = maximum or minimum
    target = {"against": "limit", "target": 1}
    return {"name": name, "value": value, "unit": unit, "peer": peer, "ratio": ratio, **target}


def _chromium() -> str:
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    assert path, "Chromium is required: apt install chromium"
    return path


if __name__ == "__main__":
    for row in run():
        print(row)
