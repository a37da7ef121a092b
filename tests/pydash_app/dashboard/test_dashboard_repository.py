"""The repository finds dashboards by id and owner, and notifies the fetcher of changes."""

import doctest
from uuid import UUID, uuid4

import pytest

from pydash_app import dashboard as dashboards
from pydash_app.dashboard import repository
from pydash_app.dashboard.entity import Dashboard
from pydash_app.dashboard.services import seeding
from pydash_app.errors import Forbidden, InvalidInput, NotFound
from pydash_app.user.entity import User
from pydash_app.user.services import seeding as user_seeding
from pydash_database import transact

pytestmark = pytest.mark.usefixtures("database")


def add(owner_id: UUID) -> Dashboard:
    def add() -> Dashboard:
        dashboard = Dashboard("http://example.com", "token", owner_id)
        repository.add(dashboard)
        return dashboard

    return transact(add)


def test_its_examples_run() -> None:
    flags = doctest.ELLIPSIS | doctest.IGNORE_EXCEPTION_DETAIL
    failures, examples = doctest.testmod(repository, optionflags=flags)
    assert (failures, examples > 0) == (0, True)


def test_users_get_their_own_dashboards(alice: User, bob: User, charlie: User) -> None:
    mine = {add(alice.id).id, add(alice.id).id}
    add(bob.id)
    found = transact(lambda: {board.id for board in dashboards.dashboards_of_user(alice.id)})
    assert found == mine
    assert transact(lambda: len(dashboards.dashboards_of_user(str(alice.id)))) == 2
    assert transact(lambda: dashboards.dashboards_of_user(charlie.id)) == []


def test_only_the_owner_gets_a_dashboard(alice: User, charlie: User) -> None:
    board = add(alice.id)
    assert transact(lambda: dashboards.find_verified_dashboard(board.get_id(), alice.id)) is board
    with pytest.raises(Forbidden):
        transact(lambda: dashboards.find_verified_dashboard(board.id, charlie.id))


def test_an_unknown_dashboard_is_not_found(alice: User) -> None:
    with pytest.raises(NotFound):
        transact(lambda: dashboards.find_verified_dashboard(str(uuid4()), alice.id))


@pytest.mark.parametrize(
    "bad",
    [
        "",
        "1",
        "x" * 36,
        "{ced84534-7a55-440f-ad77-9912466fe022}",
        "ced845347a55440fad779912466fe022",
    ],
)
def test_an_invalid_uuid_is_refused(alice: User, bad: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        transact(lambda: dashboards.find_verified_dashboard(bad, alice.id))
    assert "dashboard_id" in refusal.value.errors


def test_every_change_is_counted(alice: User) -> None:
    counts = [transact(repository.change_count)]
    board = add(alice.id)
    for change in (
        lambda: repository.update(board),
        lambda: repository.request_fetch(board.id),
        lambda: repository.delete(board),
        repository.clear_all,
    ):
        counts.append(transact(repository.change_count))
        transact(change)
    counts.append(transact(repository.change_count))
    assert counts == sorted(set(counts))


def test_a_fetch_request_is_returned_once(alice: User) -> None:
    board = add(alice.id)
    for _ in range(2):
        transact(lambda: repository.request_fetch(board.id))
    assert transact(repository.take_fetch_requests) == [board.id]
    assert transact(repository.take_fetch_requests) == []


def test_a_deleted_dashboard_leaves_no_fetch_request_behind(alice: User) -> None:
    board = add(alice.id)
    transact(lambda: repository.request_fetch(board.id))
    transact(lambda: repository.delete(board))
    assert transact(repository.take_fetch_requests) == []


def test_its_token_is_not_stored_in_plain_text(alice: User) -> None:
    board = add(alice.id)
    assert transact(lambda: board.token) == "token"
    assert "'token'" not in transact(lambda: str(vars(board)))


def test_seeding_adds_dashboards_with_calls_to_each_user(
    capsys: pytest.CaptureFixture[str],
) -> None:
    transact(user_seeding.seed)
    transact(seeding.seed)
    assert capsys.readouterr().out.endswith("Seeding of dashboards is done!\n")
    boards = transact(lambda: list(repository.all()))
    assert len(boards) == 2 * len(user_seeding.NAMES)
    visits = transact(lambda: {board.aggregated_data()["total_visits"] for board in boards})
    assert visits == {500}
