"""The doctests of the aggregator, dashboard and endpoint pass."""

import doctest
import importlib
import pkgutil

import pytest

import pydash_app.dashboard.aggregator as package

MODULES = [
    *(f"{package.__name__}.{module.name}" for module in pkgutil.iter_modules(package.__path__)),
    package.__name__,
    "pydash_app.dashboard.endpoint",
    "pydash_app.dashboard.endpoint_call",
    "pydash_app.dashboard.entity",
]


@pytest.mark.parametrize("name", MODULES)
def test_doctests(name: str, database: None) -> None:
    failed, _ = doctest.testmod(importlib.import_module(name))
    assert not failed
