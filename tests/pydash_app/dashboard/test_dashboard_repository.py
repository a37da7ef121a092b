"""The repository finds dashboards by id and owner, and notifies the fetcher of changes."""

import doctest
from functools import partial
from threading import Thread
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


def test_every_change_is_noticed(alice: User) -> None:
    seen = [transact(repository.last_change)]
    board = add(alice.id)
    for change in (
        lambda: repository.update(board),
        lambda: repository.request_fetch(board.id),
        lambda: repository.request_fetch(board.id),
        lambda: repository.delete(board),
        repository.clear_all,
    ):
        seen.append(transact(repository.last_change))
        transact(change)
    seen.append(transact(repository.last_change))
    assert len(set(seen)) == len(seen)
    assert None not in seen


def test_fetch_requests_are_deleted_unless_one_was_repeated(alice: User) -> None:
    board = add(alice.id)
    transact(lambda: repository.request_fetch(board.id))
    seen = transact(repository.last_change)
    transact(lambda: repository.request_fetch(board.id))
    transact(lambda: repository.delete_fetch_requests(seen))
    assert transact(repository.fetch_requests) == [board.id]
    seen = transact(repository.last_change)
    transact(lambda: repository.delete_fetch_requests(seen))
    assert transact(repository.fetch_requests) == []


def test_a_fetch_request_that_is_repeated_during_the_deletion_stays(alice: User) -> None:
    board = add(alice.id)
    transact(lambda: repository.request_fetch(board.id))
    seen = transact(repository.last_change)
    repetition = Thread(
        target=lambda: transact(lambda: repository.request_fetch(board.id)), daemon=True
    )

    def delete() -> None:
        repository.delete_fetch_requests(seen)
        if repetition.ident is None:
            repetition.start()
            repetition.join()

    transact(delete)
    assert transact(repository.fetch_requests) == [board.id]


def test_how_often_dashboards_are_pinged_is_found_without_loading_them(alice: User) -> None:
    boards = [add(alice.id) for _ in range(3)]

    def monitor(board: Dashboard, *, monitored: bool) -> None:
        board.monitor_downtime = monitored
        repository.update(board)

    assert transact(repository.ping_intervals) == {}
    for board in boards[:2]:
        transact(partial(monitor, board, monitored=True))
    assert transact(repository.ping_intervals) == {board.id: 0 for board in boards[:2]}
    transact(partial(monitor, boards[0], monitored=False))
    transact(lambda: repository.delete(boards[1]))
    assert transact(repository.ping_intervals) == {}
    assert transact(repository.ids) == {boards[0].id, boards[2].id}


def test_a_deleted_dashboard_leaves_no_fetch_request_behind(alice: User) -> None:
    board = add(alice.id)
    transact(lambda: repository.request_fetch(board.id))
    transact(lambda: repository.delete(board))
    assert transact(repository.fetch_requests) == []


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
