from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.periodic_tasks.support.reports import Reports


@pytest.fixture
def reports(tmp_path: Path) -> Iterator[Reports]:
    reports = Reports(tmp_path / "reports")
    yield reports
    reports.close()
