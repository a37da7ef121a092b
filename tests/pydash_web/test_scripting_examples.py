"""The examples of `docs/scripting.md` work as they stand there."""

import csv
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from pydash_app.user.api_token import Scope
from tests.pydash_web.support.running_site import (
    Site,
    add_exceptions,
    make_dashboard,
    make_token,
    make_user,
)
from tests.support.remote_exceptions import FIRST

PAGE = Path(__file__).parents[2] / "docs" / "scripting.md"
EXAMPLES = dict(enumerate(re.findall(r"```(sh|python)\n(.*?)```", PAGE.read_text(), re.DOTALL)))
RUNNABLE = {number: text for number, (_, text) in EXAMPLES.items() if "export " not in text}
EXPECTED = {
    1: '"visits_today"',
    2: '{"total_visits":{"2018-04-25T00":0,',
    3: "",
    4: '"retention":365',
    5: "Shop: foo 0.5 ms",
    6: '{"2018-04-25":3,"2018-04-26":0,',
    7: '"path":"/shared#pydash_link_',
    8: '"problem":0',
    9: '"verdict":null',
    10: "[]",
    11: "",
    12: "period,timestamp,user",
    13: "period,timestamp,users,new_users,returning_users,addresses,",
    14: '"groups":[]',
    15: "order <n> resolved",
    16: '"outliers":[]',
    17: "",
}


def test_every_example_is_run() -> None:
    assert set(RUNNABLE) == set(EXPECTED)


@pytest.mark.parametrize("number", EXPECTED)
def test_it_works(number: int, site: Site, tmp_path: Path) -> None:
    alice = make_user("Alice", admin=True)
    dashboard_id = make_dashboard(alice)
    add_exceptions(dashboard_id, [FIRST])
    environ = {
        "PATH": os.environ["PATH"],
        "MY_PYDASH_URL": site.url,
        "MY_PYDASH_TOKEN": make_token(alice, Scope.WRITE),
        "DASHBOARD": str(dashboard_id),
    }
    language, text = EXAMPLES[number]
    command = ["sh", "-ec", text] if language == "sh" else [sys.executable, "-c", text]
    done = subprocess.run(
        command, env=environ, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    assert EXPECTED[number] in done.stdout
    if number == 3:
        lines = (tmp_path / "calls.csv").read_text().splitlines()
        assert len(list(csv.DictReader(lines))) == 5
    if number == 17:
        # The second response has no body, so curl keeps the file.
        assert (
            subprocess.run(command, env=environ, cwd=tmp_path, timeout=60, check=False).returncode
            == 0
        )
        assert '"visits_today"' in (tmp_path / "dashboards.json").read_text()
