"""How a scheduler reaches its loop: in another thread, or in another process."""

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
ANSWER_SECONDS = 5.0
ASK_FIGURES = "figures"

ExecutorFactory = Callable[[], TaskExecutor]


class Link(Protocol):
    """A way to a running scheduling loop."""

    def send(self, message: Message) -> None:
        """Put a message in the loop's inbox."""

    def figures(self) -> SchedulerFigures:
        """Ask the loop how things are."""

    def stop(self) -> None:
        """End the loop."""


class ThreadLink:
    """A way to a loop that some thread of this process runs."""

    def __init__(self, loop: SchedulingLoop) -> None:
        self._loop = loop

    def send(self, message: Message) -> None:
        """Put a message in the loop's inbox."""
        self._loop.inbox.put(message)

    def figures(self) -> SchedulerFigures:
        """Ask the loop how things are."""
        answers: queue.SimpleQueue[SchedulerFigures] = queue.SimpleQueue()
        self.send(partial(SchedulingLoop.answer_figures, answer=answers.put))
        return answers.get(timeout=ANSWER_SECONDS)

    def stop(self) -> None:
        """Tell the loop to end; whoever runs it sees when it has."""
        self.send(SchedulingLoop.stop)


class ProcessLink:
    """A loop in a process of its own, and the way to it.

    The loop ends when the pipe to it closes. So it ends with this process, however that dies.
    """

    def __init__(self, granularity: float, executor: ExecutorFactory) -> None:
        context = multiprocessing.get_context("spawn")
        self._connection, theirs = context.Pipe()
        self._process = context.Process(target=_schedule, args=(theirs, granularity, executor))
        self._process.start()
        theirs.close()
        atexit.register(self.stop)  # before multiprocessing would wait for the process

    def send(self, message: Message) -> None:
        """Put a message in the loop's inbox."""
        self._connection.send(message)

    def figures(self) -> SchedulerFigures:
        """Ask the loop how things are."""
        self._connection.send(ASK_FIGURES)
        if not self._connection.poll(ANSWER_SECONDS):
            raise TimeoutError("The scheduler does not answer.")
        figures: SchedulerFigures = self._connection.recv()
        return figures

    def stop(self) -> None:
        """End the loop and its process."""
        atexit.unregister(self.stop)
        if self._connection.closed:
            return
        self._connection.close()
        self._process.join(STOP_SECONDS)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()
        self._process.close()


def _schedule(connection: Connection, granularity: float, executor: ExecutorFactory) -> None:
    """Run a loop in this process."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that started this
    loop = SchedulingLoop(executor(), granularity)
    threading.Thread(target=_forward, args=(connection, loop), daemon=True).start()
    loop.run()


def _forward(connection: Connection, loop: SchedulingLoop) -> None:
    """Put what comes through the pipe in the loop's inbox."""
    while True:
        try:
            message = connection.recv()
        except (EOFError, ConnectionError):
            loop.inbox.put(SchedulingLoop.stop)
            return
        except (AttributeError, ImportError):
            logger.error("The scheduling process cannot find a task's function")  # noqa: TRY400
            continue
        if message == ASK_FIGURES:
            message = partial(SchedulingLoop.answer_figures, answer=connection.send)
        loop.inbox.put(message)
