"""The contract of the routes of users: each status that the API's page promises."""

import re
from datetime import UTC, datetime, timedelta
from threading import Thread
from typing import ClassVar

import pytest

from pydash_app.configuration import Configuration, install
from pydash_app.outbox import repository as outbox
from pydash_app.user import find_by_name, repository
from pydash_app.user.services import mail_requests, registration
from pydash_app.user.verification_code import VerificationCode
from pydash_database import transact
from tests.pydash_web.support.running_site import PASSWORD, Site, Visitor, find_user, make_user

NEW_PASSWORD = "another horse, another staple"


def last_code() -> str:
    """The code in the link of the mail that was written last, or asked for."""
    mail_requests.process_all()
    mails = transact(lambda: outbox.due(datetime.now(UTC), 100))
    text = max(mails, key=lambda mail: mail.written).plain
    match = re.search(r"/(?:verify|reset-password)/(\S+)", text)
    assert match
    return match.group(1)


def make_token_of(owner: Visitor) -> tuple[str, str]:
    """The id and the secret of a new API token."""
    made = owner.post("/api/user/tokens", {"name": "script", "password": PASSWORD}).json()
    return made["token"]["id"], made["secret"]


class TestLogin:
    def test_it_signs_in_and_returns_the_user(self, browser: Visitor) -> None:
        make_user("Alice")
        response = browser.sign_in("Alice")
        assert response.status_code == 200
        assert response.json()["user"]["name"] == "Alice"
        assert browser.get("/api/user").json() == response.json()["user"]

    @pytest.mark.parametrize("body", [{}, {"name": "Alice"}, {"password": "x"}])
    def test_it_names_missing_fields(self, browser: Visitor, body: dict[str, str]) -> None:
        response = browser.post("/api/login", body)
        assert response.status_code == 400
        assert set(response.json()["errors"]) == {"name", "password"} - set(body)

    def test_it_refuses_a_wrong_password_and_an_unknown_name_alike(self, browser: Visitor) -> None:
        make_user("Alice")
        wrong = browser.sign_in("Alice", "wrong password")
        unknown = browser.sign_in("Dumbledore", "wrong password")
        assert wrong.status_code == unknown.status_code == 401
        assert wrong.json() == unknown.json()

    def test_it_refuses_unverified_users(self, browser: Visitor) -> None:
        make_user("Alice", verified=False)
        assert browser.sign_in("Alice").status_code == 403
        assert browser.get("/api/user").status_code == 401

    def test_a_wrong_password_does_not_reveal_an_unverified_user(self, browser: Visitor) -> None:
        make_user("Alice", verified=False)
        assert browser.sign_in("Alice", "wrong password").status_code == 401

    def test_it_limits_guessing(self, site: Site, browser: Visitor) -> None:
        make_user("Alice")
        statuses = [browser.sign_in("Alice", "wrong password").status_code for _ in range(11)]
        assert statuses == [401] * 10 + [429]
        refused = browser.sign_in("ALICE ")
        assert refused.status_code == 429, "the right password is not let through either"
        assert int(refused.headers["Retry-After"]) > 0


class TestLogout:
    def test_it_ends_the_session(self, alice: Visitor) -> None:
        cookie = alice.http.cookies["pydash_session"]
        assert alice.post("/api/logout").status_code == 200
        alice.http.cookies.set("pydash_session", cookie, path="/")
        assert alice.get("/api/user").status_code == 401, "a kept cookie is of no use"

    def test_it_requires_a_session(self, browser: Visitor) -> None:
        assert browser.post("/api/logout").status_code == 401


class TestUser:
    def test_it_returns_the_user_without_a_login_attempt(self, alice: Visitor) -> None:
        response = alice.get("/api/user")
        assert response.status_code == 200
        assert set(response.json()) == {
            "id", "name", "email", "pending_email", "verified", "admin", "play_sounds",
            "timezone",
        }  # fmt: skip

    def test_it_is_401_without_a_session(self, browser: Visitor) -> None:
        assert browser.get("/api/user").status_code == 401


class TestRegister:
    BODY: ClassVar = {"name": "Alice", "password": PASSWORD, "email": "alice@example.com"}

    def test_it_registers_and_the_mail_s_link_verifies_once(self, browser: Visitor) -> None:
        assert browser.post("/api/user/register", self.BODY).status_code == 200
        assert browser.sign_in("Alice").status_code == 403
        code = last_code()
        assert browser.post(f"/api/user/verify/{code}").status_code == 200
        assert browser.sign_in("Alice").status_code == 200
        assert browser.post(f"/api/user/verify/{code}").status_code == 400

    @pytest.mark.parametrize("missing", ["name", "password", "email"])
    def test_it_names_missing_fields(self, browser: Visitor, missing: str) -> None:
        body = {name: value for name, value in self.BODY.items() if name != missing}
        response = browser.post("/api/user/register", body)
        assert response.status_code == 400
        assert list(response.json()["errors"]) == [missing]

    @pytest.mark.parametrize("password", ["short", "password123", "alice", "a" * 129])
    def test_it_refuses_a_weak_password(self, browser: Visitor, password: str) -> None:
        response = browser.post("/api/user/register", {**self.BODY, "password": password})
        assert response.status_code == 400
        assert list(response.json()["errors"]) == ["password"]

    @pytest.mark.parametrize("name", ["Alice", "ALICE", " alice "])
    def test_it_refuses_a_taken_name(self, browser: Visitor, name: str) -> None:
        make_user("Alice")
        assert browser.post("/api/user/register", {**self.BODY, "name": name}).status_code == 409

    def test_it_does_not_require_a_mail_server(self, browser: Visitor) -> None:
        """The mail is only written down; the fetcher sends it, and again if it fails."""
        assert browser.post("/api/user/register", self.BODY).status_code == 200
        assert transact(lambda: find_by_name("Alice")) is not None


class TestRegistrationPolicy:
    @pytest.fixture
    def zeo_database(
        self, zeo_database: Configuration, request: pytest.FixtureRequest
    ) -> Configuration:
        changed = zeo_database.model_copy(update={"registration": request.param})
        install(changed)
        return changed

    @pytest.mark.parametrize("zeo_database", ["closed"], indirect=True)
    def test_closed_is_403(self, browser: Visitor) -> None:
        assert browser.post("/api/user/register", TestRegister.BODY).status_code == 403

    @pytest.mark.parametrize("zeo_database", ["invite"], indirect=True)
    def test_an_invitation_is_valid_once(self, browser: Visitor) -> None:
        without = browser.post("/api/user/register", TestRegister.BODY)
        assert (without.status_code, list(without.json()["errors"])) == (400, ["invitation"])
        body = {**TestRegister.BODY, "invitation": transact(registration.invite)}
        assert browser.post("/api/user/register", body).status_code == 200
        again = browser.post("/api/user/register", {**body, "name": "Bob"})
        assert again.status_code == 400


class TestVerify:
    @pytest.mark.parametrize("code", ["nonsense", "ced84534-7a55-440f-ad77-9912466fe022", "%00"])
    def test_it_refuses_an_unknown_code(self, browser: Visitor, code: str) -> None:
        assert browser.post(f"/api/user/verify/{code}").status_code == 400

    def test_an_expired_code_is_400_however_often_it_is_tried(self, browser: Visitor) -> None:
        user_id = make_user("Alice", verified=False)

        def expire() -> str:
            user = find_user(user_id)
            code = user.generate_new_verification_code()
            user._verification_code = VerificationCode(timedelta(0), code)
            repository.update(user)
            return code

        code = transact(expire)
        for _ in range(2):
            response = browser.post(f"/api/user/verify/{code}")
            assert response.status_code == 400
            assert "expired" in response.json()["message"]
        assert len(transact(repository.all_unverified)) == 1, "it can still be pruned"


class TestResendVerification:
    def test_it_does_not_reveal_whether_the_user_exists(self, browser: Visitor) -> None:
        make_user("Alice", verified=False)
        known = browser.post("/api/user/resend_verification", {"name": "Alice"})
        unknown = browser.post("/api/user/resend_verification", {"name": "Dumbledore"})
        assert known.status_code == unknown.status_code == 200
        assert known.json() == unknown.json()

    def test_the_new_code_verifies(self, browser: Visitor) -> None:
        make_user("Alice", verified=False)
        browser.post("/api/user/resend_verification", {"name": "Alice"})
        assert browser.post(f"/api/user/verify/{last_code()}").status_code == 200

    def test_it_sends_three_an_hour(self, browser: Visitor) -> None:
        statuses = [
            browser.post("/api/user/resend_verification", {"name": "Alice"}).status_code
            for _ in range(4)
        ]
        assert statuses == [200, 200, 200, 429]


class TestPasswordReset:
    def request_code(self, browser: Visitor) -> str:
        body = {"email": "alice@example.com"}
        assert browser.post("/api/user/request_password_reset", body).status_code == 200
        return last_code()

    def test_it_sets_a_new_password_once_and_ends_sessions(
        self, alice: Visitor, browser: Visitor
    ) -> None:
        body = {"code": self.request_code(browser), "new_password": NEW_PASSWORD}
        assert browser.post("/api/user/reset_password", body).status_code == 200
        assert alice.get("/api/user").status_code == 401
        assert browser.sign_in("Alice", NEW_PASSWORD).status_code == 200
        assert browser.post("/api/user/reset_password", body).status_code == 400

    def test_it_admits_a_locked_out_user(self, site: Site, browser: Visitor) -> None:
        make_user("Alice")
        thief = site.visitor()
        for _ in range(11):
            thief.sign_in("Alice", "wrong password")
        assert browser.sign_in("Alice").status_code == 429
        body = {"code": self.request_code(browser), "new_password": NEW_PASSWORD}
        assert browser.post("/api/user/reset_password", body).status_code == 200
        assert browser.sign_in("Alice", NEW_PASSWORD).status_code == 200
        assert thief.sign_in("Alice").status_code == 429

    def test_it_revokes_all_api_tokens(
        self, site: Site, alice: Visitor, charlie: Visitor, browser: Visitor
    ) -> None:
        scripts = [
            site.visitor(Authorization=f"Bearer {make_token_of(owner)[1]}")
            for owner in (alice, charlie)
        ]
        body = {"code": self.request_code(browser), "new_password": NEW_PASSWORD}
        assert browser.post("/api/user/reset_password", body).status_code == 200
        assert [script.get("/api/user").status_code for script in scripts] == [401, 200]

    def test_it_does_not_reveal_whether_the_user_exists(self, browser: Visitor) -> None:
        make_user("Alice")
        known, unknown = (
            browser.post("/api/user/request_password_reset", {"email": f"{name}@example.com"})
            for name in ("alice", "dumbledore")
        )
        assert known.status_code == unknown.status_code == 200
        assert known.json() == unknown.json()

    def test_it_refuses_a_weak_password_and_keeps_the_code(
        self, alice: Visitor, browser: Visitor
    ) -> None:
        code = self.request_code(browser)
        weak = browser.post("/api/user/reset_password", {"code": code, "new_password": "12345678"})
        assert (weak.status_code, list(weak.json()["errors"])) == (400, ["new_password"])
        good = {"code": code, "new_password": NEW_PASSWORD}
        assert browser.post("/api/user/reset_password", good).status_code == 200

    def test_it_is_429_after_three_mails(self, browser: Visitor) -> None:
        body = {"email": "alice@example.com"}
        statuses = [
            browser.post("/api/user/request_password_reset", body).status_code for _ in range(4)
        ]
        assert statuses[-1] == 429


class TestDelete:
    def test_it_deletes_the_user_and_their_data(self, alice: Visitor, shop: str) -> None:
        from pydash_app.dashboard import repository as dashboards

        assert alice.post("/api/user/delete", {"password": PASSWORD}).status_code == 200
        assert alice.get("/api/user").status_code == 401
        assert transact(lambda: find_by_name("Alice")) is None
        assert transact(lambda: list(dashboards.all())) == []

    def test_it_requires_the_password(self, alice: Visitor) -> None:
        assert alice.post("/api/user/delete", {}).status_code == 400
        assert alice.post("/api/user/delete", {"password": "wrong"}).status_code == 401
        assert alice.get("/api/user").status_code == 200

    def test_it_is_500_if_another_request_was_faster(
        self, alice: Visitor, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from pydash_app.user import User, remove_from_repository

        check = User.check_password

        def check_while_somebody_deletes(user: User, password: str) -> bool:
            user_id = user.id
            thread = Thread(target=lambda: transact(lambda: remove_from_repository(user_id)))
            if not thread_started:
                thread_started.append(thread)
                thread.start()
                thread.join(10)
            return check(user, password)

        thread_started: list[Thread] = []
        monkeypatch.setattr(User, "check_password", check_while_somebody_deletes)
        response = alice.post("/api/user/delete", {"password": PASSWORD})
        assert response.status_code == 500
        assert response.json() == {"message": "This account has already been deleted."}


class TestChangeSettings:
    def test_it_changes_given_settings(self, alice: Visitor) -> None:
        response = alice.post("/api/user/change_settings", {"play_sounds": False})
        assert response.status_code == 200
        user = response.json()["user"]
        assert (user["name"], user["play_sounds"]) == ("Alice", False)
        assert alice.post("/api/user/change_settings", {"username": "Alicia"}).status_code == 200
        assert alice.get("/api/user").json()["name"] == "Alicia"

    def test_the_time_zone_is_that_of_the_browser_until_one_is_chosen(self, alice: Visitor) -> None:
        def timezone() -> object:
            return alice.get("/api/user").json()["timezone"]

        assert timezone() is None
        for chosen in ("Asia/Kathmandu", None):
            body = {"timezone": chosen}
            response = alice.post("/api/user/change_settings", body)
            assert response.json()["user"]["timezone"] == chosen == timezone()
            assert alice.post("/api/user/change_settings", {"play_sounds": False}).ok
            assert timezone() == chosen, "an omitted setting does not change"

    def test_it_refuses_an_unknown_time_zone(self, alice: Visitor) -> None:
        response = alice.post("/api/user/change_settings", {"timezone": "Europe/Atlantis"})
        assert response.status_code == 400
        assert response.json()["errors"] == {
            "timezone": ["Must be the name of an IANA time zone, such as Europe/Berlin."]
        }

    def test_it_limits_mails(self, alice: Visitor) -> None:
        statuses = [
            alice.post(
                "/api/user/change_settings",
                {"email": f"{n}@example.com", "current_password": PASSWORD},
            ).status_code
            for n in range(11)
        ]
        assert statuses == [200] * 10 + [429]

    def test_a_new_address_requires_the_password(self, alice: Visitor) -> None:
        missing = alice.post("/api/user/change_settings", {"email": "thief@example.com"})
        assert (missing.status_code, list(missing.json()["errors"])) == (400, ["current_password"])
        body = {"email": "thief@example.com", "current_password": "wrong"}
        statuses = [alice.post("/api/user/change_settings", body).status_code for _ in range(11)]
        assert statuses == [401] * 10 + [429], "it is not to be guessed here"
        assert alice.get("/api/user").json()["pending_email"] is None

    @pytest.mark.parametrize("name", ["", "   ", "a" * 65])
    def test_it_refuses_an_empty_or_endless_name(self, alice: Visitor, name: str) -> None:
        response = alice.post("/api/user/change_settings", {"username": name})
        assert (response.status_code, list(response.json()["errors"])) == (400, ["username"])

    @pytest.mark.parametrize("name", [42, True, [], {}])
    def test_it_refuses_invalid_text(self, alice: Visitor, name: object) -> None:
        response = alice.post("/api/user/change_settings", {"username": name})
        assert (response.status_code, list(response.json()["errors"])) == (400, ["username"])

    def test_it_refuses_a_taken_name(self, alice: Visitor, charlie: Visitor) -> None:
        response = charlie.post("/api/user/change_settings", {"username": "alice"})
        assert (response.status_code, list(response.json()["errors"])) == (400, ["username"])
        assert charlie.get("/api/user").json()["name"] == "Charlie"

    NEW_MAIL: ClassVar = {"email": "new@example.com", "current_password": PASSWORD}

    def test_a_new_address_takes_effect_once_verified(self, alice: Visitor) -> None:
        response = alice.post("/api/user/change_settings", self.NEW_MAIL)
        user = response.json()["user"]
        assert (user["email"], user["pending_email"]) == ("alice@example.com", "new@example.com")
        assert alice.post(f"/api/user/verify/{last_code()}").status_code == 200
        user = alice.get("/api/user").json()
        assert (user["email"], user["pending_email"]) == ("new@example.com", None)

    def test_the_old_address_is_notified(self, alice: Visitor) -> None:
        alice.post("/api/user/change_settings", self.NEW_MAIL)
        mails = transact(lambda: outbox.due(datetime.now(UTC), 100))
        notice = next(mail for mail in mails if mail.recipient == "alice@example.com")
        assert "new@example.com" in notice.plain
        assert "/verify/" not in notice.plain, "the link that confirms goes to the new one only"


class TestChangePassword:
    BODY: ClassVar = {"current_password": PASSWORD, "new_password": NEW_PASSWORD}

    def test_it_ends_other_sessions_and_keeps_this_one(self, site: Site, alice: Visitor) -> None:
        elsewhere = site.visitor()
        elsewhere.sign_in("Alice")
        assert alice.post("/api/user/change_password", self.BODY).status_code == 200
        assert alice.get("/api/user").status_code == 200
        assert elsewhere.get("/api/user").status_code == 401
        assert site.visitor().sign_in("Alice", NEW_PASSWORD).status_code == 200

    @pytest.mark.parametrize(
        ("asked", "status"),
        [({}, 200), ({"revoke_tokens": False}, 200), ({"revoke_tokens": True}, 401)],
    )
    def test_it_revokes_api_tokens_on_request(
        self, site: Site, alice: Visitor, asked: dict[str, bool], status: int
    ) -> None:
        _, secret = make_token_of(alice)
        response = alice.post("/api/user/change_password", {**self.BODY, **asked})
        assert response.status_code == 200
        assert ("were revoked" in response.json()["message"]) == (status == 401)
        script = site.visitor(Authorization=f"Bearer {secret}")
        assert script.get("/api/user").status_code == status

    def test_it_checks_the_current_password(self, alice: Visitor) -> None:
        body = {**self.BODY, "current_password": "wrong"}
        assert alice.post("/api/user/change_password", body).status_code == 401

    @pytest.mark.parametrize("change", [{"new_password": "short"}, {"new_password": None}])
    def test_it_refuses_a_weak_or_missing_one(
        self, alice: Visitor, change: dict[str, str | None]
    ) -> None:
        response = alice.post("/api/user/change_password", {**self.BODY, **change})
        assert (response.status_code, list(response.json()["errors"])) == (400, ["new_password"])


class TestTokens:
    def test_the_secret_is_shown_once_and_works_until_revoked(
        self, site: Site, alice: Visitor
    ) -> None:
        body = {"name": "backup", "scope": "read", "password": PASSWORD}
        made = alice.post("/api/user/tokens", body).json()
        listed = alice.get("/api/user/tokens").json()["tokens"]
        assert [token["name"] for token in listed] == ["backup"]
        assert made["secret"] not in str(listed)
        script = site.visitor(Authorization=f"Bearer {made['secret']}")
        assert script.get("/api/user").status_code == 200
        assert alice.get("/api/user/tokens").json()["tokens"][0]["last_used"] is not None
        token_id = made["token"]["id"]
        assert alice.post(f"/api/user/tokens/{token_id}/delete").status_code == 200
        assert script.get("/api/user").status_code == 401

    def test_a_wrong_scope_or_name_is_400(self, alice: Visitor) -> None:
        for body in ({"name": "x", "scope": "admin"}, {"name": ""}):
            response = alice.post("/api/user/tokens", {"password": PASSWORD, **body})
            assert (response.status_code, len(response.json()["errors"])) == (400, 1)

    @pytest.mark.parametrize(("chosen", "days"), [({}, 90), ({"expires_in_days": 7}, 7)])
    def test_it_expires(self, alice: Visitor, chosen: dict[str, int], days: int) -> None:
        body = {"name": "x", "password": PASSWORD, **chosen}
        token = alice.post("/api/user/tokens", body).json()["token"]
        created, expires = (datetime.fromisoformat(token[key]) for key in ("created", "expires"))
        assert expires - created == timedelta(days=days)
        assert alice.get("/api/user/tokens").json()["tokens"] == [token]

    @pytest.mark.parametrize("days", [0, -1, 8, 366, 7.5, True, None, "7", [7]])
    def test_it_cannot_be_valid_for_any_other_time(self, alice: Visitor, days: object) -> None:
        body = {"name": "x", "password": PASSWORD, "expires_in_days": days}
        response = alice.post("/api/user/tokens", body)
        assert (response.status_code, list(response.json()["errors"])) == (400, ["expires_in_days"])

    def test_it_requires_the_password(self, alice: Visitor) -> None:
        missing = alice.post("/api/user/tokens", {"name": "x"})
        assert (missing.status_code, list(missing.json()["errors"])) == (400, ["password"])
        body = {"name": "x", "password": "wrong"}
        statuses = [alice.post("/api/user/tokens", body).status_code for _ in range(11)]
        assert statuses == [401] * 10 + [429], "it cannot be guessed here"
        assert alice.get("/api/user/tokens").json()["tokens"] == []

    def test_an_unknown_or_foreign_token_is_404(self, alice: Visitor, charlie: Visitor) -> None:
        token_id = make_token_of(charlie)[0]
        assert alice.post(f"/api/user/tokens/{token_id}/delete").status_code == 404
        assert alice.post("/api/user/tokens/no-uuid/delete").status_code == 400


class TestSessions:
    def test_a_user_can_sign_out_elsewhere(self, site: Site, alice: Visitor) -> None:
        elsewhere = site.visitor(**{"User-Agent": "Phone"})
        elsewhere.sign_in("Alice")
        sessions = alice.get("/api/user/sessions").json()["sessions"]
        assert sorted(session["current"] for session in sessions) == [False, True]
        other = next(session for session in sessions if not session["current"])
        assert other["user_agent"] == "Phone"
        assert alice.post(f"/api/user/sessions/{other['id']}/delete").status_code == 200
        assert elsewhere.get("/api/user").status_code == 401

    def test_an_unknown_session_is_404(self, alice: Visitor) -> None:
        assert alice.post("/api/user/sessions/unknown/delete").status_code == 404
