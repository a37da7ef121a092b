"""A pool of processes that survives the death of any of them."""

import multiprocessing
import os
import queue
import resource
import signal
import sys
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from multiprocessing.connection import Connection, wait
from multiprocessing.reduction import ForkingPickler
from pickle import PicklingError
from typing import Any, ParamSpec, TypeVar

from periodic_tasks.queue_nonblocking_iter import queue_nonblocking_iter

P = ParamSpec("P")
T = TypeVar("T")

Call = tuple[Callable[..., Any], tuple[Any, ...], dict[str, Any]]

MEGABYTE = 1024 * 1024


class WorkerLostError(Exception):
    """The process of a call has died."""


class MemoryLimitError(Exception):
    """A call needed more memory than its process may use."""


class RemoteCallError(Exception):
    """A call raised an exception that cannot be sent between processes."""


class ProcessExecutor(Executor):
    """Runs calls in processes. A process that dies fails only its own call, and is replaced.

    The pool of the standard library breaks when one of its processes dies, and cannot terminate a
    call that hangs. Here every process has its own pipe and thread.

    :param processes: the number of calls that run at a time (default: one per CPU).
    :param initializer: called with `initargs` in every new process.
    :param maxtasksperchild: a process is replaced after this many calls.
    :param max_memory: a process whose memory ever exceeded this many bytes is replaced.
    :param memory_limit: a call in whose process the data would exceed this many bytes fails with
        `MemoryLimitError`.
    :param preload: modules that the processes share, which saves memory and startup time.

    >>> with ProcessExecutor(processes=1) as executor:
    ...     executor.submit(pow, 2, 10).result()
    1024
    """

    def __init__(
        self,
        processes: int | None = None,
        initializer: Callable[..., object] | None = None,
        initargs: Iterable[Any] = (),
        *,
        maxtasksperchild: int = 1000,
        max_memory: int = 512 * MEGABYTE,
        memory_limit: int | None = None,
        preload: Iterable[str] = (),
    ) -> None:
        self.capacity = processes or os.cpu_count() or 1
        self._initial: Call | None = (initializer, tuple(initargs), {}) if initializer else None
        self._max_calls, self._max_memory = maxtasksperchild, max_memory
        self._memory_limit, self._preload = memory_limit, list(preload)
        self._threads = ThreadPoolExecutor(self.capacity, thread_name_prefix="pool")
        self._idle: queue.LifoQueue[_Worker] = queue.LifoQueue()
        self._pending: dict[Future[Any], _Worker | None] = {}

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Run `fn` in a process of the pool; arguments and result must be picklable."""
        future: Future[T] = Future()
        self._pending[future] = None
        self._threads.submit(self._serve, future, (fn, args, kwargs))
        return future

    def abandon(self, future: Future[Any]) -> None:
        """Terminate a call; its future fails with `WorkerLostError` or is cancelled."""
        if not future.cancel() and (worker := self._pending.get(future)):
            worker.kill()

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Wait for running calls, then end all processes."""
        if cancel_futures:
            for future in list(self._pending):
                future.cancel()
        self._threads.shutdown(wait=wait)
        for worker in queue_nonblocking_iter(self._idle):
            worker.close()

    def _serve(self, future: Future[Any], call: Call) -> None:
        if not future.set_running_or_notify_cancel():
            del self._pending[future]
            return
        try:
            worker = self._idle_worker()
            self._pending[future] = worker
            try:
                result, error = worker.call(call), None
            finally:
                is_worn = worker.calls >= self._max_calls or worker.peak_memory > self._max_memory
                if is_worn or not worker.is_alive():
                    worker.close()
                else:
                    self._idle.put(worker)
        except BaseException as raised:  # noqa: BLE001 - all exceptions are passed to the caller
            result, error = None, raised
        del self._pending[future]
        if error is None:
            future.set_result(result)
        else:
            future.set_exception(error)

    def _idle_worker(self) -> "_Worker":
        for worker in queue_nonblocking_iter(self._idle):
            if worker.is_alive():
                return worker  # type: ignore[no-any-return]
            worker.close()
        return _Worker(self._initial, self._preload, self._memory_limit)


class _Worker:
    """A process that runs one call at a time, and the pipe to it."""

    def __init__(self, initial: Call | None, preload: list[str], memory_limit: int | None) -> None:
        # A fork of a process with threads may inherit locked locks, so a server process without
        # threads forks the workers.
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(preload)
        self._connection, theirs = context.Pipe()
        arguments = (theirs, initial, memory_limit)
        self._process = context.Process(target=_serve_calls, args=arguments, daemon=True)
        self._process.start()
        theirs.close()
        self.calls = 0
        self.peak_memory = 0

    def is_alive(self) -> bool:
        return self._process.is_alive()

    def call(self, call: Call) -> Any:
        self.calls += 1
        try:
            self._connection.send(call)
            result, error, self.peak_memory = self._connection.recv()
        except (EOFError, ConnectionError) as gone:
            self._process.join()
            raise WorkerLostError(f"exit code {self._process.exitcode}") from gone
        if error is not None:
            raise error
        return result

    def kill(self) -> None:
        self._process.kill()

    def close(self) -> None:
        """End the process: it exits when its pipe closes."""
        self._connection.close()
        self._process.join(1)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()
        self._process.close()


def _serve_calls(connection: Connection, initial: Call | None, memory_limit: int | None) -> None:
    """Run calls until the pipe closes; the main function of the new process."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the process that owns the pool handles Ctrl-C
    threading.Thread(target=_die_with_parent, daemon=True).start()
    if initial:
        function, args, kwargs = initial
        function(*args, **kwargs)
    if memory_limit is not None:
        resource.setrlimit(resource.RLIMIT_DATA, (memory_limit, memory_limit))
    while True:
        try:
            pickled_call = connection.recv_bytes()
        except EOFError:
            return
        try:
            function, args, kwargs = ForkingPickler.loads(pickled_call)
            result, error = function(*args, **kwargs), None
        except Exception as raised:  # noqa: BLE001 - all exceptions are passed to the caller
            result, error = None, raised
        peak_memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
        if isinstance(error, MemoryError) and memory_limit is not None:
            allowed = f"{memory_limit // MEGABYTE:,} MB"
            error = MemoryLimitError(f"It needed more than the {allowed} that a process may use.")
            # This process is replaced, although it did not get the memory.
            peak_memory = sys.maxsize
        try:
            connection.send((result, error, peak_memory))
        except (PicklingError, TypeError, AttributeError, ValueError) as unpicklable:
            message = f"{type(error or unpicklable).__name__}: {error or unpicklable}"
            connection.send((None, RemoteCallError(message), peak_memory))


def _die_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)
