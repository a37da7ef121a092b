"""Size of the pages, how soon they are drawn and respond, and Lighthouse scores.

The dashboard has a million calls. The peer of each row is its target.
"""

import gzip
import json
import shutil
import statistics
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, Playwright, sync_playwright

from bench import responsiveness
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
FLAGS = ["--no-sandbox", "--disable-dev-shm-usage"]
ROUNDS = 7
CHARTS = 6
KILOBYTE = 1000
RUNS = 5
TARGETS = {"performance": 97, "accessibility": 100, "best-practices": 100}

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
    """Run the benchmark; takes about six minutes."""
    with site() as (port, _, dashboard_id), sync_playwright() as playwright:
        responsiveness.fill(dashboard_id)
        url, path = f"http://127.0.0.1:{port}", f"/dashboards/{dashboard_id}?{THIRTY_DAYS}"
        browser = playwright.chromium.launch(executable_path=_chromium(), args=FLAGS)
        drawn = [
            *_clicks(browser, url, dashboard_id),
            *responsiveness.rows(browser, url, path, client_name(0)),
        ]
        browser.close()
        return [*_sizes(), *drawn, *_scores(playwright, url, path)]


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


def _clicks(browser: Browser, url: str, dashboard_id: str) -> Iterator[Row]:
    """Sign in and open the tab with the charts; return how long it takes."""
    with responsiveness.signed_in(browser, url, client_name(0)) as page:
        for name, query in RANGES.items():
            times = [_click(page, dashboard_id, query) for _ in range(ROUNDS)]
            row_name = f"click until charts are drawn, {name}, median"
            yield _row(row_name, statistics.median(times), "ms", maximum=300)


def _click(page: Page, dashboard_id: str, query: str) -> float:
    page.goto(f"/dashboards/{dashboard_id}/uptime?{query}")
    page.wait_for_function(responsiveness.IS_SETTLED)
    milliseconds: float = page.get_by_role("link", name="Statistics").evaluate(CLICK_UNTIL_DRAWN)
    return milliseconds


def _scores(playwright: Playwright, url: str, path: str) -> Iterator[Row]:
    """Return the Lighthouse scores of the dashboard on a desktop."""
    found = [_score(playwright, url, path) for _ in range(RUNS)]
    for name, minimum in TARGETS.items():
        score = 100 * statistics.median(each[name] for each in found)
        yield _row(f"Lighthouse, {name}, median of {RUNS}", score, "of 100", minimum=minimum)


def _score(playwright: Playwright, url: str, path: str) -> dict[str, float]:
    """Run Lighthouse in a new browser, which has no data of earlier visits."""
    with tempfile.TemporaryDirectory(prefix="pydash") as profile:
        # Lighthouse opens the page in this browser, so as its user: a cookie among the extra
        # headers of Lighthouse would not be sent.
        context = playwright.chromium.launch_persistent_context(
            profile, executable_path=_chromium(), args=[*FLAGS, "--remote-debugging-port=0"]
        )
        with context:
            credentials = {"name": client_name(0), "password": PASSWORD}
            assert context.request.post(f"{url}/api/login", data=credentials).ok
            port = Path(profile, "DevToolsActivePort").read_text().split()[0]
            command = ["npx", "--yes", LIGHTHOUSE, url + path, "--quiet", f"--port={port}"]
            options = [
                "--preset=desktop",
                "--no-enable-error-reporting",
                "--output=json",
                f"--only-categories={','.join(TARGETS)}",
            ]
            result = subprocess.run(
                command + options, check=True, stdout=subprocess.PIPE, text=True
            )
    report = json.loads(result.stdout)
    requests = report["audits"]["network-requests"]["details"]["items"]
    assert any("/query?" in request["url"] for request in requests), "This is not the dashboard."
    return {name: report["categories"][name]["score"] for name in TARGETS}


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
