"""Time slices are saved, listed and deleted; equal ones have one key."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from pydash_app import time_slice
from pydash_app.dashboard import repository as dashboards
from pydash_app.deletion import delete_dashboard
from pydash_app.time_slice import Content
from pydash_database import database_root, transact
from tests.pydash_web.support.running_site import (
    PASSWORD,
    Site,
    Visitor,
    empty_database,
    make_dashboard,
    make_user,
)

WEEK = {"minTime": "2018-04-23", "maxTime": "2018-04-30"}
FULL = "fullProcessing"


@pytest.fixture
def alice(lasting_site: Site) -> Visitor:
    transact(empty_database)
    lasting_site.forget_limits()
    make_user("Alice")
    visitor = lasting_site.visitor()
    assert visitor.sign_in("Alice").ok
    return visitor


def save(visitor: Visitor, shop: str, **fields: Any) -> Any:
    response = visitor.post(f"{shop}/slices", fields)
    assert response.ok, response.text
    return response.json()["slice"]


def listed(visitor: Visitor, shop: str) -> Any:
    return visitor.get(f"{shop}/slices").json()["slices"]


def test_it_is_shown_as_it_was_saved(alice: Visitor, shop: str) -> None:
    saved = save(alice, shop, name="Release", **WEEK, endpoint="foo", status_class="5xx")
    assert saved == {
        "timeSliceKey": saved["timeSliceKey"],
        "name": "Release",
        "minTime": "2018-04-23T00:00:00Z",
        "maxTime": "2018-04-30T00:00:00Z",
        "endpoint": "foo",
        "version": None,
        "ip": None,
        "group_by": None,
        "status_class": "5xx",
        "created": saved["created"],
    }
    assert alice.get(f"{shop}/slices/{saved['timeSliceKey']}").json() == saved
    assert listed(alice, shop) == [saved]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (WEEK, {"minTime": "2018-W17", "maxTime": "2018-04-30T00:00:00+00:00"}),
        (
            {"minTime": "2018-04-22T22:00Z"},
            {"minTime": "2018-04-23", "timezone": "Europe/Berlin"},
        ),
        ({"endpoint": "a", "version": "b"}, {"version": "b", "endpoint": "a"}),
        ({"group_by": ""}, {"group_by": "", "minTime": None, "ip": None}),
    ],
)
def test_equal_contents_have_one_key(
    alice: Visitor, shop: str, first: dict[str, Any], second: dict[str, Any]
) -> None:
    saved = save(alice, shop, **first)
    again = save(alice, shop, **second)
    assert again == saved
    renamed = save(alice, shop, **second, name="Renamed")
    assert renamed == {**saved, "name": "Renamed"}
    assert listed(alice, shop) == [renamed]


def test_the_order_of_filters_does_not_matter() -> None:
    one, other = {"ip": "::1", "version": "2"}, {"version": "2", "ip": "::1"}
    assert Content(filters=one).key == Content(filters=other).key


def test_different_contents_have_different_keys(alice: Visitor, shop: str) -> None:
    contents = [
        WEEK,
        {"minTime": WEEK["minTime"]},
        {"maxTime": WEEK["minTime"]},
        {"endpoint": "a"},
        {"version": "a"},
        {"endpoint": "a", "version": "a"},
        {**WEEK, "endpoint": "a"},
        {"group_by": ""},
        {},
    ]
    keys = [save(alice, shop, **each)["timeSliceKey"] for each in contents]
    assert len(set(keys)) == len(contents)
    # All but the full range are listed, the latest first.
    assert [each["timeSliceKey"] for each in listed(alice, shop)] == keys[-2::-1]


def test_the_full_range_has_a_fixed_key(alice: Visitor, shop: str) -> None:
    response = alice.post(f"{shop}/slices", {"name": "All"}).json()
    assert response["slice"]["timeSliceKey"] == FULL
    assert response["message"] == "This is the full range, which need not be saved."
    found = alice.get(f"{shop}/slices/{FULL}").json()
    assert (found["minTime"], found["maxTime"], found["created"]) == (None, None, None)
    assert listed(alice, shop) == []
    refused = alice.post(f"{shop}/slices/{FULL}/delete")
    assert refused.status_code == 400
    assert refused.json()["errors"] == {"timeSliceKey": ["The full range cannot be deleted."]}


def test_a_deleted_one_does_not_exist(alice: Visitor, shop: str) -> None:
    key = save(alice, shop, **WEEK)["timeSliceKey"]
    assert alice.post(f"{shop}/slices/{key}/delete").ok
    assert listed(alice, shop) == []
    for response in (
        alice.get(f"{shop}/slices/{key}"),
        alice.post(f"{shop}/slices/{key}/delete"),
        alice.get(f"{shop}/slices/%00"),
    ):
        assert response.status_code == 404
        assert response.json()["errors"] == {"timeSliceKey": ["Time slice not found."]}


@pytest.mark.parametrize(
    ("fields", "errors"),
    [
        ({"minTime": "yesterday", "maxTime": 5}, ["minTime", "maxTime"]),
        ({"minTime": "2018-04-30", "maxTime": "2018-04-23"}, ["maxTime"]),
        ({"minTime": "2018", "maxTime": "2018"}, ["maxTime"]),
        ({"minTime": "1969"}, ["minTime"]),
        ({"timezone": "Mars", "name": ""}, ["timezone", "name"]),
        ({"status_class": "9"}, ["status_class"]),
        ({"endpoint": 5, "version": [], "ip": "\x00", "group_by": "\ud800"},
         ["endpoint", "version", "ip", "group_by"]),
        ({"start_date": "2018"}, ["start_date"]),
    ],
)  # fmt: skip
def test_each_invalid_field_has_its_messages(
    alice: Visitor, shop: str, fields: dict[str, Any], errors: list[str]
) -> None:
    response = alice.post(f"{shop}/slices", fields)
    assert response.status_code == 400
    assert sorted(response.json()["errors"]) == sorted(errors)
    assert listed(alice, shop) == []


def test_the_number_is_limited(alice: Visitor, shop: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time_slice, "MAX_SLICES", 1)
    saved = save(alice, shop, **WEEK)
    response = alice.post(f"{shop}/slices", {"endpoint": "foo"})
    assert response.status_code == 400
    assert "1 time slices" in response.json()["message"]
    # What exists can still be saved again.
    assert save(alice, shop, **WEEK) == saved


def test_those_of_a_dashboard_go_with_it(alice: Visitor, shop: str) -> None:
    owner = UUID(alice.get("/api/user").json()["id"])
    other = f"/api/dashboards/{make_dashboard(owner)}"
    for path in (shop, other):
        save(alice, path, **WEEK)
    assert alice.post(f"{shop}/delete").ok
    assert len(listed(alice, other)) == 1
    assert transact(lambda: len(database_root()["time_slices"])) == 1


def test_those_of_an_account_go_with_it(alice: Visitor, shop: str) -> None:
    save(alice, shop, **WEEK)
    assert alice.post("/api/user/delete", {"password": PASSWORD}).ok
    assert transact(lambda: len(database_root()["time_slices"])) == 0


def test_none_is_added_to_a_dashboard_that_is_being_deleted(alice: Visitor, shop: str) -> None:
    key = UUID(shop.rpartition("/")[2])
    deleted: list[None] = []

    def add() -> None:
        dashboard = dashboards.find(key)
        content = Content(filters={"endpoint": "foo"})
        time_slice.save(dashboard, content, None, datetime.now(UTC))
        if not deleted:
            with ThreadPoolExecutor(1) as pool:
                deleted.append(pool.submit(transact, lambda: delete_dashboard(key)).result())

    with pytest.raises(KeyError):
        transact(add)
    assert transact(lambda: len(database_root()["time_slices"])) == 0
