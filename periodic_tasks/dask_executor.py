"""An executor that runs calls on a Dask cluster instead of processes on this machine."""

from collections.abc import Callable, Mapping
from concurrent.futures import Executor, Future
from types import MappingProxyType
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


class DaskExecutor(Executor):
    """Runs calls on the workers of a Dask cluster.

    :param address: the address of the cluster's scheduler, ``host:port``.
    :param initializer: called once in every worker, including workers that join later.
    :param tls: the paths of certificates for TLS: `ca` of the authority, `cert` and `key` of this
        client (the key may be in the same file). Without `ca`, connections are not encrypted.

    A worker runs as many calls at a time as it has threads. When a worker dies, Dask runs its calls
    on another one. An abandoned call cannot be terminated; it occupies its worker until it returns.
    """

    def __init__(
        self,
        address: str,
        initializer: Callable[[], object],
        tls: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        import distributed  # an optional dependency

        class Initialize(distributed.WorkerPlugin):
            def setup(self, worker: object) -> None:
                initializer()

        security = None
        if "ca" in tls:
            address = f"tls://{address}"
            security = distributed.Security(  # type: ignore[no-untyped-call]
                require_encryption=True,
                tls_ca_file=tls["ca"],
                tls_client_cert=tls["cert"],
                tls_client_key=tls.get("key"),
            )
        self._client: Any = distributed.Client(  # type: ignore[no-untyped-call]
            address, security=security, set_as_default=False
        )
        self._client.register_plugin(Initialize(), name="initialize")
        self._executor: Any = self._client.get_executor(  # type: ignore[no-untyped-call]
            pure=False, retries=0
        )

    @property
    def capacity(self) -> int:
        """The number of calls that the cluster can run at a time, as of now."""
        threads = self._client.scheduler_info(n_workers=-1)["workers"].values()
        return sum(worker["nthreads"] for worker in threads)

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Run `fn` on a worker of the cluster."""
        future: Future[T] = self._executor.submit(fn, *args, **kwargs)
        return future

    def abandon(self, future: Future[Any]) -> None:
        """Cancel a call that has not started; ignore the result of one that has."""
        future.cancel()

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Disconnect from the cluster."""
        self._executor.shutdown(wait=wait)
        self._client.close()
