"""What keeps one user's data from another's, and from other sites."""

import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from pathlib import Path
from typing import Any, ClassVar

import pytest

from pydash_app.configuration import Configuration
from pydash_app.user.sessions import MAX_IDLE
from pydash_database import transact
from pydash_web.http.headers import CONTENT_SECURITY_POLICY
from pydash_web.http.limits import BoundedMemoryStorage, Limiter, RetryLater
from tests.pydash_web.support.running_site import (
    PASSWORD,
    Site,
    Visitor,
    find_user,
    make_dashboard,
    make_user,
)
from tests.support.waiting import wait_for

LOGOUT = "/api/logout"
OpenSite = Callable[..., Site]


@pytest.fixture
def open_site(zeo_database: Configuration) -> Iterator[OpenSite]:
    """Open a site with other settings."""
    opened: list[Site] = []

    def open_site(**settings: Any) -> Site:
        opened.append(Site(zeo_database.model_copy(update={"port": 0, **settings})))
        return opened[-1]

    yield open_site
    for site in opened:
        site.stop()


class TestCookies:
    def cookies(self, site: Site, **headers: str) -> dict[str, str]:
        make_user("Alice")
        response = site.visitor(**headers).sign_in("Alice")
        assert response.ok
        cookies = response.raw.headers.getlist("Set-Cookie")
        return {cookie.partition("=")[0]: cookie for cookie in cookies}

    def test_scripts_cannot_read_the_session_but_can_the_xsrf_token(self, site: Site) -> None:
        cookies = self.cookies(site)
        assert "HttpOnly" in cookies["pydash_session"]
        assert "HttpOnly" not in cookies["XSRF-TOKEN"]
        for cookie in cookies.values():
            assert "SameSite=Lax" in cookie
            assert "Secure" not in cookie, "this is plain HTTP"

    def test_the_xsrf_cookie_lives_as_long_as_the_session(self, site: Site) -> None:
        cookies = self.cookies(site)
        assert "Max-Age=7776000" in cookies["XSRF-TOKEN"]
        assert "Expires=" in cookies["pydash_session"]

    def test_they_are_deleted_with_the_session(self, site: Site) -> None:
        make_user("Alice")
        gone, here = site.visitor(), site.visitor()
        assert gone.sign_in("Alice").ok
        assert here.sign_in("Alice").ok
        for session in here.get("/api/user/sessions").json()["sessions"]:
            if not session["current"]:
                here.post(f"/api/user/sessions/{session['id']}/delete")
        assert gone.get("/api/user").status_code == 401
        assert gone.http.cookies.keys() == ["pydash_device"]

    def test_they_are_secure_behind_a_proxy_that_speaks_https(self, open_site: OpenSite) -> None:
        site = open_site(trusted_proxies=(ip_network("127.0.0.1/32"),))
        cookies = self.cookies(site, **{"X-Forwarded-Proto": "https"})
        assert all("; Secure" in cookie for cookie in cookies.values())

    def test_they_are_secure_where_the_public_url_is_https(self, open_site: OpenSite) -> None:
        cookies = self.cookies(open_site(public_url="https://pydash.example.com"))
        assert all("; Secure" in cookie for cookie in cookies.values())

    HTTPS: ClassVar = {"public_url": "https://pydash.example.com"}

    def test_over_https_only_this_host_can_set_them(self, open_site: OpenSite) -> None:
        cookies = self.cookies(open_site(**self.HTTPS))
        assert set(cookies) == {
            f"__Host-{name}" for name in ("pydash_session", "XSRF-TOKEN", "pydash_device")
        }
        for cookie in cookies.values():
            attributes = {attribute.strip() for attribute in cookie.split(";")}
            assert {"Secure", "Path=/"} <= attributes, "else the browser refuses the name"
            assert not any(attribute.startswith("Domain") for attribute in attributes)

    def test_over_https_they_sign_in_and_out(self, open_site: OpenSite) -> None:
        site = open_site(**self.HTTPS)
        values = [cookie.partition(";")[0] for cookie in self.cookies(site).values()]
        token = next(value for value in values if "XSRF" in value).partition("=")[2]
        # Given by hand, because this is plain HTTP.
        browser = site.visitor(**{"Cookie": "; ".join(values), "X-XSRF-TOKEN": token})
        assert browser.get("/api/user").status_code == 200
        gone = browser.post(LOGOUT)
        assert gone.status_code == 200
        for name in ("pydash_session", "XSRF-TOKEN"):
            [deletion] = [
                cookie for cookie in gone.raw.headers.getlist("Set-Cookie") if name in cookie
            ]
            assert deletion.startswith(f"__Host-{name}=;")
            assert {"Max-Age=0", "Secure", "Path=/"} <= set(deletion.split("; "))
        assert browser.get("/api/user").status_code == 401

    def test_over_https_cookies_from_before_are_deleted_and_not_accepted(
        self, open_site: OpenSite
    ) -> None:
        site = open_site(**self.HTTPS)
        values = [
            cookie.partition(";")[0].removeprefix("__Host-")
            for cookie in self.cookies(site).values()
        ]
        response = site.visitor(Cookie="; ".join(values)).get("/api/user")
        assert response.status_code == 401
        deleted = response.raw.headers.getlist("Set-Cookie")
        assert sorted(cookie.partition("=;")[0] for cookie in deleted) == [
            "XSRF-TOKEN",
            "pydash_device",
            "pydash_session",
        ]
        assert all("Max-Age=0" in cookie for cookie in deleted)

    def test_a_forged_cookie_is_rejected(self, alice: Visitor) -> None:
        cookie = str(alice.http.cookies.get("pydash_session"))
        payload, _, signature = cookie.partition(".")
        for forged in (f"{payload}.{signature[::-1]}", payload, "", "x", "é"):
            headers = {"Cookie": f"pydash_session={forged}".encode()}
            assert Visitor(alice.url).get("/api/user", headers=headers).status_code == 401


class TestSessions:
    def test_each_login_creates_a_new_one(self, site: Site) -> None:
        make_user("Alice")
        visitor = site.visitor()
        ids = set()
        for _ in range(2):
            visitor.sign_in("Alice")
            sessions = visitor.get("/api/user/sessions").json()["sessions"]
            ids |= {each["id"] for each in sessions if each["current"]}
        assert len(ids) == 2

    def test_the_next_login_in_the_same_browser_ends_it(self, site: Site, alice: Visitor) -> None:
        make_user("Charlie")
        phone = site.visitor()
        phone.sign_in("Alice")
        old = [dict(alice.http.cookies)]
        assert alice.sign_in("Alice", "wrong password").status_code == 401
        assert alice.get("/api/user").status_code == 200, "only a sign-in that succeeds ends it"
        for name in ("Alice", "Charlie", "Charlie"):
            assert alice.sign_in(name).ok
            for cookies in old:
                kept = site.visitor(Cookie=f"pydash_session={cookies['pydash_session']}")
                assert kept.get("/api/user").status_code == 401, "a kept cookie is of no use"
            old.append(dict(alice.http.cookies))
        assert len(phone.get("/api/user/sessions").json()["sessions"]) == 1
        assert len(alice.get("/api/user/sessions").json()["sessions"]) == 1

    def test_it_ends_after_being_idle_too_long(self, alice: Visitor) -> None:
        user_id = alice.get("/api/user").json()["id"]

        def leave_alone() -> None:
            sessions = find_user(user_id).sessions
            [current] = sessions.active()
            old = replace(current, last_seen=datetime.now(UTC) - MAX_IDLE + timedelta(seconds=60))
            sessions._sessions = {old.id: old}

        transact(leave_alone)
        assert alice.get("/api/user").status_code == 200, "just in time; and it counts as seen"

        def leave_alone_longer() -> None:
            sessions = find_user(user_id).sessions
            [current] = sessions.active()
            old = replace(current, last_seen=datetime.now(UTC) - MAX_IDLE)
            sessions._sessions = {old.id: old}

        transact(leave_alone_longer)
        assert alice.get("/api/user").status_code == 401

    def test_a_user_signed_out_elsewhere_can_sign_in_again(self, alice: Visitor) -> None:
        user_id = alice.get("/api/user").json()["id"]
        transact(lambda: find_user(user_id).sessions.end_all())
        assert alice.get("/api/user").status_code == 401
        assert alice.http.cookies.keys() == ["pydash_device"], "what is of no use is forgotten"
        assert alice.sign_in("Alice").status_code == 200

    def test_both_cookies_have_the_same_lifetime(self, site: Site) -> None:
        """A page that comes out of the browser's cache finds the token when it starts."""
        make_user("Alice")
        visitor = site.visitor()
        visitor.sign_in("Alice")
        expires = {cookie.name: cookie.expires or 0 for cookie in visitor.http.cookies}
        first, second = expires["pydash_session"], expires["XSRF-TOKEN"]
        assert first
        assert abs(second - first) < 60


class TestWindowsOfOneBrowser:
    def test_a_change_meant_for_another_user_is_refused(
        self, alice: Visitor, charlie: Visitor
    ) -> None:
        """The window of a user who has been signed out in another one, where Charlie signed in."""
        of_alice = {"X-PyDash-User": alice.get("/api/user").json()["id"]}
        change = ("/api/user/change_settings", {"username": "Alicia"})
        refused = charlie.post(*change, headers=of_alice)
        assert refused.status_code == 409
        assert refused.json()["message"].endswith("signed in as Charlie.")
        assert charlie.post(LOGOUT, headers=of_alice).status_code == 409
        assert charlie.get("/api/user", headers=of_alice).json()["name"] == "Charlie"
        assert alice.post(*change, headers=of_alice).json()["user"]["name"] == "Alicia"

    def test_signing_in_may_replace_another_user(self, alice: Visitor) -> None:
        body = {"name": "Alice", "password": PASSWORD}
        assert alice.post("/api/login", body, headers={"X-PyDash-User": "1"}).status_code == 200


class TestCrossSiteRequests:
    def test_a_change_requires_the_header(self, alice: Visitor) -> None:
        bare = {"X-XSRF-TOKEN": ""}
        assert alice.post(LOGOUT, headers=bare).status_code == 403
        assert alice.post(LOGOUT, headers={"X-XSRF-TOKEN": "0" * 64}).status_code == 403
        assert alice.post(LOGOUT).status_code == 200

    def test_the_token_of_another_session_is_refused(
        self, alice: Visitor, charlie: Visitor
    ) -> None:
        stolen = charlie.http.cookies.get("XSRF-TOKEN")
        assert alice.post(LOGOUT, headers={"X-XSRF-TOKEN": stolen}).status_code == 403

    def test_a_forged_cookie_and_header_are_refused(self, alice: Visitor) -> None:
        """A plain double submit would take these: here only we can make the token."""
        session = alice.http.cookies.get("pydash_session")
        headers = {
            "Cookie": f"pydash_session={session}; XSRF-TOKEN=made-up",
            "X-XSRF-TOKEN": "made-up",
        }
        assert Visitor(alice.url).post(LOGOUT, headers=headers).status_code == 403

    def test_signing_in_again_requires_the_header(self, alice: Visitor) -> None:
        bare = {"X-XSRF-TOKEN": ""}
        body = {"name": "Alice", "password": PASSWORD}
        assert alice.post("/api/login", body, headers=bare).status_code == 403
        assert alice.sign_in("Alice").status_code == 200

    def test_every_response_to_a_session_has_the_token(self, alice: Visitor) -> None:
        sent = alice.get("/api/dashboards").cookies.get("XSRF-TOKEN")
        assert sent == alice.http.cookies.get("XSRF-TOKEN")

    def test_a_bearer_token_needs_no_header_and_overrides_a_cookie(
        self, site: Site, alice: Visitor
    ) -> None:
        body = {"name": "x", "scope": "write", "password": PASSWORD}
        secret = alice.post("/api/user/tokens", body).json()["secret"]
        script = site.visitor(Authorization=f"Bearer {secret}")
        body = {"url": "http://10.0.0.1", "token": "x"}
        assert script.post("/api/dashboards/probe", body).status_code == 200
        wrong = {"Authorization": "Bearer wrong"}
        assert alice.get("/api/user", headers=wrong).status_code == 401
        assert alice.post(LOGOUT, headers=wrong).status_code == 401
        other_scheme = site.visitor(Authorization=f"Bearers {secret}")
        assert other_scheme.get("/api/user").status_code == 401

    def test_the_password_of_a_proxy_is_ignored(self, alice: Visitor, browser: Visitor) -> None:
        """A browser sends the password that a proxy asked it for with every request."""
        of_proxy = {"Authorization": "Basic eDp5"}
        assert browser.get("/api/user", headers=of_proxy).status_code == 401
        assert alice.get("/api/user", headers=of_proxy).status_code == 200
        without = {**of_proxy, "X-XSRF-TOKEN": ""}
        assert alice.post(LOGOUT, headers=without).status_code == 403
        assert alice.post(LOGOUT, headers=of_proxy).status_code == 200

    def test_other_origins_are_not_allowed(self, browser: Visitor) -> None:
        headers = {"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"}
        for method in ("GET", "OPTIONS"):
            response = browser.request(method, "/api/status", headers=headers)
            assert not any(name.startswith("Access-Control") for name in response.headers)


class TestHeaders:
    @pytest.mark.parametrize(
        "path", ["/", "/login", "/api/status", "/api/user", "/api/docs", "/x.js"]
    )
    def test_every_response_has_them(self, browser: Visitor, path: str) -> None:
        headers = browser.get(path).headers
        assert headers["Content-Security-Policy"] == CONTENT_SECURITY_POLICY
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["X-Frame-Options"] == "DENY"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert "Strict-Transport-Security" not in headers
        assert "Server" not in headers

    def test_scripts_are_same_origin_and_never_inline(self) -> None:
        directives = dict(each.split(" ", 1) for each in CONTENT_SECURITY_POLICY.split("; "))
        assert directives["default-src"] == "'none'"
        assert directives["script-src"] == "'self'"
        assert directives["frame-ancestors"] == "'none'"

    def test_https_sends_strict_transport_security(self, open_site: OpenSite) -> None:
        site = open_site(trusted_proxies=(ip_network("127.0.0.0/8"),))
        response = site.visitor(**{"X-Forwarded-Proto": "https"}).get("/api/status")
        assert response.headers["Strict-Transport-Security"].startswith("max-age=")

    def test_user_data_is_not_cached(self, alice: Visitor) -> None:
        assert alice.get("/api/user").headers["Cache-Control"] == "no-store"


class TestRealAddress:
    """Thirty tries of a code from one address, whoever claims to be somebody else."""

    def try_codes(self, site: Site, forwarded_for: str, times: int) -> int:
        visitor = site.visitor(**{"X-Forwarded-For": forwarded_for})
        statuses = [visitor.post("/api/user/verify/x").status_code for _ in range(times)]
        return statuses[-1]

    def test_a_client_cannot_spoof_its_address(self, site: Site) -> None:
        assert self.try_codes(site, "198.51.100.1", 30) == 400
        assert self.try_codes(site, "198.51.100.2", 1) == 429

    def test_behind_a_trusted_proxy_each_client_counts(self, open_site: OpenSite) -> None:
        site = open_site(trusted_proxies=(ip_network("127.0.0.1/32"),))
        assert self.try_codes(site, "198.51.100.1", 31) == 429
        assert self.try_codes(site, "198.51.100.2", 1) == 400
        made_up = "198.51.100.77, 198.51.100.1"
        assert self.try_codes(site, made_up, 1) == 429, "the nearest proxy's word counts"

    @pytest.mark.parametrize(
        ("client", "with_port"),
        [("198.51.100.1", "198.51.100.1:4711"), ("2001:db8::1", "[2001:db8::1]:4711")],
    )
    def test_a_port_is_not_part_of_an_address(
        self, open_site: OpenSite, client: str, with_port: str
    ) -> None:
        site = open_site(trusted_proxies=(ip_network("127.0.0.1/32"),))
        assert self.try_codes(site, with_port, 31) == 429
        assert self.try_codes(site, client, 1) == 429
        assert self.try_codes(site, "203.0.113.9:4711", 1) == 400

    def test_an_invalid_header_is_ignored(self, open_site: OpenSite) -> None:
        site = open_site(trusted_proxies=(ip_network("127.0.0.1/32"),))
        for nonsense in ("", ",", "x", "1.2.3.4:80", "::1%eth0", "é", "1.2.3.4, " * 500):
            headers = {"X-Forwarded-For": nonsense.encode(), "X-Forwarded-Proto": nonsense.encode()}
            assert site.visitor().get("/api/status", headers=headers).status_code == 200

    def test_spelling_variants_of_a_name_share_one_limit(self, site: Site) -> None:
        make_user("Alice")
        visitor = site.visitor()
        names = ["Alice", "ALICE", "alice", "\uff21lice", "\u24b6lice"] * 2
        statuses = [visitor.sign_in(name, "wrong").status_code for name in (*names, "aLICE")]
        assert statuses == [401] * 10 + [429]


class TestKnownBrowsers:
    """Wrong passwords from elsewhere do not lock out a browser that has signed in before."""

    def guess(self, visitor: Visitor, name: str, times: int) -> list[int]:
        return [visitor.sign_in(name, "wrong password").status_code for _ in range(times)]

    def test_it_signs_in_while_others_guess(self, site: Site, alice: Visitor) -> None:
        thief, new = site.visitor(), site.visitor()
        assert self.guess(thief, "Alice", 10)[-1] == 429
        assert new.sign_in("Alice").status_code == 429
        assert alice.post(LOGOUT).ok
        assert alice.sign_in("ALICE ").status_code == 200

    def test_it_signs_in_while_others_at_its_address_guess(
        self, site: Site, alice: Visitor
    ) -> None:
        thief = site.visitor()
        for number in range(60):
            thief.sign_in(f"User {number}", "wrong password")
        assert site.visitor().sign_in("Bob").status_code == 429
        assert alice.sign_in("Alice").status_code == 200

    def test_it_has_its_own_limit(self, site: Site, alice: Visitor) -> None:
        assert self.guess(alice, "Alice", 11) == [401] * 10 + [429]
        assert site.visitor().sign_in("Alice").status_code == 200

    def test_a_further_sign_in_gives_it_no_further_attempts(self, alice: Visitor) -> None:
        assert self.guess(alice, "Alice", 5) == [401] * 5
        assert alice.sign_in("Alice").status_code == 200
        assert self.guess(alice, "Alice", 5) == [401] * 4 + [429]

    def test_all_browsers_of_an_account_have_a_common_limit(
        self, site: Site, alice: Visitor
    ) -> None:
        browsers = [site.visitor() for _ in range(7)]
        for browser in browsers:
            assert browser.sign_in("Alice").ok
        site.forget_limits()
        for browser in browsers[:6]:
            assert self.guess(browser, "Alice", 10) == [401] * 10
        assert self.guess(browsers[6], "Alice", 1) == [429]

    def test_it_is_known_for_the_accounts_that_signed_in_with_it(
        self, site: Site, alice: Visitor
    ) -> None:
        names = ["Bob", "Charlie", "Dora", "Eve"]
        for name in names:
            make_user(name)
            assert alice.sign_in(name).ok
        thief = site.visitor()
        for name in ("Alice", *names):
            self.guess(thief, name, 10)
        assert site.visitor().sign_in("Alice").status_code == 429
        for name in ("Alice", *names):
            assert alice.sign_in(name).status_code == 200
        assert len(alice.http.cookies["pydash_device"]) < 1000

    def test_it_is_not_known_for_others(self, site: Site, charlie: Visitor) -> None:
        make_user("Alice")
        assert self.guess(charlie, "Alice", 10) == [401] * 10
        assert site.visitor().sign_in("Alice").status_code == 429

    def test_all_routes_with_a_password_share_its_limit(self, site: Site, alice: Visitor) -> None:
        guess = "wrong password"
        routes = [
            ("/api/user/change_password", {"current_password": guess, "new_password": PASSWORD}),
            ("/api/user/delete", {"password": guess}),
            ("/api/user/tokens", {"name": "x", "scope": "read", "password": guess}),
            ("/api/user/change_settings", {"email": "b@example.com", "current_password": guess}),
            ("/api/login", {"name": "Alice", "password": guess}),
        ]
        site.forget_limits()
        tried = [alice.post(*route).status_code for route in (*routes, *routes)]
        assert tried == [401] * 10
        assert [alice.post(*route).status_code for route in routes] == [429] * 5
        # Elsewhere, without the cookie of a known browser, the account has as many again.
        assert self.guess(site.visitor(), "Alice", 11) == [401] * 10 + [429]

    def test_a_new_name_allows_no_more_guesses(self, site: Site, alice: Visitor) -> None:
        thief = site.visitor()
        self.guess(thief, "Alice", 10)
        assert alice.post("/api/user/change_settings", {"username": "Alicia"}).ok
        assert self.guess(thief, "Alicia", 1) == [429]

    def test_it_cannot_be_forged(self, site: Site, alice: Visitor) -> None:
        make_user("x-Alice")
        other = site.visitor()
        assert other.sign_in("x-Alice").ok
        known = str(alice.http.cookies["pydash_device"])
        device, time, signature = known.split(".")
        of_other = str(other.http.cookies["pydash_device"])
        self.guess(site.visitor(), "Alice", 10)
        for forged in (
            f"x{known}", f"{device}.{time}.{signature[::-1]}", f"{device}.x.{signature}", device,
            of_other, f"x-{of_other}", "", ":", "..", "é", "x" * 4000, ":" * 4000,
        ):  # fmt: skip
            cookie = {"Cookie": f"pydash_device={forged}".encode()}
            body = {"name": "Alice", "password": PASSWORD}
            response = Visitor(site.url).post("/api/login", body, headers=cookie)
            assert response.status_code == 429, forged
        assert alice.sign_in("Alice").status_code == 200


class TestWaiting:
    """Half of the threads may wait for others, two of them for one account.

    While half of these wait already, only accounts of which none waits get another one.
    """

    @pytest.mark.slow
    def test_four_accounts_do_not_take_all_slots(self, open_site: OpenSite) -> None:
        site = open_site(web_threads=16)
        visitors = [site.visitor() for _ in range(6)]
        for number, visitor in enumerate(visitors):
            make_user(f"User{number}")
            assert visitor.sign_in(f"User{number}").ok
        with socket.create_server(("127.0.0.1", 0)) as server, ThreadPoolExecutor() as pool:
            body = {"url": f"http://127.0.0.1:{server.getsockname()[1]}", "token": "x"}
            path, probes, hanging = "/api/dashboards/probe", [], []
            # As many as each of the first four can have, then one of everybody else.
            for visitor in [each for each in visitors[:2] for _ in range(2)] + visitors[2:4]:
                probes.append(pool.submit(visitor.post, path, body))
                hanging.append(server.accept()[0])
            assert [visitor.post(path, body).status_code for visitor in visitors[:4]] == [429] * 4
            for visitor in visitors[4:]:
                probes.append(pool.submit(visitor.post, path, body))
                hanging.append(server.accept()[0])
            server.close()
            for connection in hanging:
                connection.close()
            assert [probe.result().status_code for probe in probes] == [200] * 8

    def test_one_account_does_not_take_all_slots(self, open_site: OpenSite) -> None:
        site = open_site(web_threads=6)
        make_user("Charlie")
        shop = f"/api/dashboards/{make_dashboard(make_user('Alice'))}"
        alice, charlie = site.visitor(), site.visitor()
        assert alice.sign_in("Alice").ok
        assert charlie.sign_in("Charlie").ok
        with socket.create_server(("127.0.0.1", 0)) as server, ThreadPoolExecutor() as pool:
            body = {"url": f"http://127.0.0.1:{server.getsockname()[1]}", "token": "x"}
            probes = [pool.submit(alice.post, "/api/dashboards/probe", body) for _ in range(2)]
            hanging = [server.accept()[0] for _ in probes]
            assert alice.get(f"{shop}/export").status_code == 429
            assert alice.post(f"{shop}/change_settings", body).status_code == 429
            assert alice.post(f"{shop}/change_settings", {"name": "Renamed"}).status_code == 200
            probes.append(pool.submit(charlie.post, "/api/dashboards/probe", body))
            hanging.append(server.accept()[0])
            server.close()
            for connection in hanging:
                connection.close()
            assert [probe.result().status_code for probe in probes] == [200] * 3
        assert alice.get(f"{shop}/export").status_code == 200

    def test_a_hanging_server_does_not_block_other_requests(self, open_site: OpenSite) -> None:
        site = open_site(web_threads=2)
        make_user("Alice")
        alice = site.visitor()
        assert alice.sign_in("Alice").ok
        with socket.create_server(("127.0.0.1", 0)) as server, ThreadPoolExecutor() as pool:
            body = {"url": f"http://127.0.0.1:{server.getsockname()[1]}", "token": "x"}
            first = pool.submit(alice.post, "/api/dashboards/probe", body)
            hanging, _ = server.accept()
            busy = alice.post("/api/dashboards/probe", body)
            assert (busy.status_code, busy.headers["Retry-After"]) == (429, "1")
            assert alice.get("/api/dashboards").status_code == 200
            server.close()
            hanging.close()
            assert not first.result().json()["ok"]
        assert alice.post("/api/dashboards/probe", body).status_code == 200

    @pytest.mark.parametrize(("query", "status"), [("", 200), ("?format=nonsense", 400)])
    def test_a_finished_wait_frees_its_slot(
        self, open_site: OpenSite, query: str, status: int
    ) -> None:
        site = open_site(web_threads=2)
        owner = make_user("Alice")
        alice = site.visitor()
        assert alice.sign_in("Alice").ok
        export = f"/api/dashboards/{make_dashboard(owner)}/export{query}"
        assert [alice.get(export).status_code for _ in range(3)] == [status] * 3


class TestRateLimitStore:
    def test_names_without_requests_are_dropped(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(BoundedMemoryStorage, "PRUNE_SECONDS", 0)
        limiter = Limiter("memory://")
        for number in range(1_000):
            limiter.hit("1 per second", f"name {number}")
        storage = limiter._strategy.storage
        assert isinstance(storage, BoundedMemoryStorage)
        limiter.hit("1 per hour", "Alice")

        def is_dropped() -> bool:
            limiter.hit("1000 per hour", "somebody")
            return len(storage.events) == 2

        wait_for(is_dropped)
        with pytest.raises(RetryLater):
            limiter.hit("1 per hour", "Alice")

    def test_after_the_clock_was_put_back_a_request_counts_for_its_period_only(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        limiter = Limiter("memory://")
        limiter.hit("1 per minute", "Alice")
        clock = time.time() - 3600
        monkeypatch.setattr(time, "time", lambda: clock)
        with pytest.raises(RetryLater) as refused:
            limiter.hit("1 per minute", "Alice")
        assert refused.value.retry_after <= 60
        monkeypatch.setattr(time, "time", lambda: clock + 61)
        limiter.hit("1 per minute", "Alice")

    def test_an_unavailable_store_refuses_no_requests(self, site: Site) -> None:
        from limits.errors import StorageError

        make_user("Alice")

        class Away:
            def hit(self, *_: object) -> bool:
                raise StorageError(ConnectionError("away"))

        site.app.extensions["pydash_limiter"]._strategy = Away()
        assert site.visitor().sign_in("Alice").status_code == 200

    def test_without_the_process_that_counts_each_enforces_its_share(self, tmp_path: Path) -> None:
        limiter = Limiter(f"unix://{tmp_path}/nobody.sock", processes=4)
        limiter.hit("8 per minute", "Alice")
        limiter.hit("8 per minute", "Alice")
        with pytest.raises(RetryLater):
            limiter.hit("8 per minute", "Alice")
        limiter.hit("3 per minute", "Bob")
        with pytest.raises(RetryLater):
            limiter.hit("3 per minute", "Bob")

    def test_several_processes_count_together_in_redis(self, tmp_path: Path) -> None:
        command = ["redis-server", "--port", "0", "--unixsocket", "redis.sock", "--save", ""]
        with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.DEVNULL) as redis:
            try:
                wait_for((tmp_path / "redis.sock").exists)
                one, other = (Limiter(f"redis+unix://{tmp_path}/redis.sock") for _ in range(2))
                one.hit("2 per minute", "Alice")
                other.hit("2 per minute", "Alice")
                one.hit("2 per minute", "Bob")
                with pytest.raises(RetryLater) as refused:
                    one.hit("2 per minute", "Alice")
                assert 50 < refused.value.retry_after <= 60
            finally:
                redis.terminate()


class TestPageAfterSigningIn:
    @pytest.fixture
    def next_after(self, site: Site) -> Callable[[str], str]:
        make_user("Alice")
        visitor = site.visitor()

        def next_after(path: str) -> str:
            body = {"name": "Alice", "password": PASSWORD, "next": path}
            return str(visitor.post("/api/login", body).json()["next"])

        return next_after

    @pytest.mark.parametrize(
        "page",
        ["/", "/settings", "/dashboards/1?range=30d", "/dashboards/1/endpoints/a%2F%2Fb?x=//y"],
    )
    def test_it_is_the_requested_one(self, next_after: Callable[[str], str], page: str) -> None:
        assert next_after(page) == page

    @pytest.mark.parametrize(
        "evil",
        [
            *("", "evil", "https://evil.example", "javascript:alert(1)", "http:/evil", "//"),
            *(
                "//evil.example",
                "///evil.example",
                "/\\evil.example",
                "\\\\evil.example",
                "/x\\evil",
            ),
            *("/%2Fevil.example", "/%2f%2fevil.example", "/%5Cevil.example", "/%252Fevil.example"),
            *("/\t/evil.example", "/%09/evil.example", "\t//evil.example", "/\n/evil", " //evil"),
            *("/\x00/evil", "/\u200b/evil", "/\u2028/evil", "/\u00a0/evil", "/．．//evil"),
            *("/..//evil.example", "/x/..//evil.example", "/x/%2e%2e//evil.example", "/./evil"),
            *("/@evil.example", "/:80", "/x//evil.example"),
            *(
                "/api/logout",
                "/api",
                "/%61pi/logout",
                "/API/logout",
                "/logout",
                "/logout?x",
                "/login",
            ),
            *("/login#x", "/metrics", "/x/../api/logout", "/api%2Flogout", "/api%20/logout"),
        ],
    )
    def test_it_is_never_another_site_nor_signing_out(
        self, next_after: Callable[[str], str], evil: str
    ) -> None:
        assert next_after(evil) == "/"


def test_nothing_redirects(browser: Visitor) -> None:
    for path in ("//evil.example", "/login?next=//evil.example", "/%2F%2Fevil.example"):
        response = browser.get(path)
        assert response.status_code in (200, 404)
        assert "Location" not in response.headers
