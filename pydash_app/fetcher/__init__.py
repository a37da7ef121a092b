"""The fetcher daemon (`pydash fetcher`).

It has no state of its own, because the dashboards and their fetch cursors are in the database. It
can therefore be killed at any time, and another fetcher continues where it stopped.
"""

import os
import signal
import socket
import threading
import uuid
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from functools import partial
from importlib.metadata import version
from types import FrameType
from urllib.parse import parse_qsl, urlsplit

import pydash_app
import pydash_database
from periodic_tasks import TaskScheduler
from periodic_tasks.dask_executor import DaskExecutor
from periodic_tasks.process_executor import MEGABYTE, ProcessExecutor
from periodic_tasks.scheduling_loop import TaskExecutor
from pydash_app.configuration import Configuration
from pydash_app.fetcher import housekeeping
from pydash_app.fetcher.lease import Heartbeat, LeaseKeeper, LeaseLostError, last_heartbeat
from pydash_app.fetcher.reconciliation import Reconciler
from pydash_app.upgrade import record_start
from pydash_cube.cache import column_cache
from pydash_database import transact
from pydash_logger.logger import Logger

__all__ = ["Heartbeat", "last_heartbeat", "run"]

POLL_SECONDS = 1.0
STOP_SECONDS = 10.0
GRANULARITY_SECONDS = 0.05
# How much less urgent fetching is than what people wait for, as `nice` counts it.
NICENESS = 5
# The size of the columns that a worker caches. Until it fetches the same dashboard again, other
# workers have replaced most of them.
CACHED_COLUMN_BYTES = 16 * MEGABYTE

logger = Logger(__name__)


class SchedulerDiedError(Exception):
    """The scheduling thread died because of a bug. The supervisor starts a new daemon."""


def run(
    configuration: Configuration,
    stop: threading.Event | None = None,
    beat: Callable[[], None] = lambda: None,
) -> None:
    """Fetch in the foreground until SIGTERM or SIGINT.

    :param configuration: the settings of this installation.
    :param stop: an event that also stops the fetcher, for threads, which receive no signals.
    :param beat: called each second while it works.
    """
    configuration.require_extra("executor")
    pydash_app.configure(configuration)
    if stop is None:
        stop = _stop_on_signals()
    keeper = LeaseKeeper(f"{socket.gethostname()}/{os.getpid()}/{uuid.uuid4()}")
    is_recorded = False
    while keeper.wait(stop, beat):
        logger.info("Acquired the lease; scheduling starts")
        if not is_recorded:
            with suppress(pydash_database.DatabaseUnavailable):
                transact(partial(record_start, version("pydash-io")))
                is_recorded = True
        try:
            _schedule(configuration, keeper, stop, beat)
        except LeaseLostError:
            logger.warning("Lost the lease; waiting for it")
        else:
            keeper.release()
    pydash_database.close()
    logger.info("The fetcher has stopped")


def _schedule(
    configuration: Configuration,
    keeper: LeaseKeeper,
    stop: threading.Event,
    beat: Callable[[], None],
) -> None:
    """Schedule until `stop` is set or the lease is lost."""
    executor = _create_executor(configuration)
    scheduler = TaskScheduler(GRANULARITY_SECONDS, executor=lambda: executor)
    housekeeping.schedule(scheduler)
    reconciler = Reconciler(
        scheduler,
        timedelta(seconds=configuration.fetch_interval),
        timedelta(seconds=configuration.ping_interval),
        timedelta(seconds=configuration.ping_retry),
        beat,
    )
    loop = threading.Thread(target=scheduler.run, name="scheduler")
    loop.start()
    try:
        while not stop.wait(POLL_SECONDS):
            beat()
            if keeper.is_due():
                keeper.send_heartbeat(scheduler.figures())
            try:
                reconciler.reconcile()
            except pydash_database.DatabaseUnavailable:
                logger.warning("Waiting for the database")
            if not loop.is_alive():
                raise SchedulerDiedError
    finally:
        if loop.is_alive():
            scheduler.stop()
        loop.join(STOP_SECONDS)


def _create_executor(configuration: Configuration) -> TaskExecutor:
    """Create the task executor, whose processes are configured like this one."""
    preload = ["pydash_app.fetcher"]
    prepare = partial(_prepare_worker, configuration)
    processes = partial(
        ProcessExecutor,
        configuration.fetch_workers,
        prepare,
        memory_limit=configuration.fetch_worker_megabytes * MEGABYTE,
        preload=preload,
    )
    if configuration.executor == "processes":
        return processes()
    configure = partial(pydash_app.configure, configuration)
    dask = urlsplit(configuration.executor)
    return DaskExecutor(dask.netloc, configure, processes, tls=dict(parse_qsl(dask.query)))


def _prepare_worker(configuration: Configuration) -> None:
    os.nice(NICENESS)
    column_cache.limit(CACHED_COLUMN_BYTES)
    pydash_app.configure(configuration)


def _stop_on_signals() -> threading.Event:
    stop = threading.Event()

    def set_stop(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, set_stop)
    return stop
