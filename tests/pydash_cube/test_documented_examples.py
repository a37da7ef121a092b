"""The doctests of the cube pass."""

import doctest
import importlib
import pkgutil

import pytest

import pydash_cube

MODULES = [module.name for module in pkgutil.iter_modules(pydash_cube.__path__, "pydash_cube.")]


@pytest.mark.parametrize("name", MODULES)
def test_doctests(name: str) -> None:
    failed, _ = doctest.testmod(importlib.import_module(name))
    assert not failed
