import os
import socket
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from pathlib import Path

import psutil
import pytest

from periodic_tasks import TaskScheduler
from periodic_tasks.dask_executor import DaskExecutor
from periodic_tasks.process_executor import ProcessExecutor
from tests.periodic_tasks.support import scheduled_tasks
from tests.periodic_tasks.support.reports import Reports
from tests.support.certificates import Authority

# Dask leaves sockets to the garbage collector when a cluster ends.
pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning")


@pytest.fixture(scope="module")
def cluster() -> Iterator[str]:
    """A real cluster of two worker processes; the address of its scheduler."""
    from distributed import LocalCluster

    with LocalCluster(  # type: ignore[no-untyped-call]
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None
    ) as cluster:
        yield cluster.scheduler_address.removeprefix("tcp://")


@pytest.fixture
def executor(cluster: str, reports: Reports) -> Iterator[DaskExecutor]:
    initializer = partial(scheduled_tasks.report_pid, reports.path)
    executor = DaskExecutor(cluster, initializer, partial(ProcessExecutor, 1))
    yield executor
    executor.shutdown()


def test_it_runs_calls_on_all_workers_after_initializing_each(
    executor: DaskExecutor, reports: Reports, tmp_path: Path
) -> None:
    initialized = {int(reports.next()) for _ in range(2)}
    assert executor.capacity == 2
    releases = [tmp_path / "first", tmp_path / "second"]
    for release in releases:
        os.mkfifo(release)
    wait = partial(scheduled_tasks.report_pid_and_wait, reports.path)
    calls = [executor.submit(wait, release) for release in releases]
    assert {int(reports.next()) for _ in calls} == initialized
    for release, call in zip(releases, calls, strict=True):
        release.write_text("go on")
        call.result(timeout=20)


def test_it_propagates_exceptions(executor: DaskExecutor) -> None:
    with pytest.raises(ZeroDivisionError):
        executor.submit(divmod, 1, 0).result(timeout=20)


def test_a_scheduler_can_hand_its_tasks_to_a_cluster(cluster: str, reports: Reports) -> None:
    initializer = partial(scheduled_tasks.report, reports.path, "initialized")
    executor = partial(DaskExecutor, cluster, initializer, partial(ProcessExecutor, 1))
    scheduler = TaskScheduler(0.01, executor=executor)
    scheduler.start()
    task = partial(scheduled_tasks.report_pid, reports.path)
    for number in range(4):
        scheduler.add_background_task(number, task)
    lines = [reports.next() for _ in range(4)]
    while "initialized" in lines:
        lines = [line for line in lines if line != "initialized"]
        lines += [reports.next() for _ in range(4 - len(lines))]
    pids = {int(line) for line in lines}
    assert all(psutil.pid_exists(pid) for pid in pids)
    scheduler.stop()


def test_it_connects_to_a_cluster_over_tls(tmp_path: Path, reports: Reports) -> None:
    from distributed import LocalCluster, Security

    authority = Authority.create(tmp_path / "authority")
    own, client = str(authority.issue("cluster")), str(authority.issue("client"))
    security = Security(  # type: ignore[no-untyped-call]
        require_encryption=True,
        tls_ca_file=str(authority.ca),
        **{f"tls_{role}_cert": own for role in ("scheduler", "worker", "client")},
    )
    initializer = partial(scheduled_tasks.report_pid, reports.path)
    tls = {"ca": str(authority.ca), "cert": client}
    with LocalCluster(  # type: ignore[no-untyped-call]
        n_workers=1,
        threads_per_worker=1,
        processes=True,
        dashboard_address="127.0.0.1:0",
        protocol="tls",
        security=security,
    ) as cluster:
        address = cluster.scheduler_address.removeprefix("tls://")
        executor = DaskExecutor(address, initializer, partial(ProcessExecutor, 1), tls)
        assert executor.submit(os.getpid).result(timeout=20) == int(reports.next())
        executor.shutdown()


def test_calls_run_on_this_machine_while_there_is_no_scheduler() -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as free:
        port = free.getsockname()[1]
    executor = DaskExecutor(f"127.0.0.1:{port}", os.getpid, partial(ProcessExecutor, 3))
    assert executor.capacity == 3
    [worker] = {executor.submit(os.getpid).result(timeout=20) for _ in range(2)}
    assert worker in {each.pid for each in psutil.Process().children(recursive=True)}
    executor.shutdown()
