"""Connections between a scheduler and its loop, which runs in another thread or process."""

import atexit
import multiprocessing
import queue
import signal
import threading
from collections.abc import Callable
from functools import partial
from multiprocessing.connection import Connection
from typing import Protocol

from periodic_tasks.figures import SchedulerFigures
from periodic_tasks.scheduling_loop import Message, SchedulingLoop, TaskExecutor
from pydash_logger.logger import Logger

logger = Logger(__name__)

STOP_SECONDS = 10.0
RESPONSE_TIMEOUT = 5.0
REQUEST_FIGURES = "figures"

ExecutorFactory = Callable[[], TaskExecutor]


class Link(Protocol):
    """A connection to a running scheduling loop."""

    def send(self, message: Message) -> None:
        """Put a message into the loop's inbox."""

    def figures(self) -> SchedulerFigures:
        """Request the loop's statistics."""

    def stop(self) -> None:
        """Stop the loop."""


class ThreadLink:
    """A connection to a loop that runs in a thread of this process."""

    def __init__(self, loop: SchedulingLoop) -> None:
        self._loop = loop

    def send(self, message: Message) -> None:
        """Put a message into the loop's inbox."""
        self._loop.inbox.put(message)

    def figures(self) -> SchedulerFigures:
        """Request the loop's statistics."""
        responses: queue.SimpleQueue[SchedulerFigures] = queue.SimpleQueue()
        self.send(partial(SchedulingLoop.send_figures, send=responses.put))
        return responses.get(timeout=RESPONSE_TIMEOUT)

    def stop(self) -> None:
        """Stop the loop, without waiting for it."""
        self.send(SchedulingLoop.stop)


class ProcessLink:
    """A connection to a loop that runs in a separate process.

    The loop stops when the pipe to it closes, and thus also when this process dies.
    """

    def __init__(self, granularity: float, executor: ExecutorFactory) -> None:
        context = multiprocessing.get_context("spawn")
        self._connection, theirs = context.Pipe()
        self._process = context.Process(target=_run_loop, args=(theirs, granularity, executor))
        self._process.start()
        theirs.close()
        atexit.register(self.stop)  # runs before multiprocessing would wait for the process

    def send(self, message: Message) -> None:
        """Put a message into the loop's inbox."""
        self._connection.send(message)

    def figures(self) -> SchedulerFigures:
        """Request the loop's statistics.

        :raises TimeoutError: the loop does not respond.
        """
        self._connection.send(REQUEST_FIGURES)
        if not self._connection.poll(RESPONSE_TIMEOUT):
            raise TimeoutError("The scheduler does not respond.")
        figures: SchedulerFigures = self._connection.recv()
        return figures

    def stop(self) -> None:
        """Stop the loop and its process."""
        atexit.unregister(self.stop)
        if self._connection.closed:
            return
        self._connection.close()
        self._process.join(STOP_SECONDS)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()
        self._process.close()


def _run_loop(connection: Connection, granularity: float, executor: ExecutorFactory) -> None:
    """Run a loop in this process until the pipe closes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent process handles Ctrl-C
    loop = SchedulingLoop(executor(), granularity)
    threading.Thread(target=_receive, args=(connection, loop), daemon=True).start()
    loop.run()


def _receive(connection: Connection, loop: SchedulingLoop) -> None:
    """Forward messages from the pipe to the loop's inbox."""
    while True:
        try:
            message = connection.recv()
        except (EOFError, ConnectionError):
            loop.inbox.put(SchedulingLoop.stop)
            return
        except (AttributeError, ImportError):
            logger.error("The scheduling process cannot import a task's function")  # noqa: TRY400
            continue
        if message == REQUEST_FIGURES:
            message = partial(SchedulingLoop.send_figures, send=connection.send)
        loop.inbox.put(message)
