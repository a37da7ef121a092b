"""The examples in the docstrings of the user package run, each module on an empty database."""

import doctest
import importlib

import pytest

FLAGS = doctest.ELLIPSIS | doctest.IGNORE_EXCEPTION_DETAIL | doctest.NORMALIZE_WHITESPACE

MODULES = [
    "pydash_app.user",
    "pydash_app.user.entity",
    "pydash_app.user.passwords",
    "pydash_app.user.repository",
    "pydash_app.user.services.seeding",
    "pydash_app.user.services.validation",
    "pydash_app.user.sessions",
    "pydash_app.user.verification_code",
]


def examples() -> list[doctest.DocTest]:
    finder = doctest.DocTestFinder(exclude_empty=True)
    found = []
    for name in MODULES:
        module = importlib.import_module(name)
        found += [test for test in finder.find(module, name) if test.examples]
    return found


@pytest.mark.parametrize("example", examples(), ids=lambda example: example.name)
@pytest.mark.usefixtures("database")
def test_its_example_runs(example: doctest.DocTest) -> None:
    runner = doctest.DocTestRunner(optionflags=FLAGS)
    report: list[str] = []
    runner.run(example, out=report.append, clear_globs=False)
    assert not runner.failures, "".join(report)
