"""Two requests that write the same thing: both are answered, as if one had come after the other."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from running_site import Site, Visitor, make_user
from transaction.interfaces import TransientError

from pydash_app.user.services import settings


def test_a_request_that_met_a_conflict_is_answered_all_the_same(
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
    answer = alice.post("/api/user/change_settings", {"username": "Alicia"})
    assert answer.status_code == 200, answer.text
    assert len(tries) == 2
    assert alice.get("/api/user").json()["name"] == "Alicia"


def test_many_may_sign_in_at_once_under_one_name(site: Site) -> None:
    make_user("Alice")

    def sign_in(_: int) -> Visitor:
        visitor = site.visitor()
        assert visitor.sign_in("Alice").status_code == 200
        return visitor

    with ThreadPoolExecutor(8) as pool:
        visitors = list(pool.map(sign_in, range(8)))
    assert len(visitors[0].get("/api/user/sessions").json()["sessions"]) == 8
