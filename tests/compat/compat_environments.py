"""Virtual environments with one version of Flask-MonitoringDashboard each, created once."""

import subprocess
import sys
import venv
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CACHE = ROOT / ".compat"
VERSIONS = ("1.11.5", "1.13.1", "2.0.7", "2.1.4", "3.1.2", "3.3.2", "4.0.5", "5.1.0")

OLD = ["flask<2.3", "werkzeug<3", "wtforms<3", "plotly<3", "setuptools<66"]
PINS = {"1.11.5": OLD, "1.13.1": OLD, "2.0.7": OLD, "2.1.4": ["flask<2.3", "werkzeug<3"]}

# plotly 2.7 expects these names, which Python 3.10 removed.
OLD_COLLECTIONS = (
    "import collections, collections.abc; "
    "vars(collections).update({**vars(collections.abc), **vars(collections)})\n"
)


def has_exporter(fmd_version: str) -> bool:
    """Return whether this version is read through the exporter."""
    return tuple(map(int, fmd_version.split("."))) >= (2, 1)


def python_with(fmd_version: str) -> Path:
    """Return a Python with this version installed, in an environment that is created if missing."""
    if version("Flask-MonitoringDashboard") == fmd_version:
        return Path(sys.executable)
    folder = CACHE / fmd_version
    python, mark = folder / "bin" / "python", folder / "complete"
    if not mark.exists():
        venv.create(folder, with_pip=True, clear=True)
        exporter = ["--editable", str(ROOT / "exporter")] if has_exporter(fmd_version) else []
        packages = [f"Flask-MonitoringDashboard=={fmd_version}", *PINS.get(fmd_version, [])]
        install = [str(python), "-m", "pip", "install", "-qq", "--disable-pip-version-check"]
        subprocess.run([*install, *packages, *exporter], check=True)
        (site_packages,) = folder.glob("lib/python*/site-packages")
        (site_packages / "old_collections.pth").write_text(OLD_COLLECTIONS)
        mark.touch()
    return python
