"""The cube depends on no other package of PyDash, and its tests run without them."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"tests"}
BLOCKED = PACKAGES - {"pydash_cube"} | {"pydash", "pydash_exporter", "flask", "pydantic"}
BLOCK = f"""
import importlib, pkgutil, sys
from importlib.abc import MetaPathFinder

class Blocked(MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {BLOCKED!r}:
            raise ImportError(f"{{name}} is blocked")

sys.meta_path.insert(0, Blocked())
"""
IMPORT_ALL = """
import pydash_cube
for module in pkgutil.iter_modules(pydash_cube.__path__, "pydash_cube."):
    importlib.import_module(module.name)
    print(module.name)
"""
# Those that take long are only collected: they import nothing while they run.
RUN_TESTS = """
import pytest
sys.exit(pytest.main([
    "-q", "--confcutdir=tests/pydash_cube", "-p", "no:cacheprovider", "-p", "no:schemathesis",
    "--ignore=tests/pydash_cube/test_independence.py", "tests/pydash_cube",
    "--deselect=tests/pydash_cube/test_large_cubes.py",
    "--deselect=tests/pydash_cube/test_folding.py",
    "--deselect=tests/pydash_cube/test_cube_against_lists.py",
    "--deselect=tests/pydash_cube/test_cube_at_rest.py",
]))
"""


def _run(program: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-c", BLOCK + program], cwd=ROOT, capture_output=True, text=True
    )


def test_the_block_works() -> None:
    assert "pydash_app" in BLOCKED
    assert "pydash_app is blocked" in _run("import pydash_app").stderr


def test_every_module_can_be_imported_without_the_rest_of_pydash() -> None:
    imported = _run(IMPORT_ALL)
    assert imported.returncode == 0, imported.stderr
    assert "pydash_cube.result" in imported.stdout


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_the_tests_of_the_cube_pass_without_the_rest_of_pydash() -> None:
    tests = _run(RUN_TESTS)
    assert tests.returncode == 0, tests.stdout + tests.stderr
    assert " passed" in tests.stdout
