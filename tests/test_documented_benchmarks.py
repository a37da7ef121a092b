"""The tables of measurements in the documentation are those of `bench/results.json`."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from bench import document

RESULTS: dict[str, Any] = json.loads(document.RESULTS.read_text(encoding="utf-8"))
PERFORMANCE = document.DOCUMENTS[0]
TABLE = re.compile(r"<!-- bench: (\w+) -->.*?<!-- end -->", re.DOTALL)
MEASURED = re.compile(r"\d[\d,.]*\s?(?:ms|s|%|×|times|[kMG]?B|/s|(?:requests|calls)/s)\b")


@pytest.mark.parametrize("path", document.DOCUMENTS, ids=lambda path: path.name)
def test_tables_are_those_of_the_results(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert document.filled(text, RESULTS) == text, "run python -m bench.document"


def test_every_result_is_documented() -> None:
    texts = [path.read_text(encoding="utf-8") for path in document.DOCUMENTS]
    assert set(RESULTS) <= {name for text in texts for name in TABLE.findall(text)}


def test_every_benchmark_has_a_place() -> None:
    names = {path.stem.removeprefix("bench_") for path in document.FOLDER.glob("bench_*.py")}
    texts = [path.read_text(encoding="utf-8") for path in document.DOCUMENTS]
    found = [name for text in texts for name in TABLE.findall(text)]
    assert sorted(found) == sorted([*names, "large", "soak"])


def test_no_other_text_repeats_a_measured_figure() -> None:
    text = PERFORMANCE.read_text(encoding="utf-8")
    assert MEASURED.findall(TABLE.sub("", text)) == []
    assert MEASURED.search(text)


def test_people_read_of_requests() -> None:
    assert not re.search(r"\bcalls?\b", PERFORMANCE.read_text(encoding="utf-8"))


def test_every_missed_target_has_a_reason() -> None:
    for path in document.DOCUMENTS:
        assert document.UNKNOWN not in path.read_text(encoding="utf-8")


def test_a_row_says_whether_its_target_is_met() -> None:
    row = {"name": "this", "value": 2, "unit": "ms", "peer": 1, "ratio": 0.5}
    environment = dict.fromkeys(["date", "processor", "cores", "load", "python"], "")
    text = "<!-- bench: some -->\n<!-- end -->"
    rows = [{**row, "target": 1}, {**row, "target": 0.4}]
    found = document.filled(text, {"some": {"environment": environment, "rows": rows}})
    assert "| this | 2 ms | 1 ms | 0.50 × | 1 × **not met** |" in found
    assert "| this | 2 ms | 1 ms | 0.50 × | 0.40 × met |" in found
    assert found.count(document.UNKNOWN) == 1
