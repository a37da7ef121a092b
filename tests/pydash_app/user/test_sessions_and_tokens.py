"""Sessions end when they should; API tokens work until they are revoked."""

from datetime import UTC, datetime, timedelta
from functools import partial
from uuid import uuid4

import pytest

from pydash_app.errors import InvalidInput, NotFound
from pydash_app.user import api_token_repository, sessions
from pydash_app.user.api_token import Scope
from pydash_app.user.entity import User
from pydash_app.user.services import tokens
from pydash_app.user.sessions import Sessions
from pydash_database import transact
from tests.support.clocks import ClockAhead

NOW = datetime(2026, 11, 22, tzinfo=UTC)


def test_a_session_ends_after_its_maximum_idle_time() -> None:
    browsers = Sessions()
    session = browsers.begin("Firefox", NOW)
    assert browsers.use(session.id, NOW + sessions.MAX_IDLE - timedelta(seconds=1))
    assert browsers.use(session.id, NOW + 2 * sessions.MAX_IDLE) is None


def test_a_session_ends_after_its_maximum_duration_even_if_used() -> None:
    browsers = Sessions()
    session = browsers.begin("Firefox", NOW)
    now = NOW
    while now < NOW + sessions.MAX_AGE:
        assert browsers.use(session.id, now)
        now += timedelta(days=10)
    assert browsers.use(session.id, now) is None
    assert browsers.active(now) == []


def test_the_last_use_is_written_at_most_once_a_minute() -> None:
    browsers = Sessions()
    session = browsers.begin("Firefox", NOW)
    before = browsers._sessions
    browsers.use(session.id, NOW + timedelta(seconds=59))
    assert browsers._sessions is before
    used = browsers.use(session.id, NOW + timedelta(seconds=61))
    assert used is not None
    assert used.last_seen == NOW + timedelta(seconds=61)


def test_the_session_idle_longest_is_replaced() -> None:
    browsers = Sessions()
    count = sessions.MAX_SESSIONS + 1
    begun = [browsers.begin(str(n), NOW + timedelta(seconds=n)) for n in range(count)]
    now = NOW + timedelta(hours=1)
    assert browsers.use(begun[0].id, now) is None
    assert len(browsers.active(now)) == sessions.MAX_SESSIONS


def test_one_reading_of_a_clock_that_is_ahead_ends_no_session() -> None:
    browsers = Sessions()
    session = browsers.begin("Firefox", NOW)
    browsers.begin("Chrome", NOW + timedelta(days=500))
    assert browsers.use(session.id, NOW + timedelta(minutes=1))


def test_the_last_use_by_a_clock_that_was_ahead_is_corrected() -> None:
    browsers = Sessions()
    session = browsers.begin("Firefox", NOW)
    browsers.use(session.id, NOW + timedelta(days=13))
    browsers.use(session.id, NOW + timedelta(minutes=1))
    assert browsers.use(session.id, NOW + timedelta(days=15)) is None


def test_an_unknown_session_cannot_be_ended() -> None:
    assert not Sessions().end("unknown")


def test_all_sessions_end_except_the_one_to_keep() -> None:
    browsers = Sessions()
    kept, other = browsers.begin("kept", NOW), browsers.begin("other", NOW)
    browsers.end_all(keep=kept.id)
    assert browsers.use(kept.id, NOW)
    assert browsers.use(other.id, NOW) is None


def test_a_token_authenticates_its_user_until_it_is_revoked(alice: User) -> None:
    token, secret = transact(lambda: tokens.issue(alice, "backup script", Scope.READ))
    assert transact(lambda: tokens.use(secret)) == (alice, token)
    transact(lambda: tokens.revoke(alice, token.id))
    assert transact(lambda: tokens.use(secret)) is None


def test_a_token_expires(alice: User) -> None:
    token, secret = transact(lambda: tokens.issue(alice, "script", Scope.READ, timedelta(days=7)))
    assert transact(lambda: token.expires) == token.created + timedelta(days=7)

    def let_expire() -> None:
        token.expires = datetime.now(UTC)

    transact(let_expire)
    assert transact(lambda: tokens.use(secret)) is None


def test_expired_tokens_do_not_count(alice: User) -> None:
    for lifetime in (timedelta(0), timedelta(days=1)):
        for number in range(tokens.MAX_TOKENS):
            issue = partial(tokens.issue, alice, f"script {number}", Scope.READ, lifetime)
            transact(issue)
    with pytest.raises(InvalidInput, match="limit"):
        transact(issue)


def test_one_reading_of_a_clock_that_is_ahead_deletes_no_token(
    alice: User, monkeypatch: pytest.MonkeyPatch, steady_clock: None
) -> None:
    token, secret = transact(lambda: tokens.issue(alice, "old", Scope.READ))
    monkeypatch.setattr(tokens, "datetime", ClockAhead)
    transact(lambda: tokens.issue(alice, "new", Scope.READ))
    monkeypatch.undo()
    assert transact(lambda: tokens.use(secret)) == (alice, token)


@pytest.mark.usefixtures("steady_clock")
def test_expired_tokens_are_listed_until_another_one_is_issued(alice: User) -> None:
    expired, _ = transact(lambda: tokens.issue(alice, "old", Scope.READ, timedelta(0)))
    assert transact(lambda: tokens.of_user(alice)) == [expired]
    token, _ = transact(lambda: tokens.issue(alice, "new", Scope.READ))
    assert transact(lambda: tokens.of_user(alice)) == [token]


def test_only_the_hash_of_a_token_is_stored(alice: User) -> None:
    token, secret = transact(lambda: tokens.issue(alice, "script", Scope.WRITE))
    stored = transact(lambda: vars(token))
    assert secret not in str(stored)


def test_the_use_of_a_token_is_written_at_most_once_a_minute(alice: User) -> None:
    token, secret = transact(lambda: tokens.issue(alice, "script", Scope.READ))
    assert token.last_used is None
    transact(lambda: tokens.use(secret))
    first = transact(lambda: token.last_used)
    transact(lambda: tokens.use(secret))
    assert transact(lambda: token.last_used) == first is not None


def test_users_cannot_revoke_tokens_of_others(alice: User, bob: User) -> None:
    token, _ = transact(lambda: tokens.issue(alice, "script", Scope.READ))
    for user, token_id in ((bob, token.id), (alice, uuid4())):
        with pytest.raises(NotFound):
            transact(partial(tokens.revoke, user, token_id))
    assert transact(lambda: api_token_repository.find(token.id)) is token


def test_a_user_has_a_limited_number_of_tokens(alice: User) -> None:
    for number in range(tokens.MAX_TOKENS):
        transact(partial(tokens.issue, alice, str(number), Scope.READ))
    with pytest.raises(InvalidInput, match="limit of 50"):
        transact(lambda: tokens.issue(alice, "one more", Scope.READ))


@pytest.mark.parametrize("secret", ["", "pydash_guess", "\ud800"])
def test_a_guessed_token_is_refused(alice: User, secret: str) -> None:
    assert transact(lambda: tokens.use(secret)) is None
