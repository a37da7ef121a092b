import doctest
from importlib import import_module

import pytest

MODULES = [
    "periodic_tasks",
    "periodic_tasks.figures",
    "periodic_tasks.pqdict_iter_upto_priority",
    "periodic_tasks.process_executor",
    "periodic_tasks.queue_nonblocking_iter",
    "periodic_tasks.task_scheduler",
    "periodic_tasks.timetable",
]


@pytest.mark.parametrize("name", MODULES)
def test_its_examples_run_as_documented(name: str) -> None:
    results = doctest.testmod(import_module(name), optionflags=doctest.IGNORE_EXCEPTION_DETAIL)
    assert results.attempted > 0
    assert results.failed == 0
