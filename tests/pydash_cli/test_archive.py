"""`pydash archive` and `pydash demo replay`, as commands."""

import signal
import socket
import subprocess
import sys
import uuid
from pathlib import Path

import pytest
import requests
from click.testing import CliRunner

import pydash_app
import pydash_database
from pydash_app.configuration import Configuration
from pydash_app.dashboard import repository
from pydash_app.dashboard.entity import Dashboard
from pydash_app.errors import NotFound
from pydash_cli import cli
from pydash_database import transact
from pydash_demo.replay import Archive
from tests.pydash_web.support.running_site import some_calls


@pytest.mark.slow
def test_an_archive_is_written_and_served(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYDASH_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("PYDASH_DATABASE_URI", f"file://{tmp_path}/pydash.fs")
    environ = {
        "PYDASH_DATA_DIR": str(tmp_path),
        "PYDASH_DATABASE_URI": f"file://{tmp_path}/pydash.fs",
    }
    pydash_app.configure(Configuration.from_environment(environ))
    dashboard = Dashboard("http://app", "token", uuid.uuid4())
    for call in some_calls():
        dashboard.add_endpoint_call(call)
    transact(lambda: repository.add(dashboard))
    dashboard_id = str(dashboard.id)
    pydash_database.close()

    path = tmp_path / "archive.zip"
    assert CliRunner().invoke(cli, ["archive", dashboard_id, str(path)]).exit_code == 0
    assert Archive(path).calls == len(some_calls())
    missing = CliRunner().invoke(cli, ["archive", str(uuid.uuid4()), str(tmp_path / "other.zip")])
    assert isinstance(missing.exception, NotFound)
    assert not (tmp_path / "other.zip").exists()

    with socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
    command = [sys.executable, "-m", "pydash", "demo", "replay", str(path), "--port", port]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        url, token = line.split()[4].rstrip(","), line.split()[-1]
        with requests.Session() as session:
            session.trust_env = False
            headers = {"Authorization": f"Bearer {token}"}
            assert session.get(f"{url}/get_json_details", timeout=10).status_code == 401
            details = session.get(f"{url}/get_json_details", headers=headers, timeout=10).json()
            assert details["total-requests"] == len(some_calls())
            wrong = session.get(f"{url}/get_json_data?limit=0", headers=headers, timeout=10)
            assert wrong.status_code == 400
        process.send_signal(signal.SIGINT)
    assert line.startswith(f"Serving {len(some_calls())} requests at http://127.0.0.1:{port}/")

    path.write_text("not an archive")
    refused = CliRunner().invoke(cli, ["demo", "replay", str(path)])
    assert refused.exit_code == 1
    assert "is not a sample archive" in refused.output
