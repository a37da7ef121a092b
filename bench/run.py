"""Run benchmarks, print a table and write `bench/results.json`.

    python -m bench.run                   all benchmarks
    python -m bench.run ingest queries    bench/bench_ingest.py and bench/bench_queries.py

Each benchmark is a module `bench/bench_….py` with a function `run()`, which returns rows: ``name``,
``value``, ``unit`` and, for comparisons, ``peer`` (the other value, in the same unit) and ``ratio``
(how many times better PyDash is; above 1, PyDash is ahead). Each benchmark runs in its own process.
On a shared machine, compare ratios within one run, not figures of different runs.
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

Row = dict[str, Any]

FOLDER = Path(__file__).parent
RESULTS = FOLDER / "results.json"
LIBRARIES = ("numpy", "ZODB", "ZEO", "zstandard", "duckdb", "tdigest", "Flask-MonitoringDashboard")
_RUN = "import importlib, json, sys; print(json.dumps(importlib.import_module(sys.argv[1]).run()))"


def main(names: list[str]) -> None:
    """Run the named benchmarks, or all."""
    results = _stored()
    results["environment"] = _environment()
    for name in names or _all_names():
        print(f"\n{name}", flush=True)
        results["benchmarks"][name] = rows = _run(name)
        print(table(rows), flush=True)
        RESULTS.write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")


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


def _stored() -> dict[str, Any]:
    if not RESULTS.exists():
        return {"benchmarks": {}}
    stored: dict[str, Any] = json.loads(RESULTS.read_text(encoding="utf-8"))
    return stored


def _environment() -> dict[str, Any]:
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
