import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

# The processes of a pool get this process's path and import the tasks by name.
sys.path.insert(0, str(Path(__file__).parent / "support"))

from reports import Reports


@pytest.fixture
def reports(tmp_path: Path) -> Iterator[Reports]:
    reports = Reports(tmp_path / "reports")
    yield reports
    reports.close()
