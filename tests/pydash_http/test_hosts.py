"""Hosts are written in URLs in one way."""

import doctest

import pytest

from pydash_http import hosts
from pydash_http.hosts import local_url


def test_the_examples_run() -> None:
    failures, examples = doctest.testmod(hosts)
    assert (failures, examples > 0) == (0, True)


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("::", "http://[::1]:5000"),
        ("::1", "http://[::1]:5000"),
        ("0.0.0.0", "http://127.0.0.1:5000"),
        ("192.0.2.1", "http://192.0.2.1:5000"),
        ("pydash.example.com", "http://pydash.example.com:5000"),
    ],
)
def test_a_local_url_names_an_address_to_connect_to(host: str, url: str) -> None:
    assert local_url(host, 5000) == url
