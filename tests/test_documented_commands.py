"""The commands of README and docs work as written, in a fresh checkout and environment.

Every block of commands is run, unless a comment right above it says why not:
`<!-- not run: reason -->`.
"""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
import venv
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

ROOT = Path(__file__).parents[1]
PAGES = ["README.md", "CONTRIBUTING.md", "SECURITY.md", "exporter/README.md", "docs/**/*.md"]
BLOCK = re.compile(
    r"^(?:<!-- not run: (?P<reason>.+?) -->\n+)?```(?P<language>\w*)\n(?P<text>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)
FENCE = re.compile(r"^[ \t>]*(?:```|~~~)", re.MULTILINE)
OTHER_LANGUAGES = ("jinja", "json", "nginx", "python", "text")
TOKEN = "a token that nobody can guess"
PASSWORD = "correct horse battery staple"
READY = re.compile(r"PyDash is ready at (\S+)(?: \(sign in as demo, password (.+)\))?")

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]


@dataclass(frozen=True)
class Block:
    """A code block of a page."""

    page: str
    language: str
    text: str
    reason: str | None = None


def blocks() -> list[Block]:
    found = []
    for path in sorted(path for pattern in PAGES for path in ROOT.glob(pattern)):
        page = str(path.relative_to(ROOT))
        content = path.read_text(encoding="utf-8")
        fenced = list(BLOCK.finditer(content))
        # Else a block that is indented or fenced differently would not be run.
        assert len(FENCE.findall(content)) == 2 * len(fenced), f"{page}: an unusual code block"
        for match in fenced:
            language, text, reason = match["language"], match["text"], match["reason"]
            assert language, f"{page}: a block without a language:\n{text}"
            found.append(Block(page, language, text, reason))
    return found


def block(page: str, start: str) -> str:
    """Return the text of the one block of a page that starts like this."""
    (found,) = [one.text for one in blocks() if one.page == page and one.text.startswith(start)]
    return found


# Run by the tests below; those of scripting.md by tests/pydash_web/test_scripting_examples.py.
RUN = {
    ("README.md", "make run"),
    ("CONTRIBUTING.md", "make dev"),
    ("docs/running.md", "make install"),
    ("docs/running.md", "read -rs PASSWORD"),
    ("docs/running.md", "export PYDASH_DATA_DIR=/srv/pydash\n.venv/bin/pydash events"),
    ("docs/running.md", "export PYDASH_DATA_DIR=/srv/pydash\n.venv/bin/pydash backup"),
    ("docs/running.md", ".venv/bin/pydash check"),
}


def test_every_command_block_is_run_or_states_why_not() -> None:
    commands = [
        one
        for one in blocks()
        if one.language not in OTHER_LANGUAGES and one.page != "docs/scripting.md"
    ]
    assert [one.text for one in commands if not one.reason and not is_run(one)] == []
    assert {case for case in RUN if not any(matches(one, case) for one in commands)} == set()


def is_run(one: Block) -> bool:
    return any(matches(one, case) for case in RUN)


def matches(one: Block, case: tuple[str, str]) -> bool:
    return one.page == case[0] and one.text.startswith(case[1])


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the repository, in which the front end is built already."""
    folder = tmp_path_factory.mktemp("checkout")
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True
    )
    for name in filter(None, listed.stdout.split("\0")):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)
    # What npm makes is made by `make test` itself, before these tests.
    for name in ("frontend/node_modules", "pydash_web/static"):
        shutil.copytree(ROOT / name, folder / name, symlinks=True)
    for made in ("frontend/node_modules/.package-lock.json", "pydash_web/static/index.html"):
        (folder / made).touch()
        time.sleep(0.01)
    return folder


@contextmanager
def started(checkout: Path, text: str, **variables: str) -> Iterator[tuple[str, str | None]]:
    """Run a block that runs until Ctrl-C; yield the URL, and the demo user's password."""
    process = subprocess.Popen(
        ["bash", "-ec", text],
        cwd=checkout,
        env=clean_environment(**variables),
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert process.stdout is not None
    try:
        lines = iter(process.stdout.readline, "")
        ready = next(filter(None, map(READY.match, lines)), None)
        assert ready, "It ended before it was ready."
        yield ready[1], ready[2]
    finally:
        os.killpg(process.pid, signal.SIGINT)
        process.communicate(timeout=60)
    assert running_in(checkout) == []


def clean_environment(**variables: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYDASH_")}
    # The processes are others, and warnings are errors in tests only.
    return {**kept, "MAKEFLAGS": "", **variables}


def running_in(folder: Path) -> list[list[str]]:
    """Return the commands of the processes whose program or arguments are in a folder."""
    found = []
    for process in psutil.process_iter(["cmdline"]):
        command = process.info["cmdline"] or []
        if any(str(folder) in part for part in command):
            found.append(command)
    return found


def free_port() -> str:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return str(server.getsockname()[1])


def read(url: str, **body: str) -> bytes:
    """Send a GET, or with a body a POST; the response must be a success."""
    headers = {"Content-Type": "application/json"} if body else {}
    request = urllib.request.Request(url, json.dumps(body).encode() if body else None, headers)
    with urllib.request.urlopen(request, timeout=10) as response:
        content: bytes = response.read()
    return content


def test_make_run_starts_the_demo(checkout: Path, tmp_path: Path) -> None:
    text = block("README.md", "make run")
    with started(checkout, text, PORT=free_port(), DATA=str(tmp_path)) as (url, password):
        assert json.loads(read(f"{url}/api/status")) == {"status": "alive"}
        assert b'<script type="module"' in read(url)
        assert read(f"{url}/api/login", name="demo", password=str(password))


def test_make_dev_serves_the_pages_with_hot_reload(checkout: Path, tmp_path: Path) -> None:
    text = block("CONTRIBUTING.md", "make dev")
    with started(checkout, text, PORT=free_port(), DATA=str(tmp_path)) as (url, password):
        assert b"/@vite/client" in read(url)
        # Through Vite's proxy.
        assert read(f"{url}/api/login", name="demo", password=str(password))


def test_an_installation_can_be_set_up(checkout: Path, tmp_path: Path) -> None:
    install = block("docs/running.md", "make install")
    create_user = block("docs/running.md", "read -rs PASSWORD")
    assert "/srv/pydash" in install
    assert "/srv/pydash" in create_user
    data = str(tmp_path / "pydash")
    with started(checkout, install.replace("/srv/pydash", data), PYDASH_PORT=free_port()) as (
        url,
        _,
    ):
        subprocess.run(
            ["bash", "-ec", create_user.replace("/srv/pydash", data)],
            cwd=checkout,
            env=clean_environment(),
            input=f"{PASSWORD}\n",
            text=True,
            check=True,
            timeout=60,
        )
        assert read(f"{url}/api/login", name="ada", password=PASSWORD)
        with_directory = "export PYDASH_DATA_DIR=/srv/pydash\n.venv/bin/pydash"
        for start, output in (
            (f"{with_directory} events", " user.login "),
            (f"{with_directory} backup", "Z: 1 users, "),
            (".venv/bin/pydash check", "ok      objects"),
        ):
            text = block("docs/running.md", start)
            for place in ("pydash", "backups"):
                text = text.replace(f"/srv/{place}", str(tmp_path / place))
            done = subprocess.run(
                ["bash", "-ec", text],
                cwd=checkout,
                env=clean_environment(),
                stdout=subprocess.PIPE,
                text=True,
                check=True,
                timeout=60,
            )
            assert output in done.stdout


def test_an_app_can_be_connected(tmp_path: Path) -> None:
    """The exporter comes from a local wheel, and what it requires from the test environment."""
    environment, wheels = tmp_path / "venv", tmp_path / "wheels"
    venv.create(environment, with_pip=True)
    (site_packages,) = environment.glob("lib/python*/site-packages")
    installed = Path(sys.modules["flask"].__file__ or "").parents[1]
    (site_packages / "test-environment.pth").write_text(f"{installed}\n")
    build = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
    exporter = shutil.copytree(ROOT / "exporter", tmp_path / "exporter")
    subprocess.run([*build, "--wheel-dir", wheels, exporter], check=True, timeout=120)
    variables = {
        "PATH": f"{environment / 'bin'}:{os.environ['PATH']}",
        "PIP_NO_INDEX": "1",
        "PIP_NO_DEPS": "1",
        "PIP_FIND_LINKS": str(wheels),
        "PIP_IGNORE_INSTALLED": "1",
        "DASHBOARD_TOKEN": TOKEN,
    }
    program = block("docs/connecting.md", "import os") + (
        "details = app.test_client().get(\n"
        "    '/dashboard/get_json_details', headers={'Authorization': 'Bearer ' + sys.argv[1]}\n"
        ")\n"
        "print(details.get_json()['exporter-version'], pydash_exporter.__file__)\n"
    )
    done = subprocess.run(
        [
            "bash",
            "-ec",
            f"pip install pydash-exporter\npython -c \"import sys\n$PROGRAM\" '{TOKEN}'",
        ],
        cwd=tmp_path,
        env=clean_environment(**variables, PROGRAM=program),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        timeout=120,
    )
    assert str(site_packages) in done.stdout.splitlines()[-1]
