"""The cube knows nothing of PyDash."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
# Imports every module of the package, in a process that finds no other package of the project.
PROGRAM = """
import importlib, pkgutil, sys
from importlib.abc import MetaPathFinder

class Blocked(MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        top = name.partition(".")[0]
        if top in BLOCKED:
            raise ImportError(f"{name} is blocked")

sys.meta_path.insert(0, Blocked())
import pydash_cube
for module in pkgutil.iter_modules(pydash_cube.__path__, "pydash_cube."):
    importlib.import_module(module.name)
    print(module.name)
"""


def test_every_module_can_be_imported_without_the_rest_of_pydash() -> None:
    packages = {path.parent.name for path in ROOT.glob("*/__init__.py")}
    others = packages - {"pydash_cube"} | {"pydash", "flask", "pydantic", "pydash_exporter"}
    assert "pydash_app" in others
    found = subprocess.run(
        [sys.executable, "-c", f"BLOCKED = {others!r}\n{PROGRAM}"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert found.returncode == 0, found.stderr
    assert "pydash_cube.result" in found.stdout
