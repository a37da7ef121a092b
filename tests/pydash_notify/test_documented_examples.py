"""The doctests of the notifications pass."""

import doctest
import importlib
import pkgutil

import pytest

import pydash_notify

MODULES = [module.name for module in pkgutil.iter_modules(pydash_notify.__path__, "pydash_notify.")]


@pytest.mark.parametrize("name", MODULES)
def test_doctests(name: str) -> None:
    failed, _ = doctest.testmod(importlib.import_module(name), optionflags=doctest.ELLIPSIS)
    assert not failed
