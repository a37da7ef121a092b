"""The connection of a process to the event store."""

import subprocess
import sys
from pathlib import Path

FORK = """
import os, sys
from datetime import UTC, datetime
import pydash_app
from pydash_app import event
from pydash_app.configuration import Configuration
from pydash_events import Event, EventFilter

settings = {"PYDASH_DATA_DIR": sys.argv[1], "PYDASH_EVENTS_URI": f"sqlite:///{sys.argv[1]}/events"}
pydash_app.configure(Configuration.from_environment(settings))

def record(name):
    assert event.store().record_events([Event(name, "t", datetime.now(UTC), [], None)]) == [0]

record("before")
engine = event.store()._engine
assert event.store("other")._engine is engine
child = os.fork()
if not child:
    assert event.store()._engine is not engine
    record("child")
    os._exit(0)
assert os.waitpid(child, 0)[1] == 0
assert event.store()._engine is engine
record("after")
assert {each.message_id for each in event.store().get_events(EventFilter())} == {
    "before", "child", "after"
}
"""


def test_a_forked_process_opens_a_connection_of_its_own(tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-c", FORK, str(tmp_path)], check=True, timeout=60)
