"""Runs tasks in the background, once or periodically.

Tasks are added to the `default_task_scheduler` or to other schedulers. They run in a pool of
subprocesses. The scheduling loop runs in a subprocess as well, so there is no overhead for the main
process.

An indexed priority queue (the *pqdict* package) stores the next run of every task, so the loop
checks only the first task, and adding or removing a task takes O(log n).

A task is added, replaced and removed by its name, which may be any hashable object, such as a
string or a tuple. This is possible at any time, including before the scheduler is started.

Example code with the default scheduler:

>>> import periodic_tasks as pt
>>> import datetime
>>> pt.start_default_scheduler()
>>> pt.add_periodic_task('foo', datetime.timedelta(seconds=3), pt.foo)
>>> pt.add_periodic_task('bar', datetime.timedelta(seconds=5), pt.bar)
>>> pt.add_background_task('baz', pt.baz)
>>> pt.add_periodic_task('bar', datetime.timedelta(seconds=1), pt.bar) # overrides previous `bar`
>>> pt.remove_task('foo')
>>> pt.default_task_scheduler.stop()

Example code with a custom scheduler:

>>> import periodic_tasks as pt
>>> ts = pt.TaskScheduler()
>>> import datetime, time
>>> ts.start()
>>> ts.add_periodic_task('foo', datetime.timedelta(milliseconds=1), pt.foo)
>>> ts.add_periodic_task('bar', datetime.timedelta(milliseconds=5), pt.bar)
>>> time.sleep(2)
>>> ts.stop()
"""

from collections.abc import Callable, Hashable, Mapping
from datetime import timedelta
from typing import Any, TypeVar

from periodic_tasks.figures import SchedulerFigures
from periodic_tasks.task_scheduler import TaskScheduler
from periodic_tasks.timetable import Task

__all__ = [
    "SchedulerFigures",
    "Task",
    "TaskScheduler",
    "add_background_task",
    "add_periodic_task",
    "bar",
    "baz",
    "default_task_scheduler",
    "foo",
    "periodic_task",
    "qux",
    "remove_task",
    "start_default_scheduler",
]

Function = TypeVar("Function", bound=Callable[[], object])

default_task_scheduler = TaskScheduler()


def start_default_scheduler(pool_settings: Mapping[str, Any] = {}) -> None:
    """Start the default (global) scheduler.

    :param pool_settings: keyword arguments of `ProcessExecutor`, such as an initializer.
    """
    default_task_scheduler.start(pool_settings)


def add_periodic_task(
    name: Hashable,
    interval: timedelta,
    task: Callable[[], object],
    run_at_start: bool = False,
    scheduler: TaskScheduler = default_task_scheduler,
) -> None:
    """Add a task to be run periodically; see `TaskScheduler.add_periodic_task`.

    :param name: identifies the task; adding another task with the same name replaces it.
    :param interval: the time between two runs.
    :param task: the function to call.
    :param run_at_start: whether to also run the task immediately.
    :param scheduler: the scheduler that runs the task.
    """
    scheduler.add_periodic_task(name, interval, task, run_at_start)


def add_background_task(
    name: Hashable,
    task: Callable[[], object],
    scheduler: TaskScheduler = default_task_scheduler,
) -> None:
    """Add a task to be run once, as soon as possible; see `TaskScheduler.add_background_task`.

    :param name: identifies the task; adding another task with the same name replaces it.
    :param task: the function to call.
    :param scheduler: the scheduler that runs the task.
    """
    scheduler.add_background_task(name, task)


def remove_task(name: Hashable, scheduler: TaskScheduler = default_task_scheduler) -> None:
    """Remove the task with this name from the scheduler, if it exists."""
    scheduler.remove_task(name)


def periodic_task(
    name: Hashable,
    interval: timedelta,
    run_at_start: bool = False,
    scheduler: TaskScheduler = default_task_scheduler,
) -> Callable[[Function], Function]:
    """Decorate a function to be called periodically.

    The parameters are those of `add_periodic_task`; its `task` is the decorated function.

    >>> import datetime
    >>> @periodic_task('qux', datetime.timedelta(seconds=2), run_at_start=True)
    ... def qux():
    ...     print('qux')
    """

    def decorate(function: Function) -> Function:
        add_periodic_task(name, interval, function, run_at_start, scheduler)
        return function

    return decorate


def foo() -> None:
    """Do nothing; used in examples."""


def bar() -> None:
    """Do nothing; used in examples."""


def baz() -> None:
    """Do nothing; used in examples."""


def qux() -> None:
    """Do nothing; used in examples."""
