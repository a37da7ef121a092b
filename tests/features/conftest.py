"""One running PyDash and one browser for all tests, with a separate profile for each."""

import re
from collections.abc import Callable, Iterator
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session
from playwright.sync_api import Browser, ConsoleMessage, Page, StorageState, expect

from tests.conftest import MailServer
from tests.features.support.running_stack import (
    Stack,
    open_browser,
    sign_in_browser,
    start_stack,
    stop_stack,
)

# Chromium itself logs every 4xx response. Form data may be rejected, and requests for missing
# dashboards get a 404.
REFUSABLE = re.compile(
    r"/s/[a-z]+$|/api/(login|shared(/query\?.*)?|user/.+|channels|rules|status_pages|dashboards/(probe|register|.+/change_settings|0{8}-.+)"
    r"|dashboards/.+/rules/suggested|events\?.*dashboard_id.*0{8}-.*)$"
)

TIMEOUT_MS = 30_000
expect.set_options(timeout=TIMEOUT_MS)
DEFAULTS = {
    "viewport": {"width": 1280, "height": 768},
    "reduced_motion": "reduce",
    "service_workers": "block",
}


class MailFolder:
    """What a mail server receives, in files that tests read, without any encoding."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir()

    async def handle_DATA(  # noqa: N802 (named by aiosmtpd)
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        assert isinstance(envelope.content, bytes)
        mail = message_from_bytes(envelope.content, policy=policy.default)
        for part in mail.walk():
            if not part.is_multipart():
                part.set_content(part.get_content(), part.get_content_subtype(), cte="8bit")
        path = self._folder / f"{uuid4()}.part"
        path.write_bytes(mail.as_bytes())
        path.rename(path.with_suffix(".eml"))
        return "250 OK"


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """All of PyDash, which sends mails through a real server."""
    directory = tmp_path_factory.mktemp("pydash")
    mail_server = MailServer(MailFolder(directory / "mail"), hostname="127.0.0.1", port=0)
    mail_server.start()
    started = start_stack(directory, f"smtp://127.0.0.1:{mail_server.port}")
    yield started
    stop_stack(started)
    mail_server.stop()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with open_browser() as started:
        yield started


@pytest.fixture(scope="session")
def signed_in(browser: Browser, stack: Stack) -> StorageState:
    """The cookies of the demo user, which a test that signs out must not use."""
    return sign_in_browser(browser, stack)


@pytest.fixture
def open_page(browser: Browser, stack: Stack) -> Iterator[Callable[..., Page]]:
    """Open a page in a new browser profile; an error in its console fails the test.

    The function takes the options of Playwright's `new_context`. The service worker, which would
    fetch every page in the background, only comes with `service_workers="allow"`.
    """
    contexts = []
    complaints: list[str] = []

    def note(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not _is_meant(message):
            complaints.append(f"{message.type}: {message.text} ({message.location['url']})")

    def open_in_profile(**options: Any) -> Page:
        context = browser.new_context(**{"base_url": stack.url, **DEFAULTS, **options})
        contexts.append(context)
        context.set_default_timeout(TIMEOUT_MS)
        page = context.new_page()
        page.on("console", note)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        return page

    yield open_in_profile
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.fixture
def page(open_page: Callable[..., Page]) -> Page:
    """A visitor's page."""
    return open_page()


@pytest.fixture
def user_page(open_page: Callable[..., Page], signed_in: StorageState) -> Page:
    """A page of the demo user."""
    return open_page(storage_state=signed_in)


def _is_meant(message: ConsoleMessage) -> bool:
    if "Service Worker registration blocked by Playwright" in message.text:
        return True
    if "net::ERR_INTERNET_DISCONNECTED" in message.text:
        return True
    if "of 401" in message.text and message.location["url"].endswith("/api/events/stream"):
        # The user has signed out in another window.
        return True
    is_refusal = message.text.startswith("Failed to load resource") and "of 4" in message.text
    return is_refusal and REFUSABLE.search(message.location["url"]) is not None
