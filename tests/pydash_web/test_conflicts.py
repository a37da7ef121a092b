"""Two requests that write the same thing: both succeed, as if one had come after the other."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from transaction.interfaces import TransientError

from pydash_app import deletion
from pydash_app.user.services import settings
from pydash_app.user.sessions import Sessions
from pydash_database import DatabaseUnavailable, transact
from pydash_web.http import session
from tests.pydash_web.support.running_site import PASSWORD, Site, Visitor, find_user, make_user


def test_a_request_is_retried_after_a_conflict(
    alice: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries = []
    change = settings.change_settings

    def change_in_vain_first(*given: object, **changes: object) -> None:
        tries.append(changes)
        change(*given, **changes)  # type: ignore[arg-type]
        if len(tries) == 1:
            raise TransientError

    monkeypatch.setattr(settings, "change_settings", change_in_vain_first)
    response = alice.post("/api/user/change_settings", {"username": "Alicia"})
    assert response.status_code == 200, response.text
    assert len(tries) == 2
    assert alice.get("/api/user").json()["name"] == "Alicia"


def test_concurrent_sign_ins_to_one_account_succeed(site: Site) -> None:
    make_user("Alice")

    def sign_in(_: int) -> Visitor:
        visitor = site.visitor()
        assert visitor.sign_in("Alice").status_code == 200
        return visitor

    with ThreadPoolExecutor(8) as pool:
        visitors = list(pool.map(sign_in, range(8)))
    assert len(visitors[0].get("/api/user/sessions").json()["sessions"]) == 8


def test_a_sign_in_with_the_old_password_fails_after_its_change(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The change ends all sessions, so none may begin by what was checked before it."""
    user_id = make_user("Alice")
    sign_in = session.sign_in

    def change_password_and_sign_in(*given: Any) -> None:
        def change() -> None:
            find_user(user_id).set_password("another horse, another staple")

        with ThreadPoolExecutor(1) as elsewhere:
            elsewhere.submit(transact, change).result()
        sign_in(*given)

    monkeypatch.setattr(session, "sign_in", change_password_and_sign_in)
    thief = site.visitor()
    assert thief.sign_in("Alice").status_code == 401
    assert thief.get("/api/user").status_code == 401
    assert transact(lambda: find_user(user_id).sessions.active()) == []


def in_vain_first(monkeypatch: pytest.MonkeyPatch, owner: Any, name: str) -> None:
    """Let a function do its work, and its transaction meet a conflict the first time."""
    work, tries = getattr(owner, name), []

    def work_in_vain_first(*given: object) -> object:
        result = work(*given)
        tries.append(given)
        if len(tries) == 1:
            raise TransientError
        return result

    monkeypatch.setattr(owner, name, work_in_vain_first)


def unavailable(*_given: object) -> None:
    raise DatabaseUnavailable


def test_a_sign_out_ends_the_session_despite_a_conflict(
    alice: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    cookie = alice.http.cookies["pydash_session"]
    in_vain_first(monkeypatch, Sessions, "end")
    assert alice.post("/api/logout").status_code == 200
    assert "pydash_session" not in alice.http.cookies
    alice.http.cookies.set("pydash_session", cookie, path="/")
    assert alice.get("/api/user").status_code == 401, "a kept cookie is of no use"


def test_a_sign_out_succeeds_if_another_request_ended_the_session(
    alice: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    end = Sessions.end

    def end_twice(sessions: Sessions, session_id: str) -> bool:
        end(sessions, session_id)
        return end(sessions, session_id)

    monkeypatch.setattr(Sessions, "end", end_twice)
    assert alice.post("/api/logout").status_code == 200


@pytest.mark.parametrize(
    ("owner", "name", "path", "body"),
    [
        (Sessions, "end", "/api/logout", {}),
        (deletion, "delete_account", "/api/user/delete", {"password": PASSWORD}),
    ],
)
def test_the_browser_keeps_the_cookie_if_ending_the_session_fails(
    alice: Visitor, monkeypatch: pytest.MonkeyPatch, owner: Any, name: str, path: str, body: Any
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(owner, name, unavailable)
        assert alice.post(path, body).status_code == 503
    assert alice.get("/api/user").status_code == 200


def test_a_failed_sign_in_keeps_the_cookie(alice: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(Sessions, "begin", unavailable)
        assert alice.sign_in("Alice").status_code == 503
    assert alice.get("/api/user").status_code == 200


def test_a_deletion_is_retried_after_a_conflict(
    alice: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_vain_first(monkeypatch, deletion, "delete_account")
    assert alice.post("/api/user/delete", {"password": PASSWORD}).status_code == 200
    assert "pydash_session" not in alice.http.cookies
    assert alice.sign_in("Alice").status_code == 401


def test_a_request_whose_session_ends_meanwhile_is_refused(
    alice: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    find, tries = Sessions.find, []

    def find_while_it_ends(sessions: Sessions, session_id: str) -> object:
        tries.append(session_id)
        if len(tries) > 1:
            sessions.end(session_id)
            return find(sessions, session_id)
        find(sessions, session_id)
        raise TransientError

    monkeypatch.setattr(Sessions, "find", find_while_it_ends)
    assert alice.get("/api/user").status_code == 401
