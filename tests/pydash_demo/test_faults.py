"""The exceptions of the bookshop, through its own exporter."""

import json
import os
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

# In a process of its own, as Flask-MonitoringDashboard has only one app and database.
SCRIPT = """
import json, sys, time
from datetime import UTC, datetime
from pathlib import Path
from pydash_demo.shop import create_shop
shop = create_shop(Path.cwd(), "a token of the bookshop")
from pydash_demo.history import write_history
write_history(datetime.now(UTC))
client = shop.test_client()
headers = {"X-PyDash-Token": "a token of the bookshop"}

def exceptions():
    url = "/dashboard/get_json_exceptions?limit=1000"
    return client.get(url, headers=headers).get_json()["data"]

past = exceptions()
statuses = [client.get("/reviews").status_code for _ in range(60)]
deadline = time.monotonic() + 60
while len(exceptions()) < len(past) + statuses.count(500) and time.monotonic() < deadline:
    time.sleep(0.1)
print(json.dumps({"past": past, "live": exceptions()[len(past):], "failed": statuses.count(500)}))
"""


def test_they_belong_to_several_faults_past_and_present(tmp_path: Path) -> None:
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(root)},
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    found = json.loads(done.stdout.splitlines()[-1])
    versions = defaultdict(set)
    types = defaultdict(set)
    for each in found["past"]:
        versions[each["group"]].add(each["version"])
        types[each["type"]].add(each["group"])
        assert each["stack"][-1]["own"]
        assert each["stack"][-1]["source"]
    # One of them in all versions, two that are new, and others of some versions.
    assert sorted(types) == [
        *("ConnectionError", "FileNotFoundError", "KeyError", "PaymentDeclinedError"),
        *("TimeoutError", "ZeroDivisionError"),
    ]
    assert all(len(groups) == 1 for groups in types.values())
    [declined] = types["PaymentDeclinedError"]
    [rating] = types["ZeroDivisionError"]
    [picture] = types["FileNotFoundError"]
    assert (len(versions[declined]), len(versions[rating])) == (3, 1)
    assert versions[picture] == versions[rating] == {"1.6.0"}
    assert 0 < found["failed"] == len(found["live"])
    assert {each["group"] for each in found["live"]} == {rating}
