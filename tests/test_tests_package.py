"""The package `tests` is this one, not the one that Flask-MonitoringDashboard installs."""

import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import tests

OURS = str(Path(__file__).parent)


def path_of_tests() -> str:
    return str(Path(str(tests.__file__)).parent)


def test_it_is_ours() -> None:
    assert path_of_tests() == OURS


def test_it_is_ours_in_spawned_workers() -> None:
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        assert pool.submit(path_of_tests).result() == OURS


def test_it_is_ours_in_modules_run_from_the_root() -> None:
    program = "import pathlib, tests; print(pathlib.Path(tests.__file__).parent)"
    found = subprocess.run(
        [sys.executable, "-c", program], cwd=Path(OURS).parent, capture_output=True, text=True
    )
    assert found.stdout.strip() == OURS
