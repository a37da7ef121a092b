"""What a page shows, and what it never does."""

from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime, timedelta
from functools import partial

import pytest

from pydash_app import deletion, maintenance
from pydash_app.alert import repository as alerts
from pydash_app.alert import rules, slow_or_failing
from pydash_app.alert.condition import Above, AnyCondition, Certificate
from pydash_app.alert.entity import Alert
from pydash_app.alert.evaluation import follow
from pydash_app.alert.machine import Outcome, Reading, State, step
from pydash_app.dashboard import repository as dashboards
from pydash_app.dashboard.downtime import Failure
from pydash_app.dashboard.entity import Dashboard
from pydash_app.maintenance.entity import Window
from pydash_app.maintenance.schedule import Once
from pydash_app.status_page import managing, repository
from pydash_app.status_page.entity import Impact, Incident, IncidentState, StatusPage, new_update
from pydash_app.status_page.overview import Overview, history, overview
from pydash_app.user.entity import User
from pydash_cube.vocabulary import StatisticName
from pydash_database import transact
from pydash_http import FailureKind
from tests.pydash_app.status_page.conftest import DAY, MINUTE, NOW

HOUR = timedelta(hours=1)
Make = Callable[..., Dashboard]
MakePage = Callable[..., StatusPage]


def seen(page: StatusPage, now: datetime = NOW) -> Overview:
    return transact(lambda: overview(page, now))


def statuses(page: StatusPage, now: datetime = NOW) -> list[str]:
    shown = seen(page, now)
    return [shown.status.value, *(group.status.value for group in shown.groups)]


def add(page: StatusPage, owner: User, state: str = "investigating", **how: object) -> Incident:
    """Publish an incident that began some days ago."""
    began = NOW - DAY * float(str(how.pop("days_ago", 0)))
    update = new_update(IncidentState(state), "Text", began)
    apps = frozenset(app.id for app in how.pop("apps", ()))  # type: ignore[attr-defined]
    incident = Incident("Slow", began, update, Impact(str(how.pop("impact", "none"))), apps)

    def publish() -> None:
        managing.open_incident(page, incident, owner, began, notify=False)

    transact(publish)
    return incident


def fire(owner: User, dashboard: Dashboard, condition: AnyCondition, severity: str) -> None:
    def make() -> None:
        rule = rules.create(owner, condition, {"dashboard_id": dashboard.id, "severity": severity})
        taken = step(rule.timing, State(), Reading(Outcome.MET), NOW - DAY)
        taken = step(rule.timing, taken.state, Reading(Outcome.MET), NOW)
        assert taken.episode is not None
        alert = Alert(rule, dashboard, taken.episode)
        alert.fired = NOW
        alerts.add_alert(alert)
        follow(alert, taken, (), NOW)

    transact(make)


@pytest.mark.parametrize(
    ("outcomes", "status"),
    [
        ("", "unknown"),
        ("+", "operational"),
        ("+--", "operational"),
        ("+---", "major_outage"),
        ("---+", "major_outage"),
        ("---++", "operational"),
    ],
)
def test_pings_decide_about_an_app(
    make_app: Make, make_page: MakePage, outcomes: str, status: str
) -> None:
    page = make_page(make_app("shop", outcomes))
    assert statuses(page) == [status, status]
    # What was found long ago says nothing.
    assert statuses(page, NOW + HOUR) == ["unknown", "unknown"]


def test_the_worst_of_several_apps_makes_a_partial_outage(
    make_app: Make, make_page: MakePage
) -> None:
    page = make_page(make_app("up"), make_app("down", "---"), make_app("unknown", ""))
    assert statuses(page) == ["partial_outage", "operational", "major_outage", "unknown"]


def test_an_incident_makes_an_app_worse_but_not_better(
    alice: User, make_app: Make, make_page: MakePage
) -> None:
    up, down, unknown = make_app("up"), make_app("down", "---"), make_app("unknown", "")
    page = make_page(up, down, unknown)
    incident = add(page, alice, impact="degraded")
    assert statuses(page)[1:] == ["degraded", "major_outage", "degraded"]
    transact(lambda: setattr(incident, "apps", frozenset({up.id})))
    assert statuses(page)[1:] == ["degraded", "major_outage", "unknown"]
    transact(lambda: setattr(incident, "published", None))
    assert statuses(page)[1:] == ["operational", "major_outage", "unknown"]
    transact(lambda: setattr(incident, "published", NOW))
    update = new_update(IncidentState.RESOLVED, "Done", NOW)
    transact(lambda: managing.post(page, incident, update, alice, notify=False))
    assert statuses(page)[1:] == ["operational", "major_outage", "unknown"]


def test_maintenance_explains_an_outage_and_its_name_is_not_shown(
    alice: User, make_app: Make, make_page: MakePage
) -> None:
    shop, blog = make_app("shop", "---"), make_app("blog")
    page = make_page(shop, blog)
    for start, end in ((NOW - HOUR, NOW + HOUR), (NOW + DAY, None), (NOW + 30 * DAY, None)):
        window = Window(alice.id, "internal move of db7", Once(start, end), NOW, shop.id)
        transact(partial(maintenance.add, window))
    assert statuses(page) == ["maintenance", "maintenance", "operational"]
    planned = seen(page).maintenance
    assert [(each.apps, each.start, each.end) for each in planned] == [
        (["Shop"], NOW - HOUR, NOW + HOUR),
        (["Shop"], NOW + DAY, None),
    ]
    assert "db7" not in repr(asdict(seen(page)))


def test_alerts_about_values_degrade_an_app(
    alice: User, make_app: Make, make_page: MakePage
) -> None:
    slow = Above(statistic=StatisticName.ERROR_RATE, window=300, threshold=5)
    one, two, three = make_app("one"), make_app("two"), make_app("three")
    page = make_page(one, two, three)
    fire(alice, one, slow, "warning")
    fire(alice, two, slow, "info")
    fire(alice, three, Certificate(days=14), "critical")
    assert transact(lambda: slow_or_failing(alice.id)) == {one.id}
    assert statuses(page) == ["degraded", "degraded", "operational", "operational"]


def test_it_shows_ninety_days_and_leaves_maintenance_out(
    alice: User, make_app: Make, make_page: MakePage
) -> None:
    # 49 pings, one an hour: down from 10 to 20 hours ago.
    app = make_app("shop", "+" * 28 + "-" * 10 + "+" * 11, HOUR)
    (shown,) = seen(make_page(app)).groups[0].apps
    assert len(shown.days) == 90
    assert (shown.days[0].day, shown.days[-1].day) == ((NOW - 89 * DAY).date(), NOW.date())
    assert sum((each.downtime for each in shown.days), timedelta()) == 10 * HOUR
    assert shown.days[0].percentage is None
    assert shown.uptime == pytest.approx(100 * 38 / 48)
    window = Window(alice.id, "x", Once(NOW - 20 * HOUR, NOW - 15 * HOUR), NOW)
    transact(lambda: maintenance.add(window))
    again = seen(transact(lambda: repository.of_owner(alice.id))[0]).groups[0].apps[0]
    assert again.uptime == pytest.approx(100 * 38 / 43)


def test_incidents_are_listed_by_whether_they_last_and_by_month(
    alice: User, make_app: Make, make_page: MakePage
) -> None:
    page = make_page(make_app("shop"))
    old_but_open = add(page, alice, days_ago=100)
    recent, old = (add(page, alice, "resolved", days_ago=each) for each in (2, 40))
    post_mortem = add(page, alice, "post_mortem", days_ago=3)
    draft = add(page, alice, days_ago=1)
    transact(lambda: setattr(draft, "published", None))
    shown = seen(page)
    assert [each.id for each in shown.incidents] == [old_but_open.id]
    assert [each.id for each in shown.past] == [recent.id, post_mortem.id]
    month = datetime(2026, 1, 1, tzinfo=NOW.tzinfo)
    found = transact(lambda: history(page, month, month + 31 * DAY))
    assert [each.id for each in found] == [old.id]
    assert transact(lambda: page.oldest) == old_but_open.began


def test_a_draft_tells_when_an_app_was_down_but_not_why(
    alice: User, make_app: Make, make_page: MakePage
) -> None:
    app = make_app("shop", "+" + "-" * 5 + "++" + "-" * 3)
    page = make_page(app)
    cause = Failure(FailureKind.REFUSED, "http://10.1.2.3/internal refused the connection")
    transact(lambda: setattr(dashboards.find(app.id).downtime, "last_failure", cause))
    lasting, ended = transact(lambda: managing.outages(page, NOW))
    assert (lasting.start, lasting.end) == (NOW - 2 * MINUTE, None)
    assert ended.end is not None
    assert ended.end - ended.start == 5 * MINUTE

    def draft(start: datetime) -> Incident:
        return transact(lambda: managing.draft(page, app.id, start, NOW))

    first, second = draft(lasting.start), draft(ended.start)
    assert (first.title, first.state, first.published) == (
        "Shop is unavailable",
        "investigating",
        None,
    )
    assert (second.title, second.state) == ("Shop was unavailable", "resolved")
    assert "(5 min)" in second.updates[0].text
    assert draft(lasting.start) is first
    assert seen(page).incidents == []
    for incident in (first, second):
        transact(partial(managing.publish, page, incident, alice, NOW, notify=False))
    assert [each.id for each in seen(page).incidents] == [first.id]


def test_it_contains_nothing_internal(alice: User, make_app: Make, make_page: MakePage) -> None:
    app, other = make_app("shop", "---"), make_app("other")
    page = make_page(app)
    add(page, alice, apps=[app], impact="major_outage")
    text = repr(asdict(seen(page)))
    for secret in (
        "internal",
        "10.1.2.3",
        "token",
        str(app.id),
        str(other.id),
        str(alice.id),
        "Alice",
    ):
        assert secret not in text


def test_a_deleted_dashboard_leaves_its_pages(
    alice: User, make_app: Make, make_page: MakePage
) -> None:
    shop, blog = make_app("shop", "---"), make_app("blog")
    page = make_page(shop, blog)
    incident = add(page, alice, impact="major_outage", apps=[shop])
    transact(lambda: managing.draft(page, shop.id, NOW - 2 * MINUTE, NOW))
    transact(lambda: deletion.delete_dashboard(shop.id))
    assert statuses(page) == ["operational", "unknown", "operational"]
    assert transact(lambda: [app.name for app in page.apps]) == ["Blog"]
    # It does not become an incident of all others.
    assert (incident.apps, incident.impact) == (frozenset(), Impact.NONE)
    assert transact(lambda: [each.outage for each in page.incidents()]) == [None, None]


def test_badges_keep_their_address_when_groups_change(
    alice: User, make_app: Make, make_page: MakePage
) -> None:
    shop, blog = make_app("shop"), make_app("blog")
    page = make_page(shop)
    (before,) = page.apps
    groups = [("All", [(blog.id, "Blog"), (shop.id, "Our shop")])]
    transact(lambda: managing.change(page, alice, managing.Settings(groups=groups)))
    assert [app.key for app in page.apps][1] == before.key
    assert str(shop.id) not in before.key


def test_a_deleted_account_leaves_nothing(alice: User, make_app: Make, make_page: MakePage) -> None:
    page = make_page(make_app("shop"))
    add(page, alice)
    transact(lambda: deletion.delete_account(alice))
    assert transact(lambda: repository.find_by_slug("acme")) is None
