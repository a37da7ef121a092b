"""The examples in the documentation of the cube run, and return what they say."""

import doctest
import importlib
import pkgutil

import pytest

import pydash_cube

MODULES = [module.name for module in pkgutil.iter_modules(pydash_cube.__path__, "pydash_cube.")]


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_run(name: str) -> None:
    failed, _ = doctest.testmod(importlib.import_module(name))
    assert not failed
