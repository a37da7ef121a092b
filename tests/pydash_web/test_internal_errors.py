"""Bugs are internal errors, never the client's fault, and can be found in the log."""

import pytest

from pydash_cube import result
from pydash_cube.vocabulary import QueryError
from tests.pydash_web.support.running_site import Visitor

ROUTES = ["statistic?statistic=total_visits", "query?statistic=total_visits", "endpoint_boxplots"]


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize("error", [ValueError("end: a bug"), KeyError("a bug"), TypeError("a bug")])
def test_an_exception_in_the_cube_is_a_logged_500(
    alice: Visitor,
    shop: str,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    route: str,
    error: Exception,
) -> None:
    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr(result.Arranged, "_grouped", fail)
    response = alice.get(f"{shop}/{route}")
    assert response.status_code == 500
    assert "a bug" not in response.text
    [record] = [each for each in caplog.records if each.levelname == "ERROR"]
    assert response.json()["request_id"] in record.getMessage()
    assert record.exc_info
    assert record.exc_info[1] is error


def test_a_query_error_is_a_400_and_not_logged(
    alice: Visitor, shop: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object) -> None:
        raise QueryError("start", "Too early.")

    monkeypatch.setattr(result.Arranged, "_grouped", fail)
    response = alice.get(f"{shop}/query?statistic=total_visits")
    assert response.status_code == 400
    assert response.json() == {
        "message": "start_date: Too early.",
        "errors": {"start_date": ["Too early."]},
    }
    assert not [each for each in caplog.records if each.levelname == "ERROR"]
