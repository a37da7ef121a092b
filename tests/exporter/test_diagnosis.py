"""What explains the measurements, from a real app with the newest Flask-MonitoringDashboard."""

import json
import os
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import requests

from tests.exporter.test_exporter import TOKEN, App
from tests.support.waiting import wait_for

SCRIPT = Path(__file__).with_name("diagnosis_app.py")
KINDS = {
    "exceptions": 'SELECT id FROM "ExceptionOccurrence"',
    "outliers": 'SELECT id FROM "Outlier" WHERE request_id NOT IN '
    '(SELECT MIN(id) FROM "Request" GROUP BY endpoint_id)',
    "profiles": 'SELECT DISTINCT request_id FROM "StackLine"',
    "graphs": 'SELECT id FROM "CustomGraphData"',
}
OCCURRENCES = 500
MOVES = 20
JSON_WEB_TOKEN = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJwbGFudGVkIn0.cGxhbnRlZC1zaWduYXR1cmU"

NAMES = (
    *("X-Auth", "Api-Key", "x_api_key", "X-Secret-Sauce", "csrfToken", "Set-Cookie2", "passwd"),
    *("db-pwd", "credentials", "PrivateKey", "session_state", "PHPSESSID", "jwt", "X-OTP"),
    *("cardNumber", "cvv2", "IBAN", "ssn", "Proxy-Authorization", "p_a_s_s"),
)


def secret(place: str) -> str:
    """Return a secret, which is found again as it is the only text of its kind."""
    return f"planted-{place}-"


HEADERS = {
    # Werkzeug joins names with underscores, as proxies may add them.
    **{name.replace("_", "-"): secret(f"header-{name}") for name in NAMES[:14]},
    "Cookie": f"cart={secret('cookie-1')}; theme={secret('cookie-2')}",
    "Authorization": f"Bearer {secret('bearer')}",
    "Referer": f"http://ada:{secret('userinfo')}@shop.example/?token={secret('referer')}",
    "X-Forwarded-Uri": "/a?x=%253Ftoken%253D" + secret("encoded-twice"),
    "X-Filter": json.dumps({"user": "ada", "password": secret("json-header")}),
}
FIELDS = {name: secret(f"query-{name}") for name in NAMES[6:]}
FORM = {name: secret(f"form-{name}") for name in NAMES[:8]}
MESSAGES = (
    f"password={secret('assigned')}",
    f"Password: {secret('line')} {secret('rest-of-line')}",
    f"{{'api-key': '{secret('dict')}', 'user': 'ada'}}",
    json.dumps(json.dumps({"sessionId": f'quo"{secret("escaped")}'})),
    f"[('token', '{secret('pair')}')]",
    f"connect(secret={secret('call')!r})",
    f"<password>{secret('element')}</password>",
    quote(json.dumps({"otp": secret("encoded")}), safe=""),
    f"postgresql://shop:{secret('database')}@db/shop",
    f"tokens={['a', secret('list')]}",
    f"cannot use {JSON_WEB_TOKEN}",
    f"GET /reset-password/{secret('path-in-message')}/now failed",
)
PATHS = (
    f"/invite/{secret('named-by-the-app')}/7",
    f"/files/session/{secret('after-a-name')}",
    "/files/plantedRandom0Zx8aPq91LmNb77Qw",
)
SETTINGS = ("planted-setting-1", "planted-setting-2")
PLANTED = (
    *(secret(f"header-{name}") for name in NAMES[:14]),
    *map(secret, ("cookie-1", "cookie-2", "bearer", "userinfo", "referer", "encoded-twice")),
    *(secret("json-header"), *FIELDS.values(), *FORM.values()),
    *map(secret, ("assigned", "line", "rest-of-line", "dict", "escaped", "pair", "call")),
    *map(secret, ("element", "encoded", "database", "list", "path-in-message")),
    *(JSON_WEB_TOKEN, secret("named-by-the-app"), secret("after-a-name")),
    *("plantedRandom0Zx8aPq91LmNb77Qw", *SETTINGS),
)


@contextmanager
def running(
    folder: Path, *arguments: str, python: str = sys.executable, database: str = ""
) -> Iterator[App]:
    """Run the app.

    :param folder: for its files.
    :param arguments: those of `pydash_exporter.bind` that are true.
    :param python: of its environment.
    :param database: the URL of its database; by default, a SQLite file.
    """
    process = subprocess.Popen(
        [python, SCRIPT, database or f"sqlite:///{folder}/monitoring.sqlite", TOKEN, *arguments],
        cwd=folder,
        env={"PATH": os.environ["PATH"], "HOME": str(folder)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    with process:
        assert process.stdout is not None
        port = next(line.split()[1] for line in process.stdout if line.startswith("port"))
        app = App(port, folder / "monitoring.sqlite", "dashboard")
        with app.session:
            yield app
        process.communicate("")


def use(app: App, moves: int = MOVES, has_exceptions: bool = True) -> None:
    """Send requests that are slow, raise and contain secrets; wait until all is stored.

    :param moves: how often one of the faults is raised, on changing lines.
    :param has_exceptions: whether this version of FMD stores exceptions.
    """
    for _ in range(2):
        visit(app, "GET", "/work")
    # Each of them more than 2.5 times as long as the average before.
    for path, seconds in zip(PATHS, ("0.05", "0.15", "0.4"), strict=True):
        visit(app, "GET", path, params=FIELDS, headers={**HEADERS, "X-Seconds": seconds})
    visit(app, "GET", f"/captured/{moves if has_exceptions else 0}")
    for number in (1, 2, 3, 1):
        visit(app, "GET", f"/raised/{number}")
    visit(app, "POST", "/message", data=FORM)
    for message in MESSAGES:
        visit(app, "POST", "/message", data=message, headers={"Content-Type": "text/plain"})
    for value in (1.5, 2.5):
        visit(app, "GET", f"/value/{value}")
    assert app.sql('SELECT COUNT(DISTINCT request_url) FROM "Outlier"')[0][0] > len(PATHS)
    assert len(app.sql(KINDS["graphs"])) == 2
    if has_exceptions:
        assert len(app.sql(KINDS["exceptions"])) == moves + 4 + 1 + len(MESSAGES)


def visit(app: App, method: str, path: str, **options: Any) -> None:
    """Send a request, and wait until FMD has stored it, which it does in threads of its own.

    It loses some if several run at once.
    """
    requests.request(method, app.url + path, timeout=30, **options)
    wait_for(lambda: app.session.get(app.url + "/storing", timeout=30).text == "0", seconds=300)


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    with running(tmp_path_factory.mktemp("app"), *KINDS) as app:
        use(app)
        yield app


def all_responses(app: App, kinds: Iterable[str], form: str) -> str:
    """Return what the app exports, as one text."""
    names = ("details", "monitor_rules", "data", *kinds)
    return "".join(json.dumps(app.json(f"get_json_{name}?format={form}")) for name in names)


def read(app: App, kind: str, limit: int = 1_000) -> list[dict[str, Any]]:
    """Return all rows of a kind, read in pages."""
    rows: list[dict[str, Any]] = []
    after_id, has_more = 0, True
    while has_more:
        page = app.json(f"get_json_{kind}?after_id={after_id}&limit={limit}")
        rows += page["data"]
        after_id, has_more = page["next_after_id"], page["has_more"]
        assert not has_more or len(page["data"]) == limit
    return rows


def test_it_lists_the_kinds(app: App) -> None:
    assert app.json("get_json_details")["kinds"] == dict.fromkeys(KINDS, True)


@pytest.mark.parametrize("kind", KINDS)
def test_pages_of_a_kind_have_no_gap_or_overlap(app: App, kind: str) -> None:
    expected = sorted(row[0] for row in app.sql(KINDS[kind]))
    assert len(expected) > 1
    for limit in (1, 7, 1_000):
        assert [row["id"] for row in read(app, kind, limit)] == expected
    page = app.json(f"get_json_{kind}?after_id={expected[-1]}")
    assert (page["data"], page["has_more"], page["next_after_id"]) == ([], False, None)
    assert page["last_id"] >= expected[-1]
    assert page["database_id"] == app.json("get_json_details")["database-id"]


@pytest.mark.parametrize("kind", KINDS)
def test_columns_of_a_kind_are_equal_to_rows(app: App, kind: str) -> None:
    rows = app.json(f"get_json_{kind}")["data"]
    columns = app.json(f"get_json_{kind}?format=columns")["data"]
    assert columns.keys() == rows[0].keys()
    for name, column in columns.items():
        values = column
        if isinstance(column, dict):
            values = [column["values"][code] for code in column["codes"]]
            assert len({json.dumps(value) for value in column["values"]}) == len(column["values"])
        if name == "time":
            values = [datetime.fromtimestamp(each / 1e6, UTC) for each in values]
            values = [str(each.replace(tzinfo=None)) for each in values]
        assert values == [row[name] for row in rows]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("query", ["limit=0", "limit=1001", "after_id=x", "format=xml"])
def test_it_refuses_invalid_arguments_of_a_kind(app: App, kind: str, query: str) -> None:
    response = app.get(f"get_json_{kind}?{query}")
    assert response.status_code == 400
    assert response.json()["message"]


@pytest.mark.parametrize("form", ["rows", "columns"])
def test_no_secret_leaves_the_app(app: App, form: str) -> None:
    assert len(set(PLANTED)) >= 60
    dump = str([app.sql(f"SELECT * FROM {table}") for table in ("Outlier", "ExceptionMessage")])
    responses = all_responses(app, KINDS, form)
    for planted in PLANTED:
        assert planted in dump or quote(planted, safe="") in dump
        assert planted not in responses
    # Neither in any other form.
    assert "lanted" not in responses.lower()


def test_what_is_not_secret_remains(app: App) -> None:
    slow = [row for row in read(app, "outliers") if "/invite/" in row["url"]]
    assert slow
    for row in slow:
        assert row["url"].startswith(app.url + "/invite/[masked]/7?passwd=[masked]&")
        assert row["headers"]["X-Seconds"] == "0.05"
        assert row["headers"]["X-Auth"] == row["environment"]["HTTP_COOKIE"] == "[masked]"
        assert row["environment"]["REQUEST_METHOD"] == "GET"
        assert row["environment"]["PATH_INFO"] == "/invite/[masked]/7"
        assert row["endpoint"] == "work"
        assert row["duration"] > 50
    messages = {row["message"] for row in read(app, "exceptions")}
    assert "{'api-key': '[masked]', 'user': 'ada'}" in messages
    assert "postgresql://[masked]@db/shop" in messages
    assert "'order-7'" in messages


def test_one_fault_is_one_group_and_three_are_three(app: App) -> None:
    # FMD stores one exception in 50 ms, so most of them are stored here, each with its own message.
    with closing(sqlite3.connect(app.database, timeout=30)) as connection, connection:
        for number in range(MOVES, OCCURRENCES):
            message = (10_000 + number, f"'order-{number}'")
            connection.execute("INSERT INTO ExceptionMessage (id, message) VALUES (?, ?)", message)
            connection.execute(
                "INSERT INTO ExceptionOccurrence (request_id, exception_type_id, exception_msg_id, "
                "stack_trace_snapshot_id, is_user_captured) SELECT request_id, exception_type_id, "
                "?, stack_trace_snapshot_id, 1 FROM ExceptionOccurrence WHERE is_user_captured "
                "ORDER BY id LIMIT 1 OFFSET ?",
                (message[0], number % MOVES),
            )
    found = read(app, "exceptions")
    moved = [row for row in found if row["endpoint"] == "captured"]
    assert len({row["message"] for row in moved}) == len(moved) == OCCURRENCES
    assert len({row["stack"][-1]["line"] for row in moved}) == MOVES
    assert len({row["group"] for row in moved}) == 1
    assert all(row["captured"] for row in moved)
    raised = [row for row in found if row["endpoint"] == "raised"]
    assert sorted(Counter(row["group"] for row in raised).values()) == [1, 1, 2]
    assert {row["type"] for row in raised} == {"ValueError"}
    assert not any(row["captured"] for row in raised)


def test_a_stack_names_the_functions_of_the_app(app: App) -> None:
    stack = next(row for row in read(app, "exceptions") if row["endpoint"] == "captured")["stack"]
    functions = [(each["file"], each["module"], each["function"]) for each in stack]
    assert functions == [
        ("diagnosis_app.py", "diagnosis_app", "captured"),
        ("moving.py", "moving", "pay"),
    ]
    assert [(each["own"], each["source"]) for each in stack] == [(True, None)] * 2
    profile = next(row for row in read(app, "profiles") if row["endpoint"] == "captured")
    assert {each["source"] for each in profile["lines"]} == {None}
    assert {each["own"] for each in profile["lines"]} == {True, False}


def test_profiles_are_those_of_the_app(app: App) -> None:
    query = "SELECT indent, duration FROM StackLine WHERE request_id = ? ORDER BY position"
    for row in read(app, "profiles"):
        expected = app.sql(query, row["id"])
        assert [(each["indent"], each["duration"]) for each in row["lines"]] == expected


def test_graphs_are_those_of_the_app(app: App) -> None:
    rows = read(app, "graphs")
    assert {(row["title"], row["graph_id"]) for row in rows} == {("Baskets", 1)}
    assert sorted(row["value"] for row in rows) == [1.5, 2.5]


def test_sizes_are_limited(tmp_path: Path) -> None:
    with running(tmp_path, "exceptions", "outliers", "source") as app:
        visit(app, "GET", "/deep/600")
        visit(app, "POST", "/message", data="m" * 10_000)
        assert len(app.sql(KINDS["exceptions"])) == 2
        header = "".join(f"X-{number}: {'x' * 90}\r\n" for number in range(2_000))
        with closing(sqlite3.connect(app.database, timeout=30)) as connection, connection:
            values = [(1 + number % 2, header) for number in range(200)]
            connection.executemany(
                "INSERT INTO Request (endpoint_id, duration, ip) VALUES (?, 1, '')",
                [(endpoint,) for endpoint, _ in values],
            )
            connection.executemany(
                "INSERT INTO Outlier (request_id, request_header, request_environment) "
                "VALUES ((SELECT MAX(id) FROM Request) - ?, ?, '{}')",
                values,
            )
        for form in ("rows", "columns"):
            response = app.get(f"get_json_outliers?format={form}")
            assert response.json()["has_more"]
            assert 1_000_000 < len(response.content) < 2_500_000
        by_endpoint = {row["endpoint"]: row for row in read(app, "exceptions")}
        stack = by_endpoint["deep"]["stack"]
        assert 30_000 < len(json.dumps(stack)) < 70_000
        assert by_endpoint["message"]["message"] == "m" * 2_048
        # With source=True, and of the innermost frame, as a stack is cut from the oldest.
        assert stack[-1]["source"] == ("    return deep(depth - 1) if depth else str(1 // depth)")
