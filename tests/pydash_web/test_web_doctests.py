"""The examples in the web room's docstrings."""

import doctest
import importlib
import pkgutil

import pytest

import pydash_web

FINDER = doctest.DocTestFinder()
MODULES = [
    module.name
    for module in pkgutil.walk_packages(pydash_web.__path__, "pydash_web.")
    if any(each.examples for each in FINDER.find(importlib.import_module(module.name)))
]


@pytest.mark.parametrize("name", MODULES)
def test_they_are_correct(name: str) -> None:
    options = doctest.ELLIPSIS | doctest.IGNORE_EXCEPTION_DETAIL
    failed, _ = doctest.testmod(importlib.import_module(name), optionflags=options)
    assert failed == 0
