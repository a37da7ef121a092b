"""The numbers in the responses of the API, against numbers computed by hand."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from statistics import pstdev
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import pytest

from pydash_app.dashboard import repository
from pydash_app.dashboard.endpoint_call import EndpointCall
from pydash_app.dashboard.retention import Retention
from pydash_app.dashboard.services.retention import drop_expired
from pydash_cube import result, span
from pydash_cube.table import SQUARES
from pydash_cube.vocabulary import MAX_DISTINCT, CallField, StatisticName
from pydash_database import transact
from tests.pydash_web.support.running_site import Site, Visitor, make_dashboard, make_user

Request = Callable[..., Any]

FIVE_NUMBERS = {
    # What the documented example of a dashboard says of these five calls.
    "total_visits": 5,
    "total_execution_time": 1.2,
    "average_execution_time": 0.24,
    "standard_deviation_execution_time": 0.0184**0.5,
    "visits_per_ip": {"127.0.0.1": 4, "127.0.0.2": 1},
    "unique_visitors": 2,
    "fastest_measured_execution_time": 0.1,
    "slowest_measured_execution_time": 0.5,
    "median_execution_time": 0.2,
    "versions": ["0.1", "0.2"],
    "error_rate": 0.25,
    "first_call": "2018-04-23T15:29:23+00:00",
    "last_call": "2018-04-25T15:29:23+00:00",
}


@pytest.fixture(scope="module")
def alice(lasting_site: Site) -> Visitor:
    make_user("Alice")
    visitor = lasting_site.visitor()
    assert visitor.sign_in("Alice").ok
    return visitor


@pytest.fixture(scope="module")
def shop(alice: Visitor) -> str:
    owner = UUID(alice.get("/api/user").json()["id"])
    return f"/api/dashboards/{make_dashboard(owner)}"


@pytest.fixture(scope="module")
def without_calls(alice: Visitor) -> str:
    owner = UUID(alice.get("/api/user").json()["id"])
    return f"/api/dashboards/{make_dashboard(owner, list)}"


@pytest.fixture(scope="module")
def statistic_of(alice: Visitor, shop: str) -> Request:
    """Request a statistic, and expect it."""

    def statistic_of(statistic: str, **parameters: str) -> Any:
        response = alice.get(
            f"{shop}/statistic?{urlencode({'statistic': statistic, **parameters})}"
        )
        assert response.status_code == 200, response.text
        return response.json()

    return statistic_of


@pytest.fixture(scope="module")
def refuse(alice: Visitor, shop: str) -> Request:
    """Request a statistic, and expect an error that names the parameter."""

    def refuse(path: str = shop, **parameters: str) -> str:
        response = alice.get(f"{path}/statistic?{urlencode(parameters)}")
        assert response.status_code == 400, response.text
        [name] = response.json()["errors"]
        assert response.json()["message"].startswith(name)
        return str(name)

    return refuse


class TestOneValue:
    @pytest.mark.parametrize("statistic", FIVE_NUMBERS)
    def test_it_is_correct(self, statistic_of: Request, statistic: str) -> None:
        expected = FIVE_NUMBERS[statistic]
        if isinstance(expected, float):
            expected = pytest.approx(expected)
        assert statistic_of(statistic) == expected

    def test_all_statistics_can_be_requested_at_once(self, statistic_of: Request) -> None:
        assert set(statistic_of(",".join(StatisticName))) == set(StatisticName)

    def test_without_calls_counts_are_0_and_times_null(
        self, alice: Visitor, without_calls: str
    ) -> None:
        names = "total_visits,unique_visitors,visits_per_ip,median_execution_time,error_rate"
        response = alice.get(f"{without_calls}/statistic?statistic={names}").json()
        assert list(response.values()) == [0, 0, {}, None, None]


class TestRangesAndFilters:
    @pytest.mark.parametrize(
        ("start", "end", "visits"),
        [
            ("2018-04-25T15:29:23", "2018-04-25T15:29:24", 3),
            ("2018-04-25T15:29:23Z", "2018-04-25T17:29:23+02:00", 0),
            ("2018-04-24", "2018-04-25", 1),
            ("2018-W17", "2018-W18", 5),
            ("2018-04", "2018-05", 5),
            ("2018", "2019", 5),
            ("2018-04-25T15", "2018-04-25T16", 3),
            ("2018-04-25T15:29", "2018-04-25T15:45", 3),
            ("20180424T152923", "20180425T152923", 1),
        ],
    )
    def test_the_start_is_inclusive_and_the_end_exclusive(
        self, statistic_of: Request, start: str, end: str, visits: int
    ) -> None:
        assert statistic_of("total_visits", start_date=start, end_date=end) == visits

    def test_a_start_in_the_future_is_an_empty_range(self, statistic_of: Request) -> None:
        assert statistic_of("total_visits", start_date="2999") == 0
        slices = {"timeslice": "day", "timeslice_is_static": "true"}
        assert statistic_of("total_visits", start_date="2999", **slices) == {}

    @pytest.mark.parametrize(
        ("filters", "visits"),
        [
            ({"endpoint": "bar/baz"}, 3),
            ({"version": "0.2"}, 1),
            ({"ip": "127.0.0.2"}, 1),
            ({"group_by": "ann"}, 4),
            ({"status_class": "5xx"}, 1),
            ({"status_class": "unknown"}, 1),
            ({"endpoint": "foo", "ip": "127.0.0.1", "version": "0.1", "group_by": "ann"}, 1),
            ({"endpoint": "nobody calls it"}, 0),
        ],
    )
    def test_filters_combine(
        self, statistic_of: Request, filters: dict[str, str], visits: int
    ) -> None:
        assert statistic_of("total_visits", **filters) == visits


class TestSlices:
    def test_every_slice_of_the_range_is_present_in_order(self, statistic_of: Request) -> None:
        days = statistic_of(
            "total_visits", timeslice="day", timeslice_is_static="true",
            start_date="2018-04-22", end_date="2018-04-27",
        )  # fmt: skip
        assert list(days.items()) == [
            ("2018-04-22", 0),
            ("2018-04-23", 1),
            ("2018-04-24", 1),
            ("2018-04-25", 3),
            ("2018-04-26", 0),
        ]

    @pytest.mark.parametrize(
        ("timeslice", "label"),
        [
            ("year", "2018"),
            ("month", "2018-04"),
            ("week", "2018-W17"),
            ("day", "2018-04-25"),
            ("hour", "2018-04-25T15"),
            ("minute", "2018-04-25T15:29"),
        ],
    )
    def test_static_slices_are_labelled_by_the_calendar(
        self, statistic_of: Request, timeslice: str, label: str
    ) -> None:
        slices = statistic_of(
            "total_visits", timeslice=timeslice, timeslice_is_static="TRUE",
            start_date="2018-04-25T15:29", end_date="2018-04-25T15:30",
        )  # fmt: skip
        assert slices == {label: 3}

    def test_a_partial_slice_is_limited_to_the_range(self, statistic_of: Request) -> None:
        slices = statistic_of(
            "total_visits", timeslice="week", timeslice_is_static="true",
            start_date="2018-04-24", end_date="2018-04-25T15:29:23",
        )  # fmt: skip
        assert slices == {"2018-W17": 1}

    def test_dynamic_slices_begin_at_the_start(self, statistic_of: Request) -> None:
        slices = statistic_of(
            "total_visits", timeslice="day", timeslice_is_static="False",
            start_date="2018-04-23T12:00", end_date="2018-04-26T12:00",
        )  # fmt: skip
        assert slices == {"2018-04-23T12:00": 1, "2018-04-24T12:00": 1, "2018-04-25T12:00": 3}

    def test_several_statistics_are_an_object_by_name(self, statistic_of: Request) -> None:
        response = statistic_of(
            "total_visits,median_execution_time", timeslice="year", timeslice_is_static="true",
            start_date="2017", end_date="2019",
        )  # fmt: skip
        assert response["total_visits"] == {"2017": 0, "2018": 5}
        assert response["median_execution_time"] == {"2017": None, "2018": pytest.approx(0.2)}

    def test_by_default_they_reach_from_the_first_call_to_now(self, statistic_of: Request) -> None:
        years = list(statistic_of("total_visits", timeslice="year", timeslice_is_static="true"))
        assert years[0] == "2018"
        assert years[-1] >= "2026"

    def test_without_calls_there_are_zeros(self, alice: Visitor, without_calls: str) -> None:
        query = "statistic=total_visits&timeslice=day&timeslice_is_static=true"
        path = f"{without_calls}/statistic?{query}&start_date=2018-04-25&end_date=2018-04-27"
        assert alice.get(path).json() == {"2018-04-25": 0, "2018-04-26": 0}


class TestBreakdown:
    def test_it_is_nested_by_value_the_largest_first(self, statistic_of: Request) -> None:
        response = statistic_of("total_visits", breakdown="endpoint")
        assert list(response.items()) == [("bar/baz", 3), ("foo", 2)]

    def test_it_takes_two_fields_and_slices(self, statistic_of: Request) -> None:
        response = statistic_of(
            "total_visits", breakdown="ip,version", timeslice="year", timeslice_is_static="true",
            start_date="2018", end_date="2019",
        )  # fmt: skip
        assert response == {
            "127.0.0.1": {"0.1": {"2018": 3}, "0.2": {"2018": 1}},
            "127.0.0.2": {"0.1": {"2018": 1}},
        }

    def test_top_keeps_the_largest(self, statistic_of: Request) -> None:
        assert statistic_of("slowest_measured_execution_time", breakdown="ip", top="1") == {
            "127.0.0.1": pytest.approx(0.5)
        }

    def test_more_values_than_fit_into_memory_are_refused(
        self, statistic_of: Request, refuse: Request, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(result, "MAX_VALUES", 2 * 4)
        years = {
            "statistic": "total_visits", "breakdown": "endpoint", "timeslice": "year",
            "timeslice_is_static": "true", "start_date": "2018",
        }  # fmt: skip
        assert len(statistic_of(**years, end_date="2022")["foo"]) == 4
        assert refuse(**years, end_date="2023") == "timeslice"
        assert list(statistic_of(**years, end_date="2023", top="1")) == ["bar/baz"]

    def test_it_serves_queries_of_pages_but_not_ten_times_as_much(
        self, statistic_of: Request, refuse: Request
    ) -> None:
        minutes = {
            "breakdown": "endpoint", "timeslice": "minute", "timeslice_is_static": "true",
            "start_date": "2018-04-25", "end_date": "2018-05-01T22:00",
        }  # fmt: skip
        assert len(statistic_of("total_visits", **minutes)["foo"]) == 9_960
        assert refuse(statistic=",".join(StatisticName), **minutes) == "timeslice"

    def test_without_calls_there_is_no_group(self, alice: Visitor, without_calls: str) -> None:
        path = f"{without_calls}/statistic?statistic=total_visits&breakdown=endpoint"
        assert alice.get(path).json() == {}


class TestRefusals:
    """A wrong parameter is a 400 that names it, calls or not."""

    @pytest.mark.parametrize("path", ["shop", "without_calls"])
    @pytest.mark.parametrize(
        ("wrong", "parameters"),
        [
            ("statistic", {}),
            ("statistic", {"statistic": ""}),
            ("statistic", {"statistic": "total_visits,"}),
            ("statistic", {"statistic": "made_up"}),
            ("start_date", {"start_date": "yesterday"}),
            ("start_date", {"start_date": "2018-13"}),
            ("start_date", {"start_date": "2018-02-30"}),
            ("start_date", {"start_date": "0001"}),
            ("end_date", {"end_date": "2018-04-25T25"}),
            ("end_date", {"end_date": "9999-12-31"}),
            ("end_date", {"start_date": "2018-05", "end_date": "2018-04"}),
            ("timeslice", {"timeslice": "century", "timeslice_is_static": "true"}),
            ("timeslice_is_static", {"timeslice": "day"}),
            ("timeslice_is_static", {"timeslice": "day", "timeslice_is_static": "1"}),
            ("timeslice_is_static", {"timeslice": "month", "timeslice_is_static": "false"}),
            ("timeslice_is_static", {"timeslice": "year", "timeslice_is_static": "false"}),
            ("timeslice", {"timeslice": "minute", "timeslice_is_static": "true",
                           "start_date": "2018", "end_date": "2019"}),
            ("breakdown", {"breakdown": "weather"}),
            ("breakdown", {"breakdown": "endpoint,ip,version"}),
            ("top", {"top": "0"}),
            ("top", {"top": "many"}),
            ("status_class", {"status_class": "9"}),
            ("startdate", {"startdate": "2018"}),
        ],
    )  # fmt: skip
    def test_it_names_the_parameter(
        self,
        refuse: Request,
        request: pytest.FixtureRequest,
        path: str,
        wrong: str,
        parameters: dict[str, str],
    ) -> None:
        if wrong != "statistic":
            parameters = {"statistic": "total_visits", **parameters}
        assert refuse(path=request.getfixturevalue(path), **parameters) == wrong

    def test_a_parameter_given_twice_is_refused(self, alice: Visitor, shop: str) -> None:
        response = alice.get(f"{shop}/statistic?statistic=total_visits&statistic=versions")
        assert (response.status_code, list(response.json()["errors"])) == (400, ["statistic"])

    def test_at_most_10_000_slices(self, statistic_of: Request, refuse: Request) -> None:
        minutes = {"timeslice": "minute", "timeslice_is_static": "true", "start_date": "2018-04-01"}
        slices = statistic_of("total_visits", **minutes, end_date="2018-04-07T22:40")
        assert len(slices) == 10_000
        refused = {**minutes, "statistic": "total_visits", "end_date": "2018-04-07T22:42"}
        assert refuse(**refused) == "timeslice"


class TestBoxPlots:
    NAMES = (
        "fastest_measured_execution_time",
        "fastest_quartile_execution_time",
        "median_execution_time",
        "slowest_quartile_execution_time",
        "ninetieth_percentile_execution_time",
        "ninety-ninth_percentile_execution_time",
        "slowest_measured_execution_time",
        "average_execution_time",
    )

    def test_there_is_one_for_each_endpoint(self, alice: Visitor, shop: str) -> None:
        plots = alice.get(f"{shop}/endpoint_boxplots").json()
        assert set(plots) == {"foo", "bar/baz"}
        assert tuple(plots["foo"]) == self.NAMES
        assert plots["foo"]["fastest_measured_execution_time"] == pytest.approx(0.1)
        assert plots["foo"]["slowest_measured_execution_time"] == pytest.approx(0.5)
        assert plots["foo"]["average_execution_time"] == pytest.approx(0.3)

    def test_the_one_of_a_single_endpoint_is_the_same(self, alice: Visitor, shop: str) -> None:
        plots = alice.get(f"{shop}/endpoint_boxplots").json()
        one = alice.get(f"{shop}/endpoints/bar%2Fbaz/boxplot").json()
        assert one == plots["bar/baz"]

    def test_there_is_one_for_each_version(self, alice: Visitor, shop: str) -> None:
        plots = alice.get(f"{shop}/execution_times_per_version").json()
        assert set(plots) == {"0.1", "0.2"}
        of_foo = alice.get(f"{shop}/endpoints/foo/execution_times_per_version").json()
        assert set(of_foo) == {"0.1"}
        assert of_foo["0.1"]["average_execution_time"] == pytest.approx(0.3)

    def test_they_take_ranges_and_filters(self, alice: Visitor, shop: str) -> None:
        path = f"{shop}/endpoint_boxplots?start_date=2018-04-24&end_date=2018-04-25"
        assert set(alice.get(path).json()) == {"bar/baz"}
        assert alice.get(f"{shop}/endpoint_boxplots?ip=127.0.0.2").json().keys() == {"foo"}

    @pytest.mark.parametrize("route", ["boxplot", "execution_times_per_version"])
    def test_an_unknown_endpoint_is_404(self, alice: Visitor, shop: str, route: str) -> None:
        assert alice.get(f"{shop}/endpoints/unknown/{route}").status_code == 404

    def test_a_wrong_date_is_400(self, alice: Visitor, shop: str) -> None:
        response = alice.get(f"{shop}/endpoint_boxplots?end_date=never")
        assert (response.status_code, list(response.json()["errors"])) == (400, ["end_date"])


class TestHistogram:
    def test_every_call_is_in_one_bin(self, alice: Visitor, shop: str) -> None:
        found = alice.get(f"{shop}/execution_time_histogram?bins=3").json()
        assert sum(found["counts"]) == 5
        assert len(found["edges"]) == 4
        assert found["edges"] == sorted(found["edges"])

    def test_of_one_endpoint(self, alice: Visitor, shop: str) -> None:
        found = alice.get(f"{shop}/execution_time_histogram?endpoint=foo").json()
        assert sum(found["counts"]) == 2

    def test_without_calls_it_is_empty(self, alice: Visitor, without_calls: str) -> None:
        found = alice.get(f"{without_calls}/execution_time_histogram").json()
        assert found == {"edges": [], "counts": []}


class TestHeatmaps:
    RANGE = "start_date=2018-04-23&end_date=2018-04-25"

    @pytest.mark.parametrize(
        ("route", "last"), [("visitor_heatmap", 3), ("unique_visitor_heatmap", 2)]
    )
    def test_both_dates_are_in_and_each_day_has_24_hours(
        self, alice: Visitor, shop: str, route: str, last: int
    ) -> None:
        days = alice.get(f"{shop}/{route}?{self.RANGE}").json()
        assert list(days) == ["2018-04-23", "2018-04-24", "2018-04-25"]
        at_15 = [0] * 15
        assert days["2018-04-23"] == [*at_15, 1, *[0] * 8]
        assert days["2018-04-25"] == [*at_15, last, *[0] * 8]

    def test_by_default_it_is_the_last_week_and_today(self, alice: Visitor, shop: str) -> None:
        assert len(alice.get(f"{shop}/visitor_heatmap").json()) == 8

    @pytest.mark.parametrize(
        ("wrong", "query"),
        [
            ("start_date", "start_date=soon"),
            ("end_date", "start_date=2018-04-25&end_date=2018-04-24"),
            ("start_date", "start_date=2018&end_date=2024"),
            ("start_date", "start_date=2018-01-01&end_date=2019-02-21"),
        ],
    )
    def test_a_wrong_range_is_400(self, alice: Visitor, shop: str, wrong: str, query: str) -> None:
        response = alice.get(f"{shop}/visitor_heatmap?{query}")
        assert (response.status_code, list(response.json()["errors"])) == (400, [wrong])

    def test_it_may_have_416_days(self, alice: Visitor, shop: str) -> None:
        query = "start_date=2018-01-01&end_date=2019-02-20T23:59"
        assert len(alice.get(f"{shop}/visitor_heatmap?{query}").json()) == 416


@pytest.fixture(scope="module")
def query(alice: Visitor, shop: str) -> Request:
    def query(statistic: str, **parameters: str) -> Any:
        given = urlencode({"statistic": statistic, **parameters})
        response = alice.get(f"{shop}/query?{given}")
        assert response.status_code == 200, response.text
        return response.json()

    return query


class TestQuery:
    """The same numbers in one fixed shape."""

    def test_every_statistic_has_its_value(self, query: Request, statistic_of: Request) -> None:
        names = ",".join(StatisticName)
        response = query(names)
        assert response["slices"] == []
        [group] = response["groups"]
        assert group["key"] == {}
        assert {name: values[0] for name, values in group["values"].items()} == {
            name: value.replace("+00:00", "Z") if name in ("first_call", "last_call") else value
            for name, value in statistic_of(names).items()
        }

    def test_only_requested_statistics_are_there(self, query: Request) -> None:
        [group] = query("median_execution_time,versions")["groups"]
        assert list(group["values"]) == ["median_execution_time", "versions"]

    def test_slices_and_groups_have_the_same_shape_however_many_there_are(
        self, query: Request
    ) -> None:
        response = query(
            "total_visits",
            breakdown="endpoint,version",
            timeslice="day",
            timeslice_is_static="true",
            start_date="2018-04-23",
            end_date="2018-04-26",
        )
        assert response == {
            "slices": ["2018-04-23", "2018-04-24", "2018-04-25"],
            "groups": [
                {
                    "key": {"endpoint": "bar/baz", "version": "0.1"},
                    "values": {"total_visits": [1, 1, 0]},
                },
                {
                    "key": {"endpoint": "foo", "version": "0.1"},
                    "values": {"total_visits": [0, 0, 2]},
                },
                {
                    "key": {"endpoint": "bar/baz", "version": "0.2"},
                    "values": {"total_visits": [0, 0, 1]},
                },
            ],
            "lower_bounds": [],
        }

    def test_without_calls_there_is_one_group_or_none(
        self, alice: Visitor, without_calls: str
    ) -> None:
        url = f"{without_calls}/query?statistic=total_visits,median_execution_time"
        assert alice.get(url).json()["groups"] == [
            {"key": {}, "values": {"total_visits": [0], "median_execution_time": [None]}}
        ]
        assert alice.get(f"{url}&breakdown=ip").json()["groups"] == []

    @pytest.mark.parametrize(
        ("parameters", "named"),
        [
            ({"statistic": "speed"}, "statistic"),
            ({"statistic": "{speed}"}, "statistic"),
            ({"statistic": "total_visits", "timezone": "Europe/Atlantis"}, "timezone"),
            ({"statistic": "total_visits", "breakdown": "day"}, "breakdown"),
        ],
    )
    def test_an_error_names_its_parameter(
        self, alice: Visitor, shop: str, parameters: dict[str, str], named: str
    ) -> None:
        response = alice.get(f"{shop}/query?{urlencode(parameters)}")
        assert response.status_code == 400
        assert list(response.json()["errors"]) == [named]

    def test_the_document_types_every_statistic(self, alice: Visitor) -> None:
        schemas = alice.get("/api/openapi.json").json()["components"]["schemas"]
        assert set(schemas["GroupValues"]["properties"]) == set(StatisticName)
        assert schemas["StatisticName"]["enum"] == list(StatisticName)


@pytest.fixture(scope="module")
def limited(alice: Visitor) -> str:
    """A dashboard that stores one address and one version by name."""
    owner = UUID(alice.get("/api/user").json()["id"])
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(MAX_DISTINCT, CallField.IP, 1)
        patch.setitem(MAX_DISTINCT, CallField.VERSION, 1)
        return f"/api/dashboards/{make_dashboard(owner)}"


class TestMoreValuesThanAreStored:
    def test_query_marks_lower_bounds(self, alice: Visitor, limited: str) -> None:
        names = "total_visits,visits_per_ip,unique_visitors,versions"
        response = alice.get(f"{limited}/query?statistic={names}").json()
        assert response["groups"][0]["values"] == {
            "total_visits": [5],
            "visits_per_ip": [{"127.0.0.1": 4, "(other)": 1}],
            "unique_visitors": [2],
            "versions": [["0.1", "(other)"]],
        }
        assert response["lower_bounds"] == ["visits_per_ip", "unique_visitors", "versions"]

    def test_the_other_shapes_have_a_header(self, alice: Visitor, limited: str) -> None:
        response = alice.get(f"{limited}/statistic?statistic=unique_visitors,total_visits")
        assert response.headers["X-Lower-Bounds"] == "unique_visitors"
        assert response.json() == {"unique_visitors": 2, "total_visits": 5}
        heatmap = f"{limited}/unique_visitor_heatmap?start_date=2018-04-23&end_date=2018-04-25"
        assert alice.get(heatmap).headers["X-Lower-Bounds"] == "unique_visitors"
        response = alice.get(f"{limited}/statistic?statistic=total_visits")
        assert "X-Lower-Bounds" not in response.headers

    def test_the_rest_can_be_filtered_by_its_name(self, alice: Visitor, limited: str) -> None:
        def visits(ip: str) -> Any:
            return alice.get(f"{limited}/statistic?statistic=total_visits&ip={ip}")

        assert visits("(other)").json() == 1
        assert visits("127.0.0.1").json() == 4
        assert visits("127.0.0.2").json() == 0
        assert visits("127.0.0.2").headers["X-Lower-Bounds"] == "total_visits"


def make_clock(alice: Visitor) -> str:
    """Store a dashboard with a call each minute of a day of 25 hours, and of an hour around it."""
    start = datetime(2026, 10, 24, 22, tzinfo=UTC)

    def calls() -> list[EndpointCall]:
        times = (start + timedelta(minutes=minute) for minute in range(-60, 26 * 60))
        return [EndpointCall("tick", 1, time, "1", "", "::1", 200) for time in times]

    return str(make_dashboard(UUID(alice.get("/api/user").json()["id"]), calls))


@pytest.fixture(scope="module")
def clock(alice: Visitor) -> str:
    return f"/api/dashboards/{make_clock(alice)}"


class TestTimeZones:
    BERLIN = "timezone=Europe/Berlin"

    def test_a_day_can_have_25_hours(self, alice: Visitor, clock: str) -> None:
        day = f"timeslice_is_static=true&start_date=2026-10-25&end_date=2026-10-26&{self.BERLIN}"
        url = f"{clock}/statistic?statistic=total_visits&timeslice"
        assert alice.get(f"{url}=day&{day}").json() == {"2026-10-25": 1500}
        hours = alice.get(f"{url}=hour&{day}").json()
        assert list(hours.values()) == [60] * 25
        assert list(hours)[:5] == [
            "2026-10-25T00+02:00",
            "2026-10-25T01+02:00",
            "2026-10-25T02+02:00",
            "2026-10-25T02+01:00",
            "2026-10-25T03+01:00",
        ]
        url = f"{clock}/query?statistic=total_visits&timeslice=day&{day}"
        assert alice.get(url).json() == {
            "slices": ["2026-10-25"],
            "groups": [{"key": {}, "values": {"total_visits": [1500]}}],
            "lower_bounds": [],
        }

    def test_without_timezone_it_is_utc(self, alice: Visitor, clock: str) -> None:
        url = f"{clock}/statistic?statistic=total_visits&start_date=2026-10-25&end_date=2026-10-26"
        assert alice.get(url).json() == 1440
        assert alice.get(f"{url}T00:00Z&{self.BERLIN}").json() == 1560

    def test_the_heat_map_adds_repeated_hours_and_leaves_out_skipped_ones(
        self, alice: Visitor, clock: str
    ) -> None:
        url = f"{clock}/visitor_heatmap?start_date=2026-10-25&end_date=2026-10-25&{self.BERLIN}"
        assert alice.get(url).json() == {"2026-10-25": [60, 60, 120, *[60] * 21]}
        spring = url.replace("10-25", "03-29")
        assert alice.get(spring).json() == {"2026-03-29": [0, 0, None, *[0] * 21]}
        assert len(alice.get(f"{clock}/visitor_heatmap?{self.BERLIN}").json()) == 8

    @pytest.mark.parametrize(
        "route", ["statistic?statistic=total_visits&", "visitor_heatmap?", "export?", "query?"]
    )
    @pytest.mark.parametrize("zone", ["Mars", "Europe", "", "..%2FUTC", "UTC%00", "localtime"])
    def test_an_unknown_zone_is_400(
        self, alice: Visitor, clock: str, route: str, zone: str
    ) -> None:
        response = alice.get(f"{clock}/{route}start_date=2026&timezone={zone}")
        assert response.status_code == 400
        assert "timezone" in response.json()["errors"]
        assert "start_date" not in response.json()["errors"]

    def test_a_response_says_where_only_days_of_utc_are_left(self, alice: Visitor) -> None:
        dashboard_id = make_clock(alice)
        clock = f"/api/dashboards/{dashboard_id}"

        def drop() -> None:
            found = repository.find(dashboard_id)
            found.retention = Retention(calls_days=1, fine_cells_days=1)

        transact(drop)
        drop_expired(dashboard_id, datetime(2026, 11, 9, tzinfo=UTC))
        day = f"statistic=total_visits&timeslice=day&timeslice_is_static=true&{self.BERLIN}"
        assert alice.get(f"{clock}/query?{day}").json()["resolution"] == "utc_day"
        assert alice.get(f"{clock}/statistic?{day}").headers["X-Resolution"] == "utc_day"
        assert "X-Resolution" not in alice.get(f"{clock}/statistic?statistic=versions").headers


def test_a_response_says_which_statistics_are_estimates(
    alice: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An earlier version stored no squares, and the calls were dropped since."""
    moment = datetime(2026, 1, 1, tzinfo=UTC)

    def some_calls() -> list[EndpointCall]:
        times = (1.001**number for number in range(300))
        return [EndpointCall("foo", each, moment, "1", "", "::1") for each in times]

    build = span.build
    monkeypatch.setattr(
        span,
        "build",
        lambda *given: {name: each for name, each in build(*given).items() if name != SQUARES},
    )
    dashboard_id = make_dashboard(UUID(alice.get("/api/user").json()["id"]), some_calls)

    def drop() -> None:
        repository.find(dashboard_id).retention = Retention(calls_days=1)

    transact(drop)
    drop_expired(dashboard_id, datetime(2026, 2, 1, tzinfo=UTC))
    monkeypatch.undo()
    shop = f"/api/dashboards/{dashboard_id}"
    names = "standard_deviation_execution_time,average_execution_time"
    response = alice.get(f"{shop}/query?statistic={names}").json()
    assert response["estimates"] == ["standard_deviation_execution_time"]
    found = response["groups"][0]["values"]["standard_deviation_execution_time"]
    times = [1.001**number for number in range(300)]
    assert found == [pytest.approx(pstdev(times), rel=1e-3)]
    headers = alice.get(f"{shop}/statistic?statistic={names}").headers
    assert headers["X-Estimates"] == "standard_deviation_execution_time"
    exact = alice.get(f"{shop}/query?statistic=average_execution_time").json()
    assert "estimates" not in exact
