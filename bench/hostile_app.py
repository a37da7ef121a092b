"""A simulated monitored app that never sends the same name twice, and always has more requests.

    python -m bench.hostile_app PORT

It responds like the exporter, in pages of 25,000 requests, each with an endpoint, a version, a
group and an address of its own. Below `/huge` the pages are larger than PyDash accepts them.
Responses take little time to make, because a real app would run on another machine.
"""

import asyncio
import json
import sys
from contextlib import suppress
from functools import cache
from urllib.parse import parse_qs, urlsplit

PAGE = 25_000
NAME_LENGTH, HUGE_LENGTH = 50, 1_000
FIRST_TIME = 1_790_000_000_000_000  # µs since 1970
_PREFIXES = {
    "endpoint": "endpoint ",
    "version_requested": "version ",
    "group_by": "group ",
    "ip": "address ",
}
_CODES = f'"codes": {json.dumps(list(range(PAGE)))}'


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
            body = _respond(request.split()[1].decode())
            head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length:"
            writer.write(f"{head} {len(body)}\r\n\r\n".encode() + body)
            await writer.drain()
    writer.close()


def _respond(target: str) -> bytes:
    url = urlsplit(target)
    route = url.path.rpartition("/")[2]
    if route == "get_json_details":
        details = {"exporter-version": "1", "dashboard-version": "5.1.0", "last-id": 10**12}
        return json.dumps(details).encode()
    if route == "get_json_monitor_rules":
        return b'{"data": []}'
    first = int(parse_qs(url.query)["after_id"][0]) + 1
    is_huge = url.path.startswith("/huge")
    return _huge_page() if is_huge else _page(first, NAME_LENGTH)


@cache
def _huge_page() -> bytes:
    return _page(1, HUGE_LENGTH)


def _page(first: int, length: int) -> bytes:
    ids = range(first, first + PAGE)
    # Scattered, because names in order would be cheap to store.
    names = [f"{id_ * 2_654_435_761 % 2**32:010}".ljust(length - 10, "x") for id_ in ids]
    data = {
        "id": list(ids),
        "duration": [float(id_ % 9973) for id_ in ids],
        "time_requested": [FIRST_TIME + id_ * 10_000 for id_ in ids],
        "status_code": [200] * PAGE,
    }
    page = {"has_more": True, "last_id": 10**12, "next_after_id": ids[-1], "data": data}
    texts = (
        f', "{field}": {{"values": ["{prefix}' + f'", "{prefix}'.join(names) + f'"], {_CODES}}}'
        for field, prefix in _PREFIXES.items()
    )
    return (json.dumps(page)[:-2] + "".join(texts) + "}}").encode()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1])))
