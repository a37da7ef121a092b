"""A simulated monitored app that never sends the same name twice, and always has more requests.

    python -m bench.hostile_app PORT

It responds like the exporter, in pages of 25,000 requests, each with an endpoint, a version, a
group and an address of its own. Below `/huge` the pages are larger than PyDash accepts them.
"""

import asyncio
import json
import sys
from contextlib import suppress
from typing import Any
from urllib.parse import parse_qs, urlsplit

PAGE = 25_000
NAME_LENGTH, HUGE_LENGTH = 50, 1_000
FIRST_TIME = 1_790_000_000_000_000  # µs since 1970


async def serve(port: int) -> None:
    """Serve until killed."""
    server = await asyncio.start_server(_handle, "127.0.0.1", port)
    async with server:
        await server.serve_forever()


async def _handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    # PyDash closes the connection when a response is too large.
    with suppress(ConnectionError):
        while request := await reader.readline():
            while (await reader.readline()).strip():
                pass
            body = json.dumps(_respond(request.split()[1].decode())).encode()
            head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length:"
            writer.write(f"{head} {len(body)}\r\n\r\n".encode() + body)
            await writer.drain()
    writer.close()


def _respond(target: str) -> Any:
    url = urlsplit(target)
    route = url.path.rpartition("/")[2]
    if route == "get_json_details":
        return {"exporter-version": "1", "dashboard-version": "5.1.0", "last-id": 10**12}
    if route == "get_json_monitor_rules":
        return {"data": []}
    length = HUGE_LENGTH if url.path.startswith("/huge") else NAME_LENGTH
    first = int(parse_qs(url.query)["after_id"][0]) + 1
    ids = list(range(first, first + PAGE))
    data = {
        "id": ids,
        "endpoint": _names("endpoint", ids, length),
        "duration": [float(id_ % 9973) for id_ in ids],
        "time_requested": [FIRST_TIME + id_ * 10_000 for id_ in ids],
        "version_requested": _names("version", ids, length),
        "group_by": _names("group", ids, length),
        "ip": _names("address", ids, length),
        "status_code": [200] * PAGE,
    }
    last = ids[-1]
    return {"data": data, "has_more": True, "last_id": 10**12, "next_after_id": last}


def _names(field: str, ids: list[int], length: int) -> Any:
    # Scattered, because names in order would be cheap to store.
    values = [f"{field} {id_ * 2_654_435_761 % 2**32:010} ".ljust(length, "x") for id_ in ids]
    return {"values": values, "codes": list(range(len(ids)))}


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1])))
