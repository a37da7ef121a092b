"""Write the measured tables of the documentation from `bench/results.json`.

    python -m bench.document

A document has a line `<!-- bench: NAME -->` before the tables of a benchmark and `<!-- end -->`
after them. What is between these is written anew. No other text repeats a measured figure.
"""

import json
import re
from collections.abc import Iterator, Mapping
from itertools import groupby
from pathlib import Path
from typing import Any

from bench.targets import REASONS

Row = Mapping[str, Any]

FOLDER = Path(__file__).parent
RESULTS = FOLDER / "results.json"
DOCUMENTS = [
    FOLDER.parent / "docs" / name for name in ("performance.md", "aggregation.md", "diagnosis.md")
]
UNKNOWN = "the reason is not known."
_PLACE = re.compile(r"(<!-- bench: ([a-z_]+) -->\n).*?(<!-- end -->)", re.DOTALL)


def main() -> None:
    """Write the tables of all documents."""
    results = json.loads(RESULTS.read_text(encoding="utf-8"))
    for document in DOCUMENTS:
        text = document.read_text(encoding="utf-8")
        document.write_text(filled(text, results), encoding="utf-8")


def filled(text: str, results: Mapping[str, Any]) -> str:
    """Return a document with the tables of the results."""

    def section(place: re.Match[str]) -> str:
        before, name, after = place.groups()
        return "\n".join([before, *_section(results[name]), after]) if name in results else place[0]

    return _PLACE.sub(section, text)


def unmet(rows: list[Row]) -> list[Row]:
    """Return the rows that miss their target."""
    return [row for row in rows if _is_met(row) is False]


def _is_met(row: Row) -> bool | None:
    """Return whether a row meets its target; None without a target."""
    if row.get("target") is None:
        return None
    ratio = row["ratio"]
    # Nothing can be better than a value of 0.
    return ratio is None or ratio >= row["target"]


def _section(result: Mapping[str, Any]) -> Iterator[str]:
    rows, place = result["rows"], result["environment"]
    for group, members in groupby(rows, key=lambda row: row.get("group", "")):
        if group:
            yield f"**{group}**"
            yield ""
        some = list(members)
        yield from _matrix(some) if some[0].get("column") else _table(some)
        yield ""
    for reason in dict.fromkeys(_reason(row) for row in unmet(rows)):
        yield f"Not met: {reason}"
        yield ""
    yield (
        f"Measured on {place['date']} with {place['processor']}, {place['cores']} cores,"
        f" {place['load']} processes waiting for a processor, Python {place['python']}."
    )


def _table(rows: list[Row]) -> Iterator[str]:
    has_peer = any(row.get("peer") is not None for row in rows)
    yield "| measurement | value |" + " compared with | ratio | target |" * has_peer
    yield "|---|--:|" + "--:|--:|---|" * has_peer
    for row in rows:
        line = f"| {row['name']} | {_figure(row['value'], row['unit'])} |"
        yield line + f" {_peer(row)} | {_ratio(row)} | {_target(row)} |" * has_peer


def _matrix(rows: list[Row]) -> Iterator[str]:
    """Return a table with a row per name and a column per `column`."""
    columns = list(dict.fromkeys(row["column"] for row in rows))
    yield f"| | {' | '.join(columns)} |"
    yield "|---|" + "--:|" * len(columns)
    for name in dict.fromkeys(row["name"] for row in rows):
        found = {row["column"]: _figure(row["value"], "") for row in rows if row["name"] == name}
        yield f"| {name} | {' | '.join(found.get(column, '') for column in columns)} |"


def _figure(value: float, unit: str) -> str:
    digits = 0 if abs(value) >= 100 or value == int(value) else 1 if abs(value) >= 10 else 2
    return f"{value:,.{digits}f} {unit}".strip()


def _peer(row: Row) -> str:
    if row.get("peer") is None:
        return ""
    return f"{row.get('against', '')}: {_figure(row['peer'], row['unit'])}".removeprefix(": ")


def _ratio(row: Row) -> str:
    return "" if row.get("ratio") is None else f"{_figure(row['ratio'], '')} ×"


def _target(row: Row) -> str:
    if row.get("target") is None:
        return ""
    return f"{_figure(row['target'], '')} × {'met' if _is_met(row) else '**not met**'}"


def _reason(row: Row) -> str:
    """Return why a row misses its target."""
    name = f"{row.get('group', '')}: {row['name']}".removeprefix(": ")
    found = (f"*{part}*: {reason}" for part, reason in REASONS.items() if part in name)
    return next(found, f"*{name}*: {UNKNOWN}")


if __name__ == "__main__":
    main()
