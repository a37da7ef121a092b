"""`pydash events`: what one installation exports, another one imports, once."""

import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from pydash_app import event
from pydash_app.configuration import Configuration
from pydash_app.errors import InvalidInput
from pydash_cli import cli
from pydash_cli import events as commands
from pydash_cli.settings import connected
from pydash_events import Event, EventFilter, Trait

NOW = datetime.now(UTC)
TRAITS = [
    Trait("count", Trait.INT_TYPE, 2**40),
    Trait("none", Trait.NONE_TYPE, None),
    Trait("ratio", Trait.FLOAT_TYPE, 2.0),
    Trait("since", Trait.DATETIME_TYPE, NOW),
    Trait("text", Trait.TEXT_TYPE, "a\nb £"),
]
PROJECTS = ["dashboard:00000000-0000-4000-8000-000000000001", "installation", "user:1"]


@pytest.fixture(params=["zodb", "sqlite"], autouse=True)
def data_dir(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Path:
    """A data directory with a database file, and the event store there or in another file."""
    uris = {"zodb": "zodb://", "sqlite": f"sqlite:///{tmp_path}/events.db"}
    monkeypatch.setenv("PYDASH_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("PYDASH_DATABASE_URI", f"file://{tmp_path}/pydash.fs")
    monkeypatch.setenv("PYDASH_EVENTS_URI", uris[request.param])
    return tmp_path


def run(*arguments: str, text: str = "", expected: int = 0) -> Result:
    result = CliRunner().invoke(cli, ["events", *arguments], input=text)
    assert result.exit_code == expected, (result.output, result.exception)
    return result


def lines(*events: dict[str, Any]) -> str:
    return "".join(f"{json.dumps(each)}\n" for each in events)


def described(message_id: str, project: str = "", **differences: Any) -> dict[str, Any]:
    named = {"message_id": message_id, "project": project, "event_type": "ci.run"}
    return {**named, "generated": NOW.isoformat(), **differences}


def imported(count: int = 5) -> None:
    """Import events of three projects, an hour apart, the last one now."""
    run(
        "import",
        text=lines(
            *(
                described(
                    f"{number}",
                    project,
                    generated=(NOW - timedelta(hours=count - 1 - number)).isoformat(),
                    traits=[{"name": "number", "type": "integer", "value": number}],
                )
                for project in PROJECTS
                for number in range(count)
            )
        ),
    )


def exported(*options: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in run("export", *options).stdout.splitlines()]


def stored() -> list[Event]:
    settings = Configuration.from_environment(os.environ)
    with connected(settings):
        store = event.store()
        return list(store.get_events(EventFilter(admin_proj=store.get_projects())))


def test_an_export_can_be_imported(data_dir: Path) -> None:
    settings = Configuration.from_environment(os.environ)
    original = Event("1", "app.deploy", NOW, TRAITS, {"a": [1, None]}, PROJECTS[0])
    with connected(settings):
        assert event.store().record_events([original]) == [0]
    file = data_dir / "events.ndjson"
    run("export", str(file))
    with connected(settings):
        event.store().clear()
    assert "Imported 1 events; 0 were known, 0 invalid." in run("import", str(file)).stderr
    assert stored() == [original]


def test_an_import_can_be_repeated() -> None:
    imported()
    text = run("export").stdout
    assert "Imported 0 events; 15 were known" in run("import", text=text).stderr
    assert len(stored()) == 15


def test_an_interrupted_import_can_be_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(commands, "BATCH", 2)
    text = lines(*(described(str(number)) for number in range(5)))
    with monkeypatch.context() as patch:
        read, calls = commands._from_json, []

        def fail_later(given: Any) -> Event:
            calls.append(given)
            if len(calls) == 4:
                raise ZeroDivisionError
            return read(given)

        patch.setattr(commands, "_from_json", fail_later)
        run("import", text=text, expected=1)
    assert len(stored()) == 2
    assert "Imported 3 events; 2 were known" in run("import", text=text).stderr


def test_invalid_lines_are_named_and_do_not_prevent_others() -> None:
    text = "".join(
        [
            lines(described("1")),
            "\n",
            "no JSON\n",
            "[]\n",
            lines(
                {"message_id": "2"},
                described("3", traits=[{"name": "n", "type": "blob", "value": 1}]),
                described("4", traits=[{"name": "n", "type": "integer", "value": "1"}]),
                described("5", generated="yesterday"),
                described(""),
                described("6"),
            ),
        ]
    )
    result = run("import", text=text, expected=1)
    named = [
        line.partition(":")[0] for line in result.stderr.splitlines() if line.startswith("Line")
    ]
    assert named == [f"Line {number}" for number in (3, 4, 5, 6, 8, 7, 9)]
    assert "Imported 2 events; 0 were known, 7 invalid." in result.stderr
    assert [each.message_id for each in stored()] == ["1", "6"]


def test_filters_are_those_of_the_api() -> None:
    imported()
    hour = (NOW - timedelta(hours=2)).isoformat()
    condition = '[{"field": "number", "op": "ge", "type": "integer", "value": 3}]'
    for options, count in {
        (): 15,
        ("--project", "installation"): 5,
        ("--dashboard-id", "00000000-0000-4000-8000-000000000001"): 5,
        ("--event-type", "ci.run"): 15,
        ("--event-type", "other"): 0,
        ("--message-id", "3"): 3,
        ("--start-timestamp", hour): 9,
        ("--end-timestamp", hour): 9,
        ("-q", condition): 6,
    }.items():
        assert len(exported(*options)) == count, options
    for options in (("--start-timestamp", "yesterday"), ("-q", "{}"), ("--dashboard-id", "1")):
        result = CliRunner().invoke(cli, ["events", "export", *options])
        assert isinstance(result.exception, InvalidInput)


def test_the_latest_are_listed() -> None:
    imported()
    [line] = run("list", "--limit", "1", "--project", "user:1").stdout.splitlines()
    assert line.endswith(" user:1 ci.run number=4")
    assert len(run("list").stdout.splitlines()) == 15


def test_events_expire() -> None:
    old = (NOW - timedelta(days=10)).isoformat()
    run("import", text=lines(described("old", generated=old), described("new")))
    assert "Deleted 0 events." in run("expire").stderr
    assert "Deleted 1 events." in run("expire", "--days", "9").stderr
    assert [each.message_id for each in stored()] == ["new"]


def test_a_log_cannot_be_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYDASH_EVENTS_URI", "log://")
    assert "cannot be read" in run("list", expected=1).stderr
