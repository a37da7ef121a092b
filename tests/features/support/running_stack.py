"""All of PyDash as a user starts it, with its demo, and a browser."""

import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import requests
from playwright.sync_api import Browser, StorageState, sync_playwright

PASSWORD = "correct horse battery staple"
# Of the history of the demo.
IMPORT_SECONDS = 120
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
        """Open the monitored app's own database read-only."""
        path = self.data_dir / "demo" / "monitoring.sqlite"
        return sqlite3.connect(f"file:{path}?mode=ro", uri=True)

    @cached_property
    def session(self) -> requests.Session:
        """A session of the demo user, signed in once, because sign-ins are rate-limited."""
        session = requests.Session()
        session.trust_env = False
        response = session.post(
            f"{self.url}/api/login", json={"name": "demo", "password": PASSWORD}, timeout=10
        )
        assert response.status_code == 200, response.text
        return session

    @cached_property
    def link(self) -> str:
        """The token of a read-only link to the demo's shop, with all panels."""
        panels = [
            *("figures", "requests", "execution_times", "hours", "calendar"),
            *("endpoints", "versions"),
        ]
        path = f"dashboards/{self.dashboard_id('Bookshop')}/links"
        token: str = self.post(path, {"name": "All panels", "panels": panels})["token"]
        return token

    def get(self, path: str, **query: str) -> Any:
        """Send a GET request to the API as the demo user.

        :param path: what follows `/api/`.
        """
        response = self.session.get(f"{self.url}/api/{path}", params=query, timeout=10)
        assert response.status_code == 200, response.text
        return response.json()

    def post(self, path: str, body: dict[str, Any] | list[dict[str, Any]]) -> Any:
        """Send a POST request to the API as the demo user."""
        token = self.session.cookies["XSRF-TOKEN"]
        url, headers = f"{self.url}/api/{path}", {"X-XSRF-TOKEN": token}
        response = self.session.post(url, json=body, headers=headers, timeout=30)
        assert response.status_code == 200, response.text
        return response.json()

    def dashboard_id(self, name: str) -> str:
        """Return the ID of the demo user's dashboard with this name."""
        found: str = next(board["id"] for board in self.get("dashboards") if board["name"] == name)
        return found

    def wait_for_exception(self, kind: str) -> str:
        """Wait until exceptions of the demo's shop are imported; return the ID of a group.

        :param kind: the type of the exception.
        """
        path = f"dashboards/{self.dashboard_id('Bookshop')}/exceptions"
        deadline = time.monotonic() + IMPORT_SECONDS
        while not (groups := self.get(path, text=kind)["groups"]):
            assert time.monotonic() < deadline, f"There is no {kind}."
            time.sleep(0.2)
        found: str = groups[0]["id"]
        return found


def start_stack(data_dir: Path, mail_url: str | None = None) -> Stack:
    """Run `pydash up --demo` and wait for its ready line.

    :param mail_url: the mail server; by default, mails are written to files.
    """
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "pydash", "up", "--demo"],
        env={
            **os.environ,
            "PYDASH_PORT": str(port),
            "PYDASH_DATA_DIR": str(data_dir),
            "PYDASH_DEMO_PASSWORD": PASSWORD,
            # An app that stops is being checked for ten seconds, and then down.
            "PYDASH_PING_INTERVAL": "3",
            "PYDASH_PING_RETRY": "5",
            # In another process, a status page may be as it was ten seconds ago.
            "PYDASH_WEB_PROCESSES": "1",
            **({"PYDASH_MAIL_URL": mail_url} if mail_url else {}),
        },
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    line = process.stdout.readline()
    assert line.startswith(f"PyDash is ready at http://127.0.0.1:{port} "), line
    return Stack(f"http://127.0.0.1:{port}", f"http://127.0.0.1:{port + 1}", data_dir, process)


def stop_stack(stack: Stack) -> None:
    """Send Ctrl-C, and wait until it has stopped."""
    stack.process.send_signal(signal.SIGINT)
    assert stack.process.wait(60) == 0
    assert stack.process.stdout is not None
    stack.process.stdout.close()


def free_port() -> int:
    """Return a free loopback port that is followed by a free one for the demo app."""
    while True:
        with socket.socket() as first, socket.socket() as second:
            first.bind(("127.0.0.1", 0))
            port: int = first.getsockname()[1]
            try:
                second.bind(("127.0.0.1", port + 1))
            except (OSError, OverflowError):
                continue
            return port


def sign_in_browser(browser: Browser, stack: Stack) -> StorageState:
    """Sign in the demo user, and return the cookies for any number of browser profiles."""
    with browser.new_context(base_url=stack.url) as context:
        response = context.request.post("/api/login", data={"name": "demo", "password": PASSWORD})
        assert response.ok, response.text()
        return context.storage_state()


@contextmanager
def open_browser() -> Iterator[Browser]:
    """Run Chromium in headless mode."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=CHROMIUM_OPTIONS)
        yield browser
        browser.close()


def chromium() -> str:
    """Return the path of the browser, which must be installed."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    assert path, "The browser tests need Chromium: apt install chromium"
    return path
