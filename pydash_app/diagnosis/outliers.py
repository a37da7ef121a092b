"""The slow requests of an app: of each endpoint, the newest and the slowest are stored."""

import json
import zlib
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Literal

from BTrees.LOBTree import LOBTree
from BTrees.OOBTree import OOBTree
from persistent import Persistent

from flask_monitoring_dashboard_client import Frame, RemoteOutlier
from pydash_cube.chunk import prefetch
from pydash_cube.naming import pattern_of

MAX_ENDPOINTS = 200
"""The number of endpoints with slow requests; those that had none for the longest are dropped."""

MAX_NEWEST, MAX_SLOWEST = 30, 20
MAX_DETAILS_BYTES = 128 * 1024
"""The maximum size of the details of the newest of an endpoint, compressed; also of the slowest."""

# What the database takes for a slow request without its texts.
OUTLIER_BYTES = 400

Order = Literal["time", "duration"]


class Details(Persistent):
    """What is only loaded to show a single slow request, as compressed JSON."""

    def __init__(self, given: RemoteOutlier) -> None:
        values = (given.headers, given.environment, [asdict(frame) for frame in given.stack])
        self._json = zlib.compress(json.dumps(values, separators=(",", ":")).encode())
        self.size = len(self._json)

    def read(self) -> tuple[dict[str, str], dict[str, str], list[Frame]]:
        """Return the headers, the environment, and the stack, outermost frame first."""
        headers, environment, stack = json.loads(zlib.decompress(self._json))
        return headers, environment, [Frame(**frame) for frame in stack]


@dataclass(frozen=True, slots=True)
class Outlier:
    """A slow request.

    :param id: its number among those of the dashboard, from 1.
    :param user: the group of the request, empty if it has none.
    :param duration: ms.
    :param status_code: 0 if unknown.
    :param cpu: the load of the processors meanwhile (%), None if unknown.
    :param memory: the share of the memory in use (%), None if unknown.
    :param bytes: its size, roughly.
    """

    id: int
    time: datetime
    endpoint: str
    version: str
    user: str
    ip: str
    duration: float
    status_code: int
    url: str
    cpu: float | None
    memory: float | None
    details: Details
    bytes: int

    def position(self, order: Order) -> tuple[float, float, int]:
        """Return what the newest, or the slowest, is the smallest by."""
        time = -self.time.timestamp()
        return (-self.duration if order == "duration" else time), time, -self.id

    @classmethod
    def of(cls, number: int, given: RemoteOutlier) -> "Outlier":
        """Return a slow request that was fetched."""
        details = Details(given)
        texts = (given.endpoint, given.version, given.user, given.ip, given.url)
        return cls(
            id=number,
            time=given.time,
            endpoint=given.endpoint,
            version=given.version,
            user=given.user,
            ip=given.ip,
            duration=given.duration,
            status_code=given.status_code,
            url=given.url,
            cpu=given.cpu,
            memory=given.memory,
            details=details,
            bytes=OUTLIER_BYTES + details.size + sum(map(len, texts)),
        )


class OutliersOfEndpoint(Persistent):
    """The slow requests of an endpoint.

    :ivar outliers: those that are stored, newest first.
    :ivar count: the number of all that were fetched.
    """

    def __init__(self) -> None:
        self.outliers: tuple[Outlier, ...] = ()
        self.count = 0

    def add(self, outliers: list[Outlier]) -> None:
        """Add slow requests, and drop some that are neither among the newest nor the slowest."""
        self.count += len(outliers)
        found = sorted([*self.outliers, *outliers], key=lambda each: each.position("time"))
        kept: dict[int, Outlier] = {}
        by_duration = sorted(found, key=lambda each: each.position("duration"))
        for ordered, most in ((found, MAX_NEWEST), (by_duration, MAX_SLOWEST)):
            size = 0
            for each in ordered[:most]:
                size += each.bytes
                if size > MAX_DETAILS_BYTES and each is not ordered[0]:
                    break
                kept[each.id] = each
        self.outliers = tuple(each for each in found if each.id in kept)


class OutlierLog(Persistent):
    """The slow requests of a dashboard.

    :ivar cursor: where the next page starts; None before the first.
    :ivar count: the number of all that were fetched, without those of endpoints that were dropped.
    :ivar set_aside: the number of those with invalid values.
    :ivar bytes: the size of everything in it, roughly; it counts for the quotas.
    """

    def __init__(self) -> None:
        self.cursor: dict[str, Any] | None = None
        self.count = self.set_aside = self.bytes = self._last_id = 0
        self._endpoints = OOBTree()
        self._endpoint_of = LOBTree()

    def add(self, outliers: Iterable[RemoteOutlier]) -> None:
        """Add slow requests."""
        added: dict[str, list[Outlier]] = {}
        for given in outliers:
            self._last_id += 1
            added.setdefault(given.endpoint, []).append(Outlier.of(self._last_id, given))
        for endpoint, of_endpoint in added.items():
            self.count += len(of_endpoint)
            if endpoint not in self._endpoints:
                self._endpoints[endpoint] = OutliersOfEndpoint()
            stored = self._endpoints[endpoint]
            before = stored.outliers
            stored.add(of_endpoint)
            self._replaced(before, stored.outliers)
        if len(self._endpoints) > MAX_ENDPOINTS:
            by_time = sorted(self._endpoints.values(), key=lambda each: each.outliers[0].time)
            for stored in by_time[: len(by_time) - MAX_ENDPOINTS]:
                self._delete(stored)

    def find(self, number: int) -> Outlier | None:
        """Return a slow request by its ID; None if it is not stored."""
        endpoint = self._endpoint_of.get(number)
        outliers = () if endpoint is None else self._endpoints[endpoint].outliers
        return next((each for each in outliers if each.id == number), None)

    def select(
        self,
        endpoint: str | None = None,
        version: str | None = None,
        start: datetime | None = None,
        end: datetime | None = None,
        order: Order = "time",
        patterns: tuple[str, ...] = (),
    ) -> list[Outlier]:
        """Return those that match all conditions, the newest or the slowest first.

        :param start: inclusive.
        :param end: exclusive.
        :param patterns: those of the dashboard, which merge endpoints; see `Query.patterns`.
        """
        if endpoint is None or endpoint in patterns:
            endpoints = [
                stored
                for name, stored in self._endpoints.items()
                if endpoint in (None, pattern_of(name, patterns))
            ]
            prefetch(endpoints)
        else:
            endpoints = [self._endpoints.get(endpoint, OutliersOfEndpoint())]
        found = [
            each
            for stored in endpoints
            for each in stored.outliers
            if version in (None, each.version)
            and (start is None or each.time >= start)
            and (end is None or each.time < end)
        ]
        return sorted(found, key=lambda each: each.position(order))

    def drop(self, before: datetime) -> None:
        """Drop those before a time."""
        for stored in list(self._endpoints.values()):
            kept = tuple(each for each in stored.outliers if each.time >= before)
            if not kept:
                self._delete(stored)
            elif len(kept) < len(stored.outliers):
                self._replaced(stored.outliers, kept)
                stored.outliers = kept

    def _delete(self, stored: OutliersOfEndpoint) -> None:
        del self._endpoints[stored.outliers[0].endpoint]
        self.count -= stored.count
        self._replaced(stored.outliers, ())

    def _replaced(self, before: Iterable[Outlier], after: Iterable[Outlier]) -> None:
        """Update what depends on the stored ones."""
        old, new = ({each.id: each for each in outliers} for outliers in (before, after))
        for number in old.keys() - new.keys():
            del self._endpoint_of[number]
        for number in new.keys() - old.keys():
            self._endpoint_of[number] = new[number].endpoint
        change = sum(each.bytes for each in new.values()) - sum(each.bytes for each in old.values())
        if change:
            self.bytes += change
