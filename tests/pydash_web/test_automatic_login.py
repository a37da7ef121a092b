"""Who is signed in without a password, and who is not."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import pydash_app
import pydash_database
from pydash_app.configuration import Configuration
from pydash_app.user.sessions import MAX_SESSIONS
from pydash_database import transact
from tests.pydash_web.support.running_site import (
    Site,
    Visitor,
    empty_database,
    make_user,
)

if TYPE_CHECKING:
    from tests.conftest import ZeoServer

Settings = dict[str, Any]
GUEST = {"PYDASH_DEFAULT_USER": "guest"}
HEADER = {"PYDASH_USER_HEADER": "X-Remote-User"}
PROXY = {"PYDASH_TRUSTED_PROXIES": "127.0.0.1/32"}


@pytest.fixture
def site(zeo_server: "ZeoServer", tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Site]:
    settings: Settings = request.param
    environ = {"PYDASH_DATA_DIR": str(tmp_path), "PYDASH_DATABASE_URI": zeo_server.uri, **settings}
    configuration = Configuration.from_environment(environ, port=0)
    pydash_app.configure(configuration)
    transact(empty_database)
    for name in ("guest", "Alice"):
        make_user(name)
    make_user("Root", admin=True)
    make_user("Bob", verified=False)
    running = Site(configuration)
    yield running
    running.stop()
    pydash_database.close()


def signed_in(visitor: Visitor, **headers: str) -> str | None:
    """Return as whom a visitor is signed in automatically."""
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    response = visitor.post("/api/login/automatic", {}, headers=names)
    assert response.ok, response.text
    user = response.json()["user"]
    shown = visitor.get("/api/user")
    assert (shown.json()["name"] if shown.ok else None) == (user and user["name"])
    return user and str(user["name"])


@pytest.mark.parametrize("site", [GUEST], indirect=True)
class TestDefaultUser:
    def test_a_visitor_is_the_default_user(self, browser: Visitor) -> None:
        assert signed_in(browser, X_Remote_User="Alice") == "guest"

    def test_not_right_after_a_sign_out(self, browser: Visitor) -> None:
        assert signed_in(browser) == "guest"
        assert browser.post("/api/logout").ok
        assert signed_in(browser) is None
        assert browser.sign_in("Alice").ok
        assert browser.get("/api/user").json()["name"] == "Alice"
        # Signing in ends that: when this session has expired, the visitor is the default user.
        browser.http.cookies.pop("pydash_session")
        browser.http.cookies.pop("XSRF-TOKEN")
        assert signed_in(browser) == "guest"

    def test_any_number_of_browsers_stay_signed_in(self, site: Site) -> None:
        browsers = [site.visitor() for _ in range(MAX_SESSIONS + 5)]
        for browser in browsers:
            assert signed_in(browser) == "guest"
        assert all(browser.get("/api/user").ok for browser in browsers)
        tokens = {browser.http.cookies["XSRF-TOKEN"] for browser in browsers}
        assert len(tokens) == len(browsers), "one visitor knows what protects another"
        first, second, *_ = browsers
        assert first.post("/api/logout").ok
        assert first.get("/api/user").status_code == 401
        assert second.get("/api/user").ok

    def test_it_ends_when_it_is_no_longer_the_default_user(
        self, site: Site, browser: Visitor
    ) -> None:
        assert signed_in(browser) == "guest"
        others = site.configuration.model_copy(update={"default_user": "Alice"})
        site.app.config["PYDASH"] = others
        assert browser.get("/api/user").status_code == 401
        assert signed_in(browser) == "Alice"

    def test_a_form_of_another_site_signs_nobody_in(self, browser: Visitor) -> None:
        response = browser.request("POST", "/api/login/automatic", data={"a": "b"})
        assert response.status_code == 400
        assert browser.get("/api/user").status_code == 401


@pytest.mark.parametrize(
    "site",
    [{}, {"PYDASH_DEFAULT_USER": "nobody"}, {"PYDASH_DEFAULT_USER": "Root"},
     {"PYDASH_DEFAULT_USER": "Bob"}, HEADER],
    indirect=True,
)  # fmt: skip
def test_otherwise_nobody_is_signed_in(browser: Visitor) -> None:
    """Without a user, as an administrator or unverified, or by a header from anywhere."""
    assert signed_in(browser, X_Remote_User="Alice") is None


@pytest.mark.parametrize("site", [{**HEADER, **PROXY}], indirect=True)
class TestHeader:
    @pytest.mark.parametrize("name", ["Alice", "Root"])
    def test_a_trusted_proxy_names_the_user(self, browser: Visitor, name: str) -> None:
        assert signed_in(browser, X_Remote_User=name, X_Forwarded_For="198.51.100.7") == name

    @pytest.mark.parametrize("name", ["", "nobody", "Bob", "Alice, Root"])
    def test_nobody_else_is_signed_in(self, browser: Visitor, name: str) -> None:
        assert signed_in(browser, X_Remote_User=name) is None
        assert signed_in(browser) is None


@pytest.mark.parametrize(
    "site",
    [{**HEADER, "PYDASH_TRUSTED_PROXIES": "10.0.0.0/8"}],
    indirect=True,
)
def test_a_header_from_elsewhere_is_ignored(browser: Visitor) -> None:
    """Also if it claims to come from the proxy."""
    assert signed_in(browser, X_Remote_User="Alice", X_Forwarded_For="10.0.0.1") is None


@pytest.mark.parametrize("site", [{**HEADER, **PROXY, **GUEST}], indirect=True)
def test_the_header_precedes_the_default_user(browser: Visitor) -> None:
    assert signed_in(browser, X_Remote_User="Alice") == "Alice"
