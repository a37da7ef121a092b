"""The sample archive: recent calls of a dashboard in the pages of the exporter, pseudonymised.

An archive shows how an app behaves, to a developer or in a bug report, but not who uses it.
Addresses, users, and endpoint names with digits or `@` are replaced by their HMAC under a random
key, which is forgotten when the archive is complete. `pydash demo replay` serves an archive as a
monitored app.
"""

import hmac
import io
import json
import re
import secrets
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from ipaddress import IPv6Address
from typing import Any

import numpy as np

from pydash_app.dashboard.entity import Dashboard
from pydash_cube.call_batch import CallBatch
from pydash_cube.query import Query
from pydash_cube.vocabulary import StatisticName, TimeUnit

FORMAT = 1
MAX_DAYS = 5
# About 30 MB.
MAX_CALLS = 1_000_000
_IDENTIFYING = re.compile(r"[\d@]")
# The addresses for documentation, 2001:db8::/32.
_PREFIX = 0x20010DB8 << 96
_CACHED_PSEUDONYMS = 100_000


class Pseudonyms:
    """Replaces texts; equal ones by equal ones, and nobody can tell by which."""

    def __init__(self) -> None:
        key = secrets.token_bytes(32)

        @lru_cache(_CACHED_PSEUDONYMS)
        def digest(text: str) -> bytes:
            return hmac.digest(key, text.encode("utf-8", "surrogatepass"), "sha256")

        self._digest = digest

    def address(self, text: str) -> str:
        """Return an address in place of another one."""
        return text and str(IPv6Address(_PREFIX | int.from_bytes(self._digest(text)[:12])))

    def user(self, text: str) -> str:
        """Return a name in place of a user's."""
        return text and f"user-{self._digest(text).hex()[:16]}"

    def endpoint(self, text: str) -> str:
        """Return a name in place of an endpoint's, if it may identify someone."""
        if not _IDENTIFYING.search(text):
            return text
        return f"endpoint-{self._digest(text).hex()[:16]}"


def archive(dashboard: Dashboard, now: datetime) -> Iterator[bytes]:
    """Return the parts of a ZIP file with the newest complete days (UTC), at most five.

    They have at most a million calls, unless the newest of them alone has more: then its first
    million. One page at a time is in memory.

    :param now: the time (UTC).
    """
    days = _days(dashboard, now)
    query = Query(days[0], days[-1] + timedelta(days=1)) if days else Query(now, now)
    return _zipped(dashboard, query, now)


def _days(dashboard: Dashboard, now: datetime) -> list[datetime]:
    """Return the days of the archive, of consecutive ones only those that fit."""
    last = dashboard.last_endpoint_call_time()
    if last is None:
        return []
    midnight = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    # Calls from the future, by the clock of the app, are of no complete day.
    end = min(midnight, datetime(last.year, last.month, last.day, tzinfo=UTC) + timedelta(days=1))
    visits = StatisticName.TOTAL_VISITS
    query = Query(end - timedelta(days=MAX_DAYS), end, timeslice=TimeUnit.DAY)
    [counts] = dashboard.query([visits], query).values[visits]
    fitting = 1
    while fitting < len(counts) and sum(counts[-fitting - 1 :]) <= MAX_CALLS:
        fitting += 1
    return [end - timedelta(days=days) for days in range(fitting, 0, -1)]


def _zipped(dashboard: Dashboard, query: Query, now: datetime) -> Iterator[bytes]:
    pseudonyms, sink = Pseudonyms(), _Sink()
    pages: list[dict[str, Any]] = []
    total = 0
    first: int | None = None
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as file:
        for batch in dashboard.calls(query):
            size = min(len(batch), MAX_CALLS - total)
            if size == 0:
                break
            data = _columns(batch, size, total + 1, pseudonyms)
            page = {"data": data, "has_null_groups": True, "next_after_id": total + size}
            name = f"data-{len(pages) + 1:04}.json"
            file.writestr(name, json.dumps(page, separators=(",", ":")))
            pages.append({"name": name, "first_id": total + 1, "calls": size})
            total += size
            first = data["time_requested"][0] if first is None else first
            yield sink.taken()
        rules = {"data": [_rule(endpoint, pseudonyms) for endpoint in dashboard.endpoints.values()]}
        file.writestr("rules.json", json.dumps(rules))
        remote = dashboard.fetching.remote
        details = {
            "exporter-version": "1.2.0",
            "dashboard-version": remote.fmd_version if remote else "",
            "link": "dashboard",
            "first-request": -1 if first is None else first // 1_000_000,
            "total-requests": total,
            "last-id": total,
            "database-id": secrets.token_hex(16),
            "timezone": "UTC",
        }
        file.writestr("details.json", json.dumps(details))
        start, end = (moment and moment.isoformat() for moment in (query.start, query.end))
        manifest = {
            "format": FORMAT,
            "created": now.isoformat(timespec="seconds"),
            "start": start,
            "end": end,
            "calls": total,
            "pseudonymised": ["ip", "group_by", "endpoint names with digits or @"],
            "pages": pages,
        }
        file.writestr("manifest.json", json.dumps(manifest, indent=2))
    yield sink.taken()


class _Sink(io.RawIOBase):
    """Takes what is written, and has no position."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self._parts.append(bytes(data))
        return len(data)

    def taken(self) -> bytes:
        """Return what was written since the last time."""
        parts, self._parts = self._parts, []
        return b"".join(parts)


def _columns(batch: CallBatch, size: int, first_id: int, pseudonyms: Pseudonyms) -> dict[str, Any]:
    """Return the first calls of a batch in the columns of the exporter."""
    return {
        "id": list(range(first_id, first_id + size)),
        "duration": batch.execution_time[:size].tolist(),
        "time_requested": batch.time[:size].astype(np.int64).tolist(),
        "status_code": [status or None for status in batch.status_code[:size].tolist()],
        "endpoint": _coded(map(pseudonyms.endpoint, batch.endpoint[:size])),
        "version_requested": _coded(batch.version[:size]),
        "group_by": _coded(map(pseudonyms.user, batch.group_by[:size])),
        "ip": _coded(map(pseudonyms.address, batch.ip[:size])),
    }


def _coded(texts: Any) -> dict[str, list[Any]]:
    """Return each text once, and its position for each call; empty ones are null."""
    codes: dict[str, int] = {}
    positions = [codes.setdefault(text, len(codes)) for text in texts]
    return {"values": [text or None for text in codes], "codes": positions}


def _rule(endpoint: Any, pseudonyms: Pseudonyms) -> dict[str, Any]:
    def shown(moment: datetime | None) -> str | None:
        return str(moment.astimezone(UTC).replace(tzinfo=None)) if moment else None

    return {
        "name": pseudonyms.endpoint(endpoint.name),
        "monitor_level": int(endpoint.is_monitored),
        "time_added": shown(endpoint.time_added),
        "version_added": endpoint.version_added,
        "last_requested": shown(endpoint.last_accessed),
    }
