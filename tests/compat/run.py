"""Holds the client against every version of FMD and writes down what came out: `make compat`."""

import platform
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from tests.compat import compat_environments as environments
from tests.compat import compat_harness as harness

REPORT = environments.ROOT / "docs" / "compatibility.md"
ZONES = ("UTC", "America/New_York")
HEAD = """\
# Compatibility with Flask-MonitoringDashboard

Written by `make compat` on {day} with Python {python}. For every version a real app ran on the
real package, in two time zones. It had {rounds} real requests and some {history:,} older calls in
its database: unordered, some equal, some at full seconds, some with whole milliseconds. PyDash
fetched them in small pages, then again after more requests, then once more. Each time

- its calls were the app's own, one by one: endpoint, time, duration, version, group, address and
  status code;
- its counts per endpoint were equal, and its medians were the app's, to within a hundredth of
  the calls;
- the last time, nothing was counted twice.

| FMD | time zone of the server | read through | calls | after more requests | result | seconds |
|---|---|---|--:|--:|---|--:|
"""
TAIL = """
How to connect an app of each version: [connecting.md](connecting.md).

Known limits:

- FMD 1.10 and 1.11 store their server's local time. The distance to UTC is taken from the first
  call; calls on the other side of a change to or from summer time are off by that hour. FMD 1.10
  tells nothing to take it from, so its times count as UTC, and PyDash says so.
- FMD before 3.1 stores no status code, and its export routes before the exporter did not give one.
- FMD 2.0 gives the number of an endpoint and not its name. If endpoints were deleted by hand in
  its database, names of later ones are wrong.
- Before the exporter, calls can only be told apart by time. None is lost while the clock of the
  app is less than an hour behind the one of its web server.
- FMD 5.0.2 stamps every call with the time at which the app was started.
"""


def main() -> int:
    """Run every version in every time zone; the number of failures is the exit code."""
    lines, failures = [], 0
    for fmd_version in environments.VERSIONS:
        environments.python_with(fmd_version)
        for zone in ZONES:
            line = run(fmd_version, zone)
            failures += "equal" not in line
            lines.append(line)
            print(line, flush=True)
    head = HEAD.format(
        day=datetime.now(UTC).date(),
        python=platform.python_version(),
        history=harness.HISTORY,
        rounds=harness.ROUNDS * len(harness.PATHS),
    )
    REPORT.write_text(head + "\n".join(lines) + "\n" + TAIL)
    return failures


def run(fmd_version: str, zone: str) -> str:
    """Compare one version in one time zone, and return a line of the table."""
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        try:
            found = harness.compare(fmd_version, zone, Path(folder))
        except AssertionError as error:
            return f"| {fmd_version} | {zone} | | | | **differs** {error} | |"
    how = "the exporter" if found.details.dialect == "exporter" else "its own routes"
    seconds = time.monotonic() - started
    return (
        f"| {fmd_version} | {zone} | {how} | {found.calls:,} | {found.after_more:,} "
        f"| equal | {seconds:.1f} |"
    )


if __name__ == "__main__":
    sys.exit(main())
