"""An executor that runs calls on a Dask cluster, and on this machine while there is none."""

import socket
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import CancelledError, Executor, Future
from contextlib import suppress
from functools import partial
from types import MappingProxyType
from typing import Any, ParamSpec, TypeVar

from periodic_tasks.process_executor import WorkerLostError
from periodic_tasks.scheduling_loop import TaskExecutor
from pydash_logger.logger import Logger

POLL_SECONDS = 1.0
CONNECT_SECONDS = 5.0
# The scheduler imports what it is asked to run, which may take a while the first time.
RESPONSE_SECONDS = 20.0

P = ParamSpec("P")
T = TypeVar("T")

logger = Logger(__name__)


class DaskExecutor(Executor):
    """Runs calls on the workers of a Dask cluster.

    :param address: the address of the cluster's scheduler, ``host:port``.
    :param initializer: called once in every worker, including workers that join later.
    :param local: creates the executor of the calls while there is no scheduler, or no worker.
    :param tls: the paths of certificates for TLS: `ca` of the authority, `cert` and `key` of this
        client (the key may be in the same file). Without `ca`, connections are not encrypted.

    A worker runs as many calls at a time as it has threads. When a worker dies, Dask runs its calls
    on another one; when the scheduler is lost, they fail with `WorkerLostError`. An abandoned call
    cannot be terminated; it occupies its worker until it returns.
    """

    def __init__(
        self,
        address: str,
        initializer: Callable[[], object],
        local: Callable[[], TaskExecutor],
        tls: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        import distributed  # an optional dependency

        class Initialize(distributed.WorkerPlugin):
            def setup(self, worker: object) -> None:
                initializer()

        host, _, port = address.rpartition(":")
        self._place = host.strip("[]"), int(port)
        security = None
        if "ca" in tls:
            address = f"tls://{address}"
            security = distributed.Security(  # type: ignore[no-untyped-call]
                require_encryption=True,
                tls_ca_file=tls["ca"],
                tls_client_cert=tls["cert"],
                tls_client_key=tls.get("key"),
            )
        self._plugin = Initialize()
        self._connect: Callable[[], Any] = partial(
            distributed.Client,
            address,
            timeout=CONNECT_SECONDS,
            security=security,
            set_as_default=False,
        )
        self._local = local()
        self._killed: type[Exception] = distributed.KilledWorker
        # None while there is no worker.
        self._cluster: Executor | None = None
        self._threads = 0
        # Those on the cluster, each with the future of Dask.
        self._calls: dict[Future[Any], Future[Any]] = {}
        self._stop, self._was_tried = threading.Event(), threading.Event()
        self._keeper = threading.Thread(target=self._stay_connected, name="dask", daemon=True)
        self._keeper.start()
        self._was_tried.wait(2 * CONNECT_SECONDS)

    @property
    def capacity(self) -> int:
        """The number of calls that can run at a time, as of a second ago."""
        return self._threads or self._local.capacity

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Run `fn` on a worker of the cluster, or on this machine."""
        cluster = self._cluster
        if cluster is None:
            return self._local.submit(partial(fn, *args, **kwargs))
        future: Future[T] = Future()
        future.set_running_or_notify_cancel()
        try:
            remote = cluster.submit(fn, *args, **kwargs)
        except Exception as error:  # noqa: BLE001 - the connection may be lost at any moment
            future.set_exception(WorkerLostError(str(error)))
            return future
        self._calls[future] = remote
        remote.add_done_callback(partial(self._finish, future))
        if self._cluster is not cluster:
            self._lose([future])
        return future

    def _finish(self, future: Future[Any], remote: Future[Any]) -> None:
        """Pass on what became of a call on the cluster."""
        if self._calls.pop(future, None) is None:
            return
        try:
            future.set_result(remote.result())
        except (CancelledError, self._killed) as error:
            future.set_exception(WorkerLostError(str(error)))
        except BaseException as error:  # noqa: BLE001 - all exceptions are passed to the caller
            future.set_exception(error)

    def abandon(self, future: Future[Any]) -> None:
        """Cancel a call; if it has started on the cluster, only its result is ignored."""
        if remote := self._calls.get(future):
            self._lose([future])
            # Waits for the scheduler.
            threading.Thread(target=remote.cancel, daemon=True).start()
        else:
            self._local.abandon(future)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Disconnect from the cluster, and end the processes on this machine."""
        self._stop.set()
        self._keeper.join(CONNECT_SECONDS)
        self._local.shutdown(wait=wait, cancel_futures=cancel_futures)

    def _lose(self, futures: list[Future[Any]]) -> None:
        for future in futures:
            if self._calls.pop(future, None):
                future.set_exception(WorkerLostError("The call is no longer waited for."))

    def _stay_connected(self) -> None:
        """Connect again and again, until `shutdown`."""
        while not self._stop.is_set():
            client = None
            try:
                # The client itself would log each attempt.
                socket.create_connection(self._place, CONNECT_SECONDS).close()
                client = self._connect()
                client.register_plugin(self._plugin, name="initialize")
                self._use(client)
            except Exception as error:  # noqa: BLE001 - of Dask, its plugin, the network
                if self._cluster or not self._was_tried.is_set():
                    logger.warning("No Dask cluster; tasks run on this machine", reason=error)
            self._cluster, self._threads = None, 0
            self._was_tried.set()
            self._lose(list(self._calls))
            if client:
                with suppress(Exception):
                    client.close(CONNECT_SECONDS)
            self._stop.wait(POLL_SECONDS)

    def _use(self, client: Any) -> None:
        """Let a client run the calls until `shutdown`.

        :raises Exception: the scheduler does not respond. It may be any exception.
        """
        cluster: Executor = client.get_executor(pure=False)
        scheduler = None
        while not self._stop.is_set():
            identity = client.sync(
                client.scheduler.identity, n_workers=-1, callback_timeout=RESPONSE_SECONDS
            )
            # The client has connected again by itself, but the workers are not initialized.
            if scheduler not in (None, identity["id"]):
                raise ConnectionError("The scheduler was restarted.")
            scheduler = identity["id"]
            self._threads = sum(worker["nthreads"] for worker in identity["workers"].values())
            if self._threads and not self._cluster:
                logger.info("Tasks run on the Dask cluster", threads=self._threads)
            self._cluster = cluster if self._threads else None
            self._was_tried.set()
            self._stop.wait(POLL_SECONDS)
