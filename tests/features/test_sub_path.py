"""PyDash below a path of a shared host, behind nginx as in the example of a configuration."""

import os
import re
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from ipaddress import ip_network
from pathlib import Path
from urllib.parse import urljoin

import pytest
import requests
from playwright.sync_api import Browser, Page, expect

from pydash_app import configuration as configurations
from pydash_app import outbox
from pydash_app.configuration import Configuration
from pydash_app.user.services import mail_requests
from pydash_database import transact
from tests.features.support.running_stack import CHROMIUM_OPTIONS, chromium, free_port
from tests.pydash_web.support.running_site import PASSWORD, Site, make_dashboard, make_user
from tests.support.certificates import Authority
from tests.support.waiting import wait_for

EXAMPLE = Path(__file__).parents[2] / "deploy" / "nginx.conf"
SETTINGS = """
daemon off;
master_process off;
pid nginx.pid;
events {{}}
http {{
    access_log access.log;
    client_body_temp_path body;
    proxy_temp_path proxy;
    fastcgi_temp_path fastcgi;
    uwsgi_temp_path uwsgi;
    scgi_temp_path scgi;
    {server}
}}
"""
NOBODY = 65534


@dataclass(frozen=True)
class Below:
    """A site below a path.

    :ivar url: its public URL.
    :ivar ca: the certificate of the authority that nginx's certificate is from.
    """

    url: str
    ca: Path
    site: Site

    def get(self, path: str) -> requests.Response:
        return requests.get(self.url + path, verify=str(self.ca), timeout=30, allow_redirects=False)


@pytest.fixture
def directory() -> Iterator[Path]:
    """A directory that nginx can use without any privileges."""
    created = Path(tempfile.mkdtemp(prefix="pydash-nginx-"))
    yield created
    shutil.rmtree(created)


def documented_server(port: int, upstream: str, certificate: Path) -> str:
    """Return the example, with the addresses of a test."""
    block = EXAMPLE.read_text()
    for documented, used in {
        "listen 443 ssl": f"listen 127.0.0.1:{port} ssl",
        "server_name example.com": "server_name localhost",
        "/etc/ssl/example.com.pem": str(certificate),
        "/etc/ssl/example.com.key": str(certificate),
        "http://127.0.0.1:5000": upstream,
    }.items():
        assert documented in block
        block = block.replace(documented, used)
    return block


def wait_for_port(port: int) -> None:
    def listens() -> bool:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=5):
            return True
        return False

    wait_for(listens)


@pytest.fixture
def below(zeo_database: Configuration, directory: Path) -> Iterator[Below]:
    authority = Authority.create(directory / "authority")
    port = free_port()
    configuration = zeo_database.model_copy(
        update={
            "port": 0,
            "public_url": f"https://localhost:{port}/pydash",
            "trusted_proxies": (ip_network("127.0.0.1/32"),),
        }
    )
    configurations.install(configuration)
    site = Site(configuration)
    server = documented_server(port, site.url, authority.issue("nginx"))
    (directory / "nginx.conf").write_text(SETTINGS.format(server=server))
    is_root = os.geteuid() == 0
    if is_root:
        for path in (directory, *directory.rglob("*")):
            os.chown(path, NOBODY, NOBODY)
    nginx = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
    assert nginx, "This test needs nginx: make nginx"
    command = [nginx, "-p", str(directory), "-c", "nginx.conf", "-e", "stderr"]
    with subprocess.Popen(command, cwd=directory, user=NOBODY if is_root else None) as process:
        try:
            wait_for_port(port)
            yield Below(configuration.public_url, authority.ca, site)
        finally:
            process.terminate()
            process.wait(30)
            site.stop()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page of an empty browser profile, which fails if anything is missing."""
    complaints: list[str] = []
    # The option for a context does not apply to service workers.
    options = [*CHROMIUM_OPTIONS, "--ignore-certificate-errors"]
    with (
        browser.browser_type.launch(executable_path=chromium(), args=options) as trusting,
        trusting.new_context(reduced_motion="reduce") as context,
    ):
        opened = context.new_page()
        opened.set_default_timeout(30_000)
        opened.on(
            "requestfailed",
            # Leaving a page cancels what it was loading.
            lambda request: (
                complaints.append(f"{request.url} {request.failure}")
                if request.failure != "net::ERR_ABORTED"
                else None
            ),
        )
        opened.on("pageerror", lambda error: complaints.append(str(error)))
        opened.on(
            "response",
            lambda response: complaints.append(response.url) if response.status == 404 else None,
        )
        yield opened
    assert complaints == []


@pytest.mark.browser
def test_a_browser_stays_below_the_path(below: Below, page: Page) -> None:
    dashboard = make_dashboard(make_user("Alice"))
    requested: set[str] = set()
    page.on("request", lambda request: requested.add(request.url))

    page.goto(f"{below.url}/dashboards/{dashboard}/versions?range=30d")
    expect(page).to_have_url(re.compile(rf"^{re.escape(below.url)}/login\?next=%2Fdashboards"))
    page.get_by_label("Username").fill("Alice")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page).to_have_url(f"{below.url}/dashboards/{dashboard}/versions?range=30d")
    expect(page.get_by_role("heading", name="Shop")).to_be_visible()

    page.wait_for_function("() => navigator.serviceWorker.ready.then(() => true)")
    scope = page.evaluate("() => navigator.serviceWorker.ready.then(({ scope }) => scope)")
    assert scope == f"{below.url}/"
    manifest = page.evaluate(
        "() => fetch(document.querySelector('link[rel=manifest]').href).then((it) => it.json())"
    )
    assert (manifest["scope"], manifest["start_url"]) == ("./", "./")
    cookies = page.context.cookies()
    assert {cookie["name"] for cookie in cookies} >= {
        "__Secure-pydash_session",
        "__Secure-XSRF-TOKEN",
    }
    assert {cookie["path"] for cookie in cookies} == {"/pydash"}
    assert all(cookie["secure"] for cookie in cookies)

    page.reload()  # now from the service worker
    expect(page.get_by_role("heading", name="Shop")).to_be_visible()
    page.get_by_role("link", name="Help").first.click()
    expect(page).to_have_url(f"{below.url}/help")
    page.get_by_role("button", name="Alice", exact=True).click()
    page.get_by_role("menuitem", name="Sign out").click()
    expect(page).to_have_url(f"{below.url}/login")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    kept = {cookie["name"] for cookie in page.context.cookies()}
    assert not kept & {"__Secure-pydash_session", "__Secure-XSRF-TOKEN"}
    page.goto(f"{below.url}/api/docs")  # not the page that the service worker keeps
    page.get_by_role("link", name="openapi.json").click()
    expect(page).to_have_url(f"{below.url}/api/openapi.json")
    assert {url for url in requested if not url.startswith(f"{below.url}/")} == set()


def test_redirects_documents_and_mails_name_the_path(below: Below, directory: Path) -> None:
    redirect = below.get("")
    assert redirect.is_redirect
    assert urljoin(below.url, redirect.headers["Location"]) == f"{below.url}/"
    assert below.get("/api/openapi.json").json()["servers"] == [{"url": "/pydash"}]
    assert "'self'" in below.get("/").headers["Content-Security-Policy"]
    assert "Strict-Transport-Security" in below.get("/").headers
    make_user("Alice")
    body = {"email": "alice@example.com"}
    assert requests.post(
        f"{below.url}/api/user/request_password_reset", json=body, verify=str(below.ca), timeout=30
    ).ok
    mail_requests.process_all()
    [mail] = transact(lambda: outbox.repository.due(datetime.now(UTC), 10))
    assert f"{below.url}/reset-password/" in mail.plain


def test_a_proxy_may_remove_the_path(below: Below) -> None:
    """So `curl` on the machine itself need not know it."""
    visitor = below.site.visitor()
    for path in ("/api/status", "/pydash/api/status", "/login", "/pydash/login"):
        assert visitor.get(path).status_code == 200
    assert 'src="/pydash/assets/' in visitor.get("/").text
    assert visitor.get("/pydash?x=1").headers["Location"] == "/pydash/?x=1"
    assert visitor.get("/pydashed/api/status").text == visitor.get("/").text
