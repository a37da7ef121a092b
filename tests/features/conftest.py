"""The whole of PyDash as a user starts it, and a real browser in front of it."""

import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

PASSWORD = "correct horse battery staple"
CHROMIUM_OPTIONS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def free_port() -> int:
    """Find a free loopback port, with a free one after it for the demo app."""
    while True:
        with socket.socket() as first, socket.socket() as second:
            first.bind(("127.0.0.1", 0))
            port: int = first.getsockname()[1]
            try:
                second.bind(("127.0.0.1", port + 1))
            except (OSError, OverflowError):
                continue
            return port


@dataclass(frozen=True)
class Stack:
    """A running PyDash with its demo."""

    url: str
    shop_url: str
    data_dir: Path
    process: subprocess.Popen[str]

    @property
    def shop_token(self) -> str:
        return (self.data_dir / "demo" / "security-token").read_text()

    def shop_database(self) -> sqlite3.Connection:
        """Open the monitored app's own database, to read only."""
        path = self.data_dir / "demo" / "monitoring.sqlite"
        return sqlite3.connect(f"file:{path}?mode=ro", uri=True)

    def signed_in(self) -> requests.Session:
        """Sign in as the demo user, as a script would."""
        session = requests.Session()
        session.trust_env = False
        answer = session.post(
            f"{self.url}/api/login", json={"name": "demo", "password": PASSWORD}, timeout=10
        )
        assert answer.status_code == 200, answer.text
        return session


def start_stack(data_dir: Path) -> Stack:
    """Run `pydash up --demo` and wait for its ready line."""
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "pydash", "up", "--demo"],
        env={
            **os.environ,
            "PYDASH_PORT": str(port),
            "PYDASH_DATA_DIR": str(data_dir),
            "PYDASH_DEMO_PASSWORD": PASSWORD,
        },
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    line = process.stdout.readline()
    assert line.startswith(f"PyDash is ready at http://127.0.0.1:{port} "), line
    return Stack(f"http://127.0.0.1:{port}", f"http://127.0.0.1:{port + 1}", data_dir, process)


def stop_stack(stack: Stack) -> None:
    """Press Ctrl-C and wait for the end."""
    stack.process.send_signal(signal.SIGINT)
    assert stack.process.wait(60) == 0
    assert stack.process.stdout is not None
    stack.process.stdout.close()


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    started = start_stack(tmp_path_factory.mktemp("pydash"))
    yield started
    stop_stack(started)


def chromium() -> str:
    """Find the browser; a missing one is a failure, not a reason to skip."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    assert path, "The browser tests need Chromium: apt install chromium"
    return path


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium(), args=CHROMIUM_OPTIONS)
        yield started
        started.close()


@pytest.fixture
def page(browser: Browser, stack: Stack) -> Iterator[Page]:
    """A page in a fresh browser profile; an error in its console fails the test."""
    context = browser.new_context(base_url=stack.url, viewport={"width": 1280, "height": 768})
    opened = context.new_page()
    complaints: list[str] = []

    def note(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not _is_refusal(message):
            complaints.append(f"{message.type}: {message.text}")

    opened.on("console", note)
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    yield opened
    context.close()
    assert complaints == []


def _is_refusal(message: ConsoleMessage) -> bool:
    # Chromium itself notes every answer with a 4xx; a refused input is meant to be one.
    return message.text.startswith("Failed to load resource") and "status of 4" in message.text
