"""Maintenance and muting through the API."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from pydash_app import maintenance
from pydash_app.dashboard import repository
from pydash_app.dashboard.entity import Dashboard
from pydash_database import transact
from tests.pydash_web.support.running_site import Visitor

DAILY = {
    "kind": "weekly",
    "weekdays": ["monday", "sunday"],
    "at": "02:30",
    "duration": 3600,
    "timezone": "Europe/Berlin",
}
MONTHLY = {"kind": "monthly", "day": 31, "at": "23:59", "duration": 60, "timezone": "UTC"}
NOW = {"kind": "now"}


def iso(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")


def once(hours_ago: float, hours: float) -> dict[str, str]:
    start = datetime.now(UTC) - timedelta(hours=hours_ago)
    return {"kind": "once", "start": iso(start), "end": iso(start + timedelta(hours=hours))}


def create(visitor: Visitor, schedule: dict[str, Any], **fields: Any) -> Any:
    body = {"name": "Upgrade", "schedule": schedule, **fields}
    response = visitor.post("/api/maintenance", body)
    assert response.ok, response.text
    return response.json()["window"]


def listed(visitor: Visitor) -> Any:
    return visitor.get("/api/maintenance").json()["maintenance"]


@pytest.mark.parametrize("schedule", [NOW, once(-1, 2), DAILY, MONTHLY])
def test_a_schedule_is_shown_as_it_was_entered(alice: Visitor, schedule: dict[str, Any]) -> None:
    window = create(alice, schedule)
    assert window["schedule"] == schedule
    assert listed(alice) == [window]
    assert (window["active"], window["ended"]) == (schedule == NOW, None)
    assert (window["next_start"] is None) == (schedule == NOW)
    again = alice.post(
        f"/api/maintenance/{window['id']}/change_settings", {"schedule": window["schedule"]}
    )
    assert again.ok, again.text


def test_it_lasts_until_it_is_stopped(alice: Visitor, shop: str) -> None:
    window = create(alice, NOW, dashboard_id=shop.rpartition("/")[2])
    assert alice.get(shop).json()["in_maintenance"] is True
    assert [each["in_maintenance"] for each in alice.get("/api/dashboards").json()] == [True]
    stopped = alice.post(f"/api/maintenance/{window['id']}/stop").json()["window"]
    assert (stopped["active"], stopped["since"]) == (False, None)
    assert stopped["ended"] > window["since"]
    assert alice.get(shop).json()["in_maintenance"] is False
    assert [each["in_maintenance"] for each in alice.get("/api/dashboards").json()] == [False]


def test_it_is_changed_and_deleted(alice: Visitor) -> None:
    window = create(alice, DAILY)
    path = f"/api/maintenance/{window['id']}"
    changed = alice.post(f"{path}/change_settings", {"name": "Move"}).json()["window"]
    assert changed == {**window, "name": "Move"}
    changed = alice.post(f"{path}/change_settings", {"schedule": NOW}).json()["window"]
    assert (changed["active"], changed["schedule"]) == (True, NOW)
    assert alice.post(f"{path}/delete").ok
    assert listed(alice) == []
    assert alice.post(f"{path}/delete").status_code == 404


@pytest.mark.parametrize(
    ("schedule", "field"),
    [
        ({"kind": "yearly"}, "schedule"),
        ({**NOW, "start": "2026-01-01"}, "schedule.now.start"),
        (once(0, 0), "schedule.once"),
        (once(0, 367 * 24), "schedule.once"),
        ({**once(0, 1), "end": 5}, "schedule.once.end"),
        ({**once(0, 1), "end": "tomorrow"}, "schedule.once.end"),
        ({**once(0, 1), "start": "0001-01-01T00:00:00+14:00"}, "schedule.once.start"),
        ({**once(0, 1), "end": "9999-12-31T23:59:59-12:00"}, "schedule.once.end"),
        ({**DAILY, "weekdays": []}, "schedule.weekly.weekdays"),
        ({**DAILY, "weekdays": ["Monday"]}, "schedule.weekly.weekdays.0"),
        ({**DAILY, "at": "24:00"}, "schedule.weekly.at"),
        ({**DAILY, "at": "02:30\n"}, "schedule.weekly.at"),
        ({**DAILY, "duration": 59}, "schedule.weekly.duration"),
        ({**DAILY, "duration": 604801}, "schedule.weekly.duration"),
        ({**DAILY, "timezone": "Europe/Atlantis"}, "schedule.weekly.timezone"),
        ({**DAILY, "timezone": "../../etc/passwd"}, "schedule.weekly.timezone"),
        ({**MONTHLY, "day": 0}, "schedule.monthly.day"),
        ({**MONTHLY, "day": 32}, "schedule.monthly.day"),
    ],
)
def test_an_invalid_schedule_is_refused_by_its_field(
    alice: Visitor, schedule: dict[str, Any], field: str
) -> None:
    body = {"name": "x", "schedule": schedule}
    response = alice.post("/api/maintenance", body)
    assert (response.status_code, list(response.json()["errors"])) == (400, [field])
    assert listed(alice) == []


def test_a_window_of_another_account_does_not_exist(alice: Visitor, charlie: Visitor) -> None:
    path = f"/api/maintenance/{create(alice, NOW)['id']}"
    for action, body in (("change_settings", {"name": "x"}), ("stop", None), ("delete", None)):
        assert charlie.post(f"{path}/{action}", body).status_code == 404
        bad = charlie.post(f"/api/maintenance/unknown/{action}", body)
        assert (bad.status_code, list(bad.json()["errors"])) == (400, ["window_id"])
    assert listed(charlie) == []
    assert [each["active"] for each in listed(alice)] == [True]


def test_a_dashboard_of_another_account_does_not_exist(charlie: Visitor, shop: str) -> None:
    for key, status in ((shop.rpartition("/")[2], 404), (str(uuid4()), 404), ("x", 400)):
        body = {"name": "x", "schedule": NOW, "dashboard_id": key}
        assert charlie.post("/api/maintenance", body).status_code == status


def test_the_number_is_limited(alice: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(maintenance, "MAX_WINDOWS", 1)
    create(alice, NOW)
    response = alice.post("/api/maintenance", {"name": "x", "schedule": NOW})
    assert response.status_code == 400
    assert "1 maintenance windows" in response.json()["message"]


def test_it_is_taken_out_of_the_uptime(alice: Visitor, shop: str) -> None:
    """Down for two of ten hours, one of which is planned."""
    begun = datetime.now(UTC) - timedelta(hours=10)

    def ping(dashboard: Dashboard) -> None:
        for minute in range(0, 600, 5):
            latency = None if 120 <= minute < 240 else 20.0
            dashboard.downtime.record(begun + timedelta(minutes=minute), latency)

    def shown() -> Any:
        params = {"start_date": (begun - timedelta(days=1)).date().isoformat()}
        return alice.get(f"{shop}/downtime", params=params).json()

    transact(lambda: ping(repository.find(shop.rpartition("/")[2])))
    assert shown()["downtime_percentage"] == pytest.approx(20, abs=0.5)
    create(alice, once(7, 1), dashboard_id=shop.rpartition("/")[2])
    # Other apps do not count.
    other = alice.post("/api/maintenance", {"name": "x", "schedule": once(8, 1)}).json()["window"]
    alice.post(f"/api/maintenance/{other['id']}/delete")
    downtime = shown()
    expected = pytest.approx(100 / 9, abs=0.5)
    assert downtime["downtime_percentage"] == expected
    assert sum(downtime["total_downtimes"].values()) == pytest.approx(3600, abs=5)
    [outage] = downtime["downtime_intervals"]
    assert outage["seconds"] == pytest.approx(3600, abs=5)
    assert alice.get(shop).json()["downtime_percentage"] == expected
    [listed_one] = alice.get("/api/dashboards").json()
    assert listed_one["downtime_percentage"] == expected


class TestMute:
    @pytest.mark.parametrize("seconds", [1, 3600])
    def test_for_some_seconds(self, alice: Visitor, shop: str, seconds: int) -> None:
        before = datetime.now(UTC)
        shown = alice.post(f"{shop}/mute", {"seconds": seconds}).json()["dashboard"]
        until = datetime.fromisoformat(shown["muted_until"]) - timedelta(seconds=seconds)
        assert before <= until <= datetime.now(UTC)
        assert shown["muted_until_resolved"] is False
        assert self.is_muted(shop)
        assert not self.is_muted(shop, timedelta(seconds=seconds))
        shown = alice.post(f"{shop}/mute", {"seconds": 0}).json()["dashboard"]
        assert shown["muted_until"] is None
        assert not self.is_muted(shop)

    def test_until_a_time(self, alice: Visitor, shop: str) -> None:
        until = iso(datetime.now(UTC) + timedelta(days=2))
        shown = alice.post(f"{shop}/mute", {"until": until}).json()["dashboard"]
        assert shown["muted_until"] == until

    def test_until_nothing_is_wrong(self, alice: Visitor, shop: str) -> None:
        alice.post(f"{shop}/mute", {"seconds": 60})
        shown = alice.post(f"{shop}/mute", {"until_resolved": True}).json()["dashboard"]
        assert (shown["muted_until"], shown["muted_until_resolved"]) == (None, True)
        assert self.is_muted(shop, timedelta(days=900))
        alice.post(f"{shop}/mute", {"seconds": 0})
        assert not self.is_muted(shop)

    @pytest.mark.parametrize(
        "body",
        [
            {},
            {"seconds": -1},
            {"seconds": 366 * 86_400 + 1},
            {"seconds": 60, "until_resolved": True},
            {"until": "yesterday"},
            {"until": "9999-12-31T23:59:59Z"},
            {"until_resolved": False},
        ],
    )
    def test_anything_else_is_refused(
        self, alice: Visitor, shop: str, body: dict[str, Any]
    ) -> None:
        assert alice.post(f"{shop}/mute", body).status_code == 400
        assert not self.is_muted(shop)

    def is_muted(self, shop: str, after: timedelta = timedelta()) -> bool:
        dashboard = repository.find(shop.rpartition("/")[2])
        return transact(lambda: dashboard.is_muted(datetime.now(UTC) + after))
