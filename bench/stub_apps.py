"""Any number of simulated monitored apps in one process, which respond like the exporter.

    python -m bench.stub_apps PORT

App number N is at `/N/dashboard`. Each time its calls are requested, it has a few more. Apps with a
number of at least a million never respond. `GET /seen` returns the times at which the calls of each
app were requested (seconds, monotonic clock of the system).
"""

import asyncio
import json
import sys
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial
from typing import Any
from urllib.parse import parse_qs, urlsplit

NEW_CALLS = 5
FIRST_TIME = 1_790_000_000_000_000  # µs since 1970
HANGING_FROM = 1_000_000

_seen: dict[str, list[float]] = defaultdict(list)


async def serve(port: int, respond: Callable[[str], Awaitable[Any]]) -> None:
    """Serve JSON until killed.

    :param respond: returns the content of the response to a GET request of a path.
    """
    handle = partial(_handle, respond=respond)
    server = await asyncio.start_server(handle, "127.0.0.1", port, backlog=512)
    async with server:
        await server.serve_forever()


async def _handle(
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    respond: Callable[[str], Awaitable[Any]],
) -> None:
    # A fetch that is killed closes its connection.
    with suppress(ConnectionError):
        while request := await reader.readline():
            while (await reader.readline()).strip():
                pass
            body = json.dumps(await respond(request.split()[1].decode())).encode()
            head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length:"
            writer.write(f"{head} {len(body)}\r\n\r\n".encode() + body)
            await writer.drain()
    writer.close()


async def _respond(target: str) -> Any:
    url = urlsplit(target)
    if url.path == "/seen":
        return _seen
    _, app, *_, route = url.path.split("/")
    if int(app) >= HANGING_FROM:
        await asyncio.sleep(3600)
    if route == "get_json_details":
        return {"exporter-version": "1", "dashboard-version": "5.1.0", "last-id": NEW_CALLS}
    if route == "get_json_monitor_rules":
        return {"data": []}
    return _calls(app, int(parse_qs(url.query)["after_id"][0]))


def _calls(app: str, after_id: int) -> Any:
    _seen[app].append(time.monotonic())
    last_id = NEW_CALLS * len(_seen[app])
    ids = list(range(after_id + 1, last_id + 1))
    same = {"values": ["same"], "codes": [0] * len(ids)}
    data = {
        "id": ids,
        "endpoint": same,
        "duration": [12.5] * len(ids),
        "time_requested": [FIRST_TIME + id_ * 1_000_000 for id_ in ids],
        "version_requested": same,
        "group_by": same,
        "ip": same,
        "status_code": [200] * len(ids),
    }
    return {"data": data, "has_more": False, "last_id": last_id, "next_after_id": last_id}


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), _respond))
