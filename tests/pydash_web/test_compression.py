"""Large responses are compressed for clients that accept it."""

import pytest

from tests.pydash_web.support.running_site import Visitor

A_YEAR_OF_DAYS = (
    "/statistic?statistic=total_visits&start_date=2018&end_date=2019"
    "&timeslice=day&timeslice_is_static=true"
)


@pytest.mark.parametrize("encoding", ["br", "gzip"])
def test_a_large_response_is_compressed(alice: Visitor, shop: str, encoding: str) -> None:
    plain = alice.get(shop + A_YEAR_OF_DAYS, headers={"Accept-Encoding": "identity"})
    assert "Content-Encoding" not in plain.headers
    packed = alice.get(shop + A_YEAR_OF_DAYS, headers={"Accept-Encoding": encoding})
    assert packed.headers["Content-Encoding"] == encoding
    assert "Accept-Encoding" in packed.headers["Vary"]
    assert int(packed.headers["Content-Length"]) < int(plain.headers["Content-Length"]) / 4
    assert packed.json() == plain.json()


@pytest.mark.parametrize("path", ["/api/user", "/export", "/api/nothing"])
def test_small_and_streamed_responses_are_not_compressed(
    alice: Visitor, shop: str, path: str
) -> None:
    url = path if path.startswith("/api") else shop + path
    response = alice.get(url, headers={"Accept-Encoding": "br, gzip"})
    assert "Content-Encoding" not in response.headers
