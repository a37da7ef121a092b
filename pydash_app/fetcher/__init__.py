"""The daemon that fetches: `pydash fetcher`.

It keeps nothing of its own: which dashboards there are and how far their fetching has come is in
the database. So it can be killed at any moment, and another one goes on where it stopped.
"""

import os
import signal
import socket
import threading
import uuid
from datetime import timedelta
from functools import partial
from types import FrameType
from urllib.parse import parse_qsl, urlsplit

import pydash_app
import pydash_database
from periodic_tasks import TaskScheduler
from periodic_tasks.dask_executor import DaskExecutor
from periodic_tasks.process_executor import ProcessExecutor
from periodic_tasks.scheduling_loop import TaskExecutor
from pydash_app.configuration import Configuration
from pydash_app.fetcher import housekeeping
from pydash_app.fetcher.lease import Beat, LeaseKeeper, LeaseLostError, last_beat
from pydash_app.fetcher.reconciliation import Reconciler
from pydash_logger.logger import Logger

__all__ = ["Beat", "last_beat", "run"]

LOOK_SECONDS = 1.0
STOP_SECONDS = 10.0
GRANULARITY_SECONDS = 0.05

logger = Logger(__name__)


class SchedulerDiedError(Exception):
    """The scheduling thread ended by a mistake of its own; the supervisor starts a new daemon."""


def run(configuration: Configuration, stop: threading.Event | None = None) -> None:
    """Fetch, in the foreground, until SIGTERM or SIGINT.

    :param configuration: how this installation is set up.
    :param stop: ends it, too, when set. For use in a thread that gets no signals.
    """
    configuration.require_extra("executor")
    pydash_app.configure(configuration)
    if stop is None:
        stop = _set_by_signals()
    keeper = LeaseKeeper(f"{socket.gethostname()}/{os.getpid()}/{uuid.uuid4()}")
    while keeper.wait(stop):
        logger.info("This fetcher schedules now")
        try:
            _schedule(configuration, keeper, stop)
        except LeaseLostError:
            logger.warning("This fetcher may not schedule any more; it waits")
        else:
            keeper.release()
    pydash_database.close()
    logger.info("The fetcher has stopped")


def _schedule(configuration: Configuration, keeper: LeaseKeeper, stop: threading.Event) -> None:
    """Schedule until told to stop or the lease is lost."""
    executor = _make_executor(configuration)
    scheduler = TaskScheduler(GRANULARITY_SECONDS, executor=lambda: executor)
    housekeeping.schedule(scheduler)
    reconciler = Reconciler(scheduler, timedelta(seconds=configuration.fetch_interval))
    loop = threading.Thread(target=scheduler.run, name="scheduler")
    loop.start()
    try:
        while not stop.wait(LOOK_SECONDS):
            _look_after(scheduler, reconciler, keeper)
            if not loop.is_alive():
                raise SchedulerDiedError
    finally:
        if loop.is_alive():
            scheduler.stop()
        loop.join(STOP_SECONDS)


def _look_after(scheduler: TaskScheduler, reconciler: Reconciler, keeper: LeaseKeeper) -> None:
    if keeper.is_due():
        keeper.beat(scheduler.figures())
    try:
        reconciler.reconcile()
    except pydash_database.DatabaseUnavailable:
        logger.warning("Waiting for the database")


def _make_executor(configuration: Configuration) -> TaskExecutor:
    """Return what tasks run in, each process of it wired like this one."""
    wire = partial(pydash_app.configure, configuration)
    if configuration.executor == "processes":
        return ProcessExecutor(configuration.fetch_workers, wire, preload=["pydash_app.fetcher"])
    dask = urlsplit(configuration.executor)
    return DaskExecutor(dask.netloc, wire, tls=dict(parse_qsl(dask.query)))


def _set_by_signals() -> threading.Event:
    stop = threading.Event()

    def set_stop(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, set_stop)
    return stop
