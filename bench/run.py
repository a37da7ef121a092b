"""Run benchmarks, print their tables, and write them to `bench/results.json` and the documentation.

    python -m bench.run                   all benchmarks
    python -m bench.run ingest queries    bench/bench_ingest.py and bench/bench_queries.py

Each benchmark is a module `bench/bench_….py` with a function `run()`, which returns rows: ``name``,
``value``, ``unit``; for comparisons, ``peer`` (the other value, in the same unit), ``against``
(what that is) and ``ratio`` (how many times better PyDash is; above 1, PyDash is ahead);
``target``, the smallest ratio that is good enough; ``group``, the heading of its table; and
``column``, if the table is a matrix. Each benchmark runs in its own process. On a shared machine,
compare ratios within one run, not figures of different runs.
"""

import json
import os
import platform
import subprocess
import sys
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from bench import document

Row = dict[str, Any]

FOLDER = Path(__file__).parent
LIBRARIES = ("numpy", "ZODB", "ZEO", "zstandard", "duckdb", "tdigest", "Flask-MonitoringDashboard")
_RUN = "import importlib, json, sys; print(json.dumps(importlib.import_module(sys.argv[1]).run()))"


def main(names: list[str]) -> None:
    """Run the named benchmarks, or all."""
    for name in names or _all_names():
        print(f"\n{name}", flush=True)
        before, rows = environment(), _run(name)
        print(table(rows), flush=True)
        store(name, before, rows)
    document.main()


def store(name: str, environment: dict[str, Any], rows: list[Row]) -> None:
    """Write the result of a benchmark to the file of results."""
    results = json.loads(document.RESULTS.read_text(encoding="utf-8"))
    results[name] = {"environment": environment, "rows": rows}
    text = json.dumps(dict(sorted(results.items())), indent=1) + "\n"
    document.RESULTS.write_text(text, encoding="utf-8")


def table(rows: list[Row]) -> str:
    """Return rows as text in columns."""
    width = max(len(row["name"]) for row in rows)
    return "\n".join(f"  {row['name']:{width}}  {_figures(row)}" for row in rows)


def _figures(row: Row) -> str:
    text = f"{row['value']:>12,.2f} {row['unit']:<9}"
    if row.get("peer") is not None:
        text += f" {row['peer']:>12,.2f}"
    if row.get("ratio") is not None:
        text += f" {row['ratio']:>9,.1f} x"
    return text.rstrip()


def _run(name: str) -> list[Row]:
    command = [sys.executable, "-c", _RUN, f"bench.bench_{name}"]
    output = subprocess.run(
        command, cwd=FOLDER.parent, check=True, stdout=subprocess.PIPE, text=True
    )
    # Libraries may print too; the rows are the last line.
    rows: list[Row] = json.loads(output.stdout.strip().splitlines()[-1])
    return rows


def _all_names() -> list[str]:
    return sorted(path.stem.removeprefix("bench_") for path in FOLDER.glob("bench_*.py"))


def environment() -> dict[str, Any]:
    """Return when and where a benchmark runs."""
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "processor": _processor(),
        "cores": os.cpu_count(),
        "load": round(os.getloadavg()[0], 1),
        "system": platform.system(),
        "python": platform.python_version(),
        "libraries": {name: version(name) for name in LIBRARIES},
    }


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    lines = info.read_text(encoding="utf-8").splitlines() if info.exists() else []
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return models[0] if models else platform.processor()


if __name__ == "__main__":
    main(sys.argv[1:])
