"""Links in mails: what they open, until when, and how many mails may ask for consent."""

from datetime import UTC, datetime, timedelta
from functools import partial
from uuid import UUID, uuid4

import pytest

from pydash_app import links
from pydash_app.errors import Forbidden, NotFound, TooManyRequests
from pydash_app.secrets import hash_code
from pydash_database import database_root, transact

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
DAY = timedelta(days=1)
ALICE, BOB, CHANNEL = uuid4(), uuid4(), uuid4()

pytestmark = pytest.mark.usefixtures("database")


def find(code: str, purpose: str = "channel", at: datetime = NOW) -> UUID:
    return transact(lambda: links.find(purpose, code, at))


def issue(target: UUID = CHANNEL, lifetime: timedelta | None = DAY) -> str:
    return transact(lambda: links.issue("channel", target, NOW, lifetime))


def test_a_code_is_found_until_it_expires() -> None:
    code = issue()
    assert find(code, at=NOW + DAY - timedelta(seconds=1)) == CHANNEL
    transact(lambda: links.keep(code))
    assert find(code, at=NOW + 1_000 * DAY) == CHANNEL


def test_all_codes_that_are_not_valid_are_the_same_error() -> None:
    code = issue()
    revoked = issue(BOB)
    other = issue()
    transact(lambda: links.revoke(BOB))
    errors = set()
    for given, purpose, at in (
        (code, "channel", NOW + DAY),
        (code, "subscriber", NOW),
        (revoked, "channel", NOW),
        ("unknown", "channel", NOW),
        ("\ud800", "channel", NOW),
    ):
        with pytest.raises(NotFound) as refused:
            find(given, purpose, at)
        errors.add(refused.value.message)
    assert len(errors) == 1
    assert find(other) == CHANNEL, "others remain"


def test_codes_are_long_random_and_stored_as_hashes() -> None:
    codes = [issue() for _ in range(20)]
    assert len(set(codes)) == 20
    assert {len(code) for code in codes} == {43}  # 256 bits in base64
    stored = transact(lambda: repr(list(database_root()["links"].items())))
    assert hash_code(codes[0]) in stored
    assert not any(code in stored for code in codes)


def ask(account: UUID, address: str, at: datetime = NOW) -> bool:
    return transact(lambda: links.count_request(account, address, at))


def test_an_account_asks_a_recipient_three_times_a_day() -> None:
    for address in ("Eve@example.com", "eve+1@example.com", "eve+2@EXAMPLE.com"):
        assert ask(ALICE, address)
    with pytest.raises(TooManyRequests):
        ask(ALICE, "eve@example.com")
    assert ask(ALICE, "frank@example.com")
    assert ask(ALICE, "eve@example.com", NOW + DAY + timedelta(seconds=1))


def test_an_account_asks_ten_times_a_day() -> None:
    for number in range(links.MAX_PER_ACCOUNT):
        assert ask(ALICE, f"{number}@example.com")
    with pytest.raises(TooManyRequests):
        ask(ALICE, "new@example.com")
    assert ask(BOB, "new@example.com")


def test_many_accounts_cannot_bombard_a_mailbox_and_do_not_learn_of_each_other() -> None:
    accounts = [uuid4() for _ in range(8)]
    assert [ask(each, "eve@example.com") for each in accounts] == [True] * 5 + [False] * 3


def test_all_spellings_of_an_address_share_the_limit_of_their_inbox() -> None:
    spellings = ["eve.x@gmail.com", "e.v.ex@gmail.com", "EveX+1@googlemail.com", "evex@Gmail.com"]
    spellings += ["e.v.e.x@googlemail.com", "ev.ex@gmail.com"]
    visits = [transact(partial(links.count_visit, each, NOW)) for each in spellings]
    assert visits == [True] * 5 + [False]
    assert not ask(ALICE, "evex+2@gmail.com")
    assert ask(ALICE, "e.vex@example.com"), "elsewhere, dots make another mailbox"


def test_who_refuses_is_not_asked_again_by_this_account() -> None:
    transact(lambda: links.record_refusal(ALICE, "eve@example.com", is_refused=True))
    with pytest.raises(Forbidden):
        ask(ALICE, "Eve+again@example.com", NOW + 900 * DAY)
    assert ask(BOB, "eve@example.com")
    for _ in range(2):
        transact(lambda: links.record_refusal(ALICE, "eve@example.com", is_refused=False))
    assert ask(ALICE, "eve@example.com")


def test_what_has_expired_is_dropped() -> None:
    for lifetime in (DAY, 2 * DAY, None):
        issue(lifetime=lifetime)
    ask(ALICE, "eve@example.com")
    transact(lambda: links.drop_expired(NOW + DAY))
    root = transact(lambda: dict(database_root()))
    assert len(root["links"]) == len(root["links_of_target"]) == 2
    assert not len(root["consent_requests"])
