"""Says whether an app exports what explains its measurements, and otherwise how to get it."""

from typing import NamedTuple

from flask import current_app

from pydash_app.dashboard.fetching_status import FetchingStatus
from pydash_web import exporter_wheel

# The first version of the exporter that exports anything besides requests.
EXPORTER = 2


class Kind(NamedTuple):
    """What an app may export besides its requests.

    :ivar name: as the exporter calls it.
    :ivar words: as people call it.
    :ivar since: the first version of Flask-MonitoringDashboard that stores it and that the exporter
        can read.
    """

    name: str
    words: str
    since: tuple[int, int]


EXCEPTIONS = Kind("exceptions", "exceptions", (4, 0))
OUTLIERS = Kind("outliers", "slow requests", (2, 1))
PROFILES = Kind("profiles", "profiles", (2, 1))
GRAPHS = Kind("graphs", "custom graphs", (2, 1))


def hint(status: FetchingStatus, kind: Kind) -> str | None:
    """Return what to do so that an app exports a kind; None if it does so already.

    :param status: what is known about the app.
    """
    if kind.name in status.kinds:
        return None
    remote = status.remote
    if remote is None:
        return f"PyDash has not reached this app yet. If it exports its {kind.words}, they follow."
    steps: list[str] = []
    first = ".".join(map(str, kind.since))
    if _release(remote.fmd_version) < kind.since:
        steps.append(
            f"Its Flask-MonitoringDashboard {remote.fmd_version} cannot export {kind.words}."
            f" Upgrade it to {first} or later:"
            f" pip install --upgrade 'Flask-MonitoringDashboard>={first}'"
        )
    if _release(status.exporter_version) < (EXPORTER, 0):
        wheel = exporter_wheel.find()
        root = current_app.config["PYDASH"].public_url
        source = f"{root}/exporter/{wheel[0]}" if wheel else f"'pydash-exporter>={EXPORTER}'"
        steps.append(f"Install the current exporter: pip install --upgrade {source}")
    steps.append(
        f"Right after dashboard.bind(app), write: pydash_exporter.bind(app, {kind.name}=True)"
    )
    return "\n".join([f"This app does not export its {kind.words}.", *steps, "Then restart it."])


def _release(version: str) -> tuple[int, int]:
    """Return the first two numbers of a version, as far as it has them.

    >>> _release("5.1.0"), _release("2"), _release("unknown")
    ((5, 1), (2, 0), (0, 0))
    """
    numbers = [int(part) if part.isdecimal() else 0 for part in version.split(".")]
    major, minor, *_ = (*numbers, 0, 0)
    return major, minor
