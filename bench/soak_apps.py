"""Any number of simulated monitored apps in one process, whose requests depend on the clock alone.

    python -m bench.soak_apps PORT START END

App number N is at `/N/dashboard`. It receives a request each second between START and END (seconds
since 1970), so its request with the ID `id` was `id` seconds after START. The process has no state:
after it was killed and started again, it serves the same, and `served` computes what that was.
"""

import asyncio
import sys
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs, urlsplit

import numpy as np

from bench.stub_apps import serve

ENDPOINTS, VERSIONS, GROUPS, ADDRESSES = 20, 3, 10, 100


class Apps:
    """The apps.

    :param start: when they receive their first requests, in seconds since 1970.
    :param end: when they receive the last ones.
    """

    def __init__(self, start: int, end: int) -> None:
        self._start, self._end = start, end

    async def respond(self, target: str) -> Any:
        """Return the response to a request of a path, as the exporter does."""
        url = urlsplit(target)
        _, app, *_, route = url.path.split("/")
        last_id = max(0, min(int(time.time()), self._end) - self._start)
        if route == "get_json_details":
            return {"exporter-version": "1", "dashboard-version": "5.1.0", "last-id": last_id}
        if route == "get_json_monitor_rules":
            return {"data": []}
        query = parse_qs(url.query)
        after_id, limit = int(query["after_id"][0]), int(query["limit"][0])
        next_id = min(last_id, after_id + limit)
        return {
            "data": self._columns(int(app), np.arange(after_id + 1, next_id + 1)),
            "has_more": next_id < last_id,
            "last_id": last_id,
            "next_after_id": next_id,
        }

    def _columns(self, app: int, ids: np.ndarray[Any, np.dtype[np.int64]]) -> Mapping[str, Any]:
        scattered = _scattered(app, ids)

        def texts(name: str, number: int) -> Mapping[str, Any]:
            values = [f"{name} {each}" for each in range(number)]
            return {"values": values, "codes": (scattered % number).tolist()}

        return {
            "id": ids.tolist(),
            "endpoint": texts("endpoint", ENDPOINTS),
            "duration": (scattered % 9973 / 10).tolist(),
            "time_requested": ((self._start + ids) * 1_000_000).tolist(),
            "version_requested": texts("version", VERSIONS),
            "group_by": texts("group", GROUPS),
            "ip": texts("address", ADDRESSES),
            "status_code": [200] * len(ids),
        }

    def served(self, app: int) -> dict[str, int]:
        """Return the number of all requests of an app by endpoint."""
        endpoints = _scattered(app, np.arange(1, self._end - self._start + 1)) % ENDPOINTS
        counts = np.bincount(endpoints, minlength=ENDPOINTS).tolist()
        return {f"endpoint {each}": count for each, count in enumerate(counts) if count}


def _scattered(
    app: int, ids: np.ndarray[Any, np.dtype[np.int64]]
) -> np.ndarray[Any, np.dtype[np.int64]]:
    scattered: np.ndarray[Any, np.dtype[np.int64]] = (ids + app * 7919) * 2_654_435_761 % 2**32
    return scattered >> 8


if __name__ == "__main__":
    port, start, end = map(int, sys.argv[1:])
    asyncio.run(serve(port, Apps(start, end).respond))
