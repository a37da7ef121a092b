"""docs/architecture.md names the packages, and the files that a query and a fetch run through."""

import re
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path

import requests

from pydash_app.dashboard import repository
from pydash_app.dashboard.entity import Dashboard
from pydash_app.dashboard.services import fetching
from pydash_database import transact
from tests.pydash_web.support.apps_to_watch import WatchedApp
from tests.pydash_web.support.running_site import Site, Visitor, find_user, make_user

ROOT = Path(__file__).parents[2]
MAX_FILES_OF_A_QUERY = 12


def section(title: str) -> str:
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    return text.split(f"\n## {title}\n")[1].split("\n## ")[0]


def named_files(text: str) -> set[str]:
    return set(re.findall(r"`([a-z_/]+\.py)`", text))


def steps(text: str) -> list[str]:
    """The files of the numbered rows of a table."""
    return re.findall(r"^\| +\d+ \| `([a-z_/]+\.py)` \|", text, re.MULTILINE)


def executed_files(action: Callable[[], object]) -> list[str]:
    """Run an action; return PyDash's files in the order in which a function of each first ran."""
    found: dict[str, None] = {}

    def record(frame: object, event: str, _argument: object) -> None:
        if event == "call":
            found[frame.f_code.co_filename] = None  # type: ignore[attr-defined]

    before = sys.getprofile()
    sys.setprofile(record)
    try:
        action()
    finally:
        sys.setprofile(before)
    files = [Path(name).relative_to(ROOT) for name in found if name.startswith(str(ROOT))]
    return [str(file) for file in files if file.parts[0] not in ("tests", ".venv")]


def test_every_package_is_in_the_table_and_checked_by_import_linter() -> None:
    packages = {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"tests", "bench"}
    assert set(re.findall(r"^\| `(\w+)/`", section("Packages, bottom-up"), re.MULTILINE)) == (
        packages | {"frontend", "exporter", "deploy", "tests"}
    )
    tools = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]
    assert set(tools["importlinter"]["root_packages"]) == packages
    assert set(tools["coverage"]["run"]["source_pkgs"]) == packages | {"pydash", "pydash_exporter"}


def test_the_documented_files_exist() -> None:
    text = section("The path of a query") + section("The path of a fetched page")
    assert [name for name in sorted(named_files(text)) if not (ROOT / name).is_file()] == []


def test_a_query_runs_through_the_documented_files_in_their_order(
    site: Site, alice: Visitor, shop: str
) -> None:
    client = site.app.test_client()
    for name, value in alice.http.cookies.items():
        client.set_cookie(name, value or "")
    query = "statistic=total_visits,median_execution_time&breakdown=endpoint&version=0.1"
    path = f"{shop}/query?{query}&timeslice=day&timeslice_is_static=true"
    files = executed_files(lambda: client.get(path))
    assert client.get(path).get_json()["groups"]
    documented = section("The path of a query")
    assert [name for name in files if name not in named_files(documented)] == []
    # The routes are read at start.
    first, *others = steps(documented)
    assert [name for name in files if name in others] == others
    assert len([first, *others]) <= MAX_FILES_OF_A_QUERY


def test_a_fetched_page_runs_through_the_documented_files(
    site: Site, watched_app: WatchedApp
) -> None:
    owner = make_user("Alice")

    def add() -> Dashboard:
        dashboard = Dashboard(watched_app.url, watched_app.token, find_user(owner).id)
        repository.add(dashboard)
        return dashboard

    dashboard_id = transact(add).id
    fetching.fetch_and_update_historic_dashboard_info(dashboard_id)
    requests.get(watched_app.url, timeout=10)
    documented = section("The path of a fetched page")
    files: list[str] = []
    # FMD stores the request in the background.
    while "pydash_cube/cube.py" not in files:
        files = executed_files(lambda: fetching.fetch_and_update_new_dashboard_info(dashboard_id))
    assert [name for name in files if name not in named_files(documented)] == []
    # The steps before run in the fetcher and its scheduler.
    in_worker = steps(documented)[4:]
    assert [name for name in in_worker if name not in files] == []
