"""Read-only links, and what their panels grant."""

from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import combinations

import pytest

from pydash_app import deletion, links, share
from pydash_app.dashboard import repository as dashboards
from pydash_app.dashboard.entity import Dashboard
from pydash_app.errors import Forbidden, InvalidInput, NotFound
from pydash_app.share import Panel, ShareLink, repository
from pydash_app.share.panels import grant_of
from pydash_app.user.entity import User
from pydash_cube.vocabulary import CallField, StatisticName
from pydash_database import database_root, transact

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
DAY = timedelta(days=1)
# What identifies people.
PERSONAL_FIELDS = {CallField.IP, CallField.GROUP_BY}
PERSONAL_STATISTICS = {StatisticName.VISITS_PER_IP, StatisticName.UNIQUE_VISITORS}


@pytest.fixture
def shop(alice: User) -> Dashboard:
    def add() -> Dashboard:
        dashboard = Dashboard("http://shop.example", "token", alice.id, "Shop")
        dashboards.add(dashboard)
        return dashboard

    return transact(add)


def make(shop: Dashboard, lifetime: timedelta | None = DAY, name: str = "Investors") -> str:
    panels = [Panel.REQUESTS, Panel.FIGURES]
    return transact(lambda: share.create(shop, name, panels, lifetime, NOW)[1])


def opened(token: str, at: datetime) -> ShareLink:
    return transact(lambda: share.find(token, at)[0])


def test_a_link_opens_its_dashboard_until_it_expires(shop: Dashboard) -> None:
    token = make(shop)
    link, dashboard = transact(lambda: share.find(token, NOW + DAY - timedelta(microseconds=1)))
    assert dashboard.id == shop.id
    assert link.panels == (Panel.FIGURES, Panel.REQUESTS), "in the order of the page"
    assert token.startswith(link.prefix)
    assert len(token) - len(link.prefix) > 38, "232 bits are left"
    with pytest.raises(NotFound):
        opened(token, NOW + DAY)


def test_a_link_without_expiry_stays_valid(shop: Dashboard) -> None:
    token = make(shop, lifetime=None)
    transact(lambda: links.drop_expired(NOW + 10_000 * DAY))
    assert opened(token, NOW + 10_000 * DAY).expires is None


def test_an_expired_link_is_listed_until_it_is_revoked(shop: Dashboard) -> None:
    make(shop)
    transact(lambda: links.drop_expired(NOW + 2 * DAY))
    [link] = transact(lambda: share.listed(shop))
    transact(lambda: share.revoke(shop, link.id))
    assert transact(lambda: share.listed(shop)) == []


@pytest.mark.parametrize("what", ["dashboard", "account"])
def test_links_are_deleted_with(what: str, shop: Dashboard, alice: User) -> None:
    tokens = [make(shop), make(shop, lifetime=None)]
    if what == "dashboard":
        transact(lambda: deletion.delete_dashboard(shop.id))
    else:
        transact(lambda: deletion.delete_account(alice))
    for token in tokens:
        with pytest.raises(NotFound):
            opened(token, NOW)
    assert transact(lambda: len(database_root()["share_links"])) == 0
    assert transact(lambda: len(database_root()["links"])) == 0


def test_a_dashboard_has_a_maximum_number_of_links(shop: Dashboard) -> None:
    for number in range(share.MAX_LINKS):
        make(shop, name=str(number))
    with pytest.raises(InvalidInput, match="has 20 links"):
        make(shop)
    names = [link.name for link in transact(lambda: share.listed(shop))]
    assert sorted(names, key=int) == [str(number) for number in range(share.MAX_LINKS)]


def test_use_is_recorded_to_the_minute(shop: Dashboard) -> None:
    token = make(shop)
    link = opened(token, NOW)
    for seconds, recorded in ((0, 0), (59, 0), (60, 60)):
        transact(partial(share.use, link.id, NOW + timedelta(seconds=seconds)))
        assert opened(token, NOW).last_used == NOW + timedelta(seconds=recorded)


def test_the_use_of_a_revoked_link_is_not_recorded(shop: Dashboard) -> None:
    link = opened(make(shop), NOW)
    transact(lambda: share.revoke(shop, link.id))
    transact(lambda: share.use(link.id, NOW))
    assert transact(lambda: repository.find(link.id)) is None


@pytest.mark.parametrize("size", range(1, len(Panel) + 1))
def test_no_choice_of_panels_grants_what_identifies_people(size: int) -> None:
    for panels in combinations(Panel, size):
        grant = grant_of(panels)
        assert not grant.fields & PERSONAL_FIELDS
        assert not grant.statistics & PERSONAL_STATISTICS
        # Names of endpoints and versions come with their panels only.
        assert (CallField.ENDPOINT in grant.fields) == (Panel.ENDPOINTS in panels)
        assert (CallField.VERSION in grant.fields) == (Panel.VERSIONS in panels)


def test_only_what_panels_show_can_be_queried(shop: Dashboard) -> None:
    link = opened(make(shop), NOW)
    share.check(link, [StatisticName.ERROR_RATE], [CallField.STATUS_CLASS])
    for statistics, fields in (
        ([StatisticName.SLOWEST_MEASURED], []),
        ([StatisticName.TOTAL_VISITS, StatisticName.UNIQUE_VISITORS], []),
        ([StatisticName.TOTAL_VISITS], [CallField.STATUS_CLASS, CallField.IP]),
    ):
        with pytest.raises(Forbidden, match="This link does not show"):
            share.check(link, statistics, fields)
