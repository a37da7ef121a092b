"""Virtual environments with one version of Flask-MonitoringDashboard each, created once."""

import subprocess
import sys
import venv
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CACHE = ROOT / ".compat"
VERSIONS = (
    *("1.10.9", "1.11.5", "1.13.1", "2.0.7", "2.1.4"),
    *("3.1.2", "3.3.2", "4.0.5", "5.0.4", "5.1.0"),
)
NEWEST = VERSIONS[-1]

OLD = ["flask<2.3", "werkzeug<3", "wtforms<3", "plotly<3", "setuptools<66", "pyjwt"]
PINS = dict.fromkeys(("1.10.9", "1.11.5", "1.13.1", "2.0.7"), OLD)
PINS["2.1.4"] = ["flask<2.3", "werkzeug<3"]
DRIVERS = ["psycopg2-binary", "PyMySQL"]
SERVER = "waitress"

# plotly 2.7 expects these names, which Python 3.10 removed.
OLD_COLLECTIONS = (
    "import collections, collections.abc; "
    "vars(collections).update({**vars(collections.abc), **vars(collections)})\n"
)


def number(fmd_version: str) -> tuple[int, ...]:
    """Return a version in a form that can be compared."""
    return tuple(map(int, fmd_version.split(".")))


def has_exporter(fmd_version: str) -> bool:
    """Return whether this version is read through the exporter."""
    return number(fmd_version) >= (2, 1)


def has_servers(fmd_version: str) -> bool:
    """Return whether this version is tested on database servers, too."""
    return number(fmd_version) >= (3, 1)


def python_with(fmd_version: str) -> Path:
    """Return a Python with this version installed, in an environment that is created if missing."""
    if version("Flask-MonitoringDashboard") == fmd_version:
        return Path(sys.executable)
    folder = CACHE / fmd_version
    python, mark = folder / "bin" / "python", folder / "complete"
    packages = [f"Flask-MonitoringDashboard=={fmd_version}", *PINS.get(fmd_version, [])]
    if has_exporter(fmd_version):
        packages += ["--editable", str(ROOT / "exporter"), SERVER]
    if has_servers(fmd_version):
        packages += DRIVERS
    # What was installed, since it may change.
    installed = "\n".join(packages)
    if not mark.exists() or mark.read_text() != installed:
        venv.create(folder, with_pip=True, clear=True)
        install = [str(python), "-m", "pip", "install", "-qq", "--disable-pip-version-check"]
        subprocess.run([*install, *packages], check=True)
        (site_packages,) = folder.glob("lib/python*/site-packages")
        (site_packages / "old_collections.pth").write_text(OLD_COLLECTIONS)
        mark.write_text(installed)
    return python
