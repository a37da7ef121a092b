from collections.abc import Iterator

import pytest

from tests.pydash_app.fetching.support.monitored_process import MonitoredApp


@pytest.fixture(scope="module")
def monitored_app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MonitoredApp]:
    """A real monitored app, shared by the tests of a module."""
    app = MonitoredApp(tmp_path_factory.mktemp("monitored"))
    yield app
    app.kill()
