"""What is added to a user at the same moment, or while the user is deleted, comes in some order.

On a real ZEO server: the second transaction runs while the first one has done its work, but has
not committed it.
"""

import threading
from collections.abc import Callable
from datetime import timedelta
from types import ModuleType, SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

import pytest

from pydash_app import configuration as configurations
from pydash_app import deletion
from pydash_app.configuration import Configuration
from pydash_app.dashboard import repository as dashboards
from pydash_app.dashboard.entity import Dashboard
from pydash_app.dashboard.services import registration
from pydash_app.errors import InvalidInput, NotFound
from pydash_app.user import api_token_repository, repository
from pydash_app.user.api_token import ApiToken, Scope
from pydash_app.user.entity import User
from pydash_app.user.services import tokens
from pydash_database import transact

URL = "http://shop.example.com/dashboard"


def add_token(user_id: UUID) -> None:
    # The web finds out who asks in a transaction of its own.
    user = found(transact(lambda: repository.find(user_id)))
    transact(lambda: tokens.issue(user, "Script", Scope.READ))


def add_dashboard(user_id: UUID) -> None:
    registration.register(user_id, "Shop", URL, "token")


def delete_user(user_id: UUID) -> None:
    transact(lambda: deletion.delete_account(found(repository.find(user_id))))


ADDING = [(add_token, api_token_repository), (add_dashboard, dashboards)]
both = pytest.mark.parametrize(("add", "things"), ADDING, ids=["token", "dashboard"])


@pytest.fixture
def alice(zeo_database: Configuration, monkeypatch: pytest.MonkeyPatch) -> UUID:
    """Alice, with a limit of one of each; others have many, so the trees have several nodes."""
    configurations.install(zeo_database.model_copy(update={"max_dashboards": 1}))
    monkeypatch.setattr(registration, "probe", lambda url, *_: SimpleNamespace(url=url))
    monkeypatch.setattr(tokens, "MAX_TOKENS", 1)
    transact(add_what_others_have)
    user = User("Alice", "", "alice@example.com")
    user_id = user.id
    transact(lambda: repository.add(user))
    return user_id


def add_what_others_have() -> None:
    for number in range(200):
        api_token_repository.add(
            ApiToken(uuid4(), "Script", Scope.READ, str(number), timedelta(days=1))
        )
        dashboards.add(Dashboard(URL, "token", uuid4()))


@both
def test_nothing_added_during_a_deletion_remains(
    alice: UUID,
    add: Callable[[UUID], None],
    things: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    meanwhile(monkeypatch, repository, "delete_by_id", lambda: add(alice))
    delete_user(alice)
    assert transact(lambda: things.of_user(alice)) == []


@both
def test_nothing_is_added_for_a_user_deleted_in_the_meantime(
    alice: UUID,
    add: Callable[[UUID], None],
    things: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    meanwhile(monkeypatch, things, "add", lambda: delete_user(alice))
    with pytest.raises(NotFound):
        add(alice)
    assert transact(lambda: things.of_user(alice)) == []


@both
def test_concurrent_requests_cannot_exceed_a_limit(
    alice: UUID,
    add: Callable[[UUID], None],
    things: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    meanwhile(monkeypatch, things, "add", lambda: add(alice))
    with pytest.raises(InvalidInput):
        add(alice)
    assert len(transact(lambda: things.of_user(alice))) == 1


def test_no_token_is_issued_for_a_deleted_user(alice: UUID) -> None:
    user = found(transact(lambda: repository.find(alice)))
    delete_user(alice)
    with pytest.raises(NotFound):
        transact(lambda: tokens.issue(user, "Script", Scope.READ))


def found(user: User | None) -> User:
    assert user is not None
    return user


def meanwhile(
    monkeypatch: pytest.MonkeyPatch, module: ModuleType, name: str, other: Callable[[], None]
) -> None:
    """Run something else once, when a transaction has called a function."""
    call = getattr(module, name)
    thread = threading.Thread(target=other)

    def call_and_wait(*given: Any) -> None:
        call(*given)
        if not thread.ident:
            thread.start()
            thread.join()

    monkeypatch.setattr(module, name, call_and_wait)
