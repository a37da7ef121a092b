"""Hands calls to a Dask cluster instead of processes of this machine."""

from collections.abc import Callable
from concurrent.futures import Executor, Future
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


class DaskExecutor(Executor):
    """Runs calls on the workers of a Dask cluster.

    :param address: of the cluster's scheduler, ``host:port``.
    :param initializer: called once in every worker, also in those that join later.

    A worker runs as many calls at a time as it has threads. One that dies is Dask's business:
    the call runs on another. A call that is abandoned cannot be ended by force; its worker is
    free again when it returns.
    """

    def __init__(self, address: str, initializer: Callable[[], object]) -> None:
        import distributed  # an optional dependency

        class Initialize(distributed.WorkerPlugin):
            def setup(self, worker: object) -> None:
                initializer()

        self._client: Any = distributed.Client(address, set_as_default=False)  # type: ignore[no-untyped-call]
        self._client.register_plugin(Initialize(), name="initialize")
        self._executor: Any = self._client.get_executor(  # type: ignore[no-untyped-call]
            pure=False, retries=0
        )

    @property
    def capacity(self) -> int:
        """How many calls the cluster can run at a time, now."""
        threads = self._client.scheduler_info(n_workers=-1)["workers"].values()
        return sum(worker["nthreads"] for worker in threads)

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Run `fn` on a worker of the cluster."""
        future: Future[T] = self._executor.submit(fn, *args, **kwargs)
        return future

    def abandon(self, future: Future[Any]) -> None:
        """Stop waiting for a call."""
        future.cancel()

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Leave the cluster."""
        self._executor.shutdown(wait=wait)
        self._client.close()
