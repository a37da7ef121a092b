"""The graphs that an app draws of its own values."""

from collections.abc import Iterable
from datetime import datetime
from hashlib import blake2b
from typing import Any, NamedTuple

import numpy as np
from BTrees.OOBTree import OOBTree
from numpy.typing import NDArray
from persistent import Persistent

from flask_monitoring_dashboard_client import RemoteValue
from pydash_cube.time_units import to_datetime, to_microseconds

MAX_GRAPHS = 100
"""The number of graphs of a dashboard; values of others are only counted."""

MAX_POINTS = 100_000
"""The number of values of a graph; the oldest are dropped."""

CHUNK_POINTS = 1_000
POINT_BYTES = 16
# What the database takes for a graph without its values, and for a chunk.
GRAPH_BYTES, CHUNK_BYTES = 500, 200


class Values(Persistent):
    """A chunk of the values of a graph, in the order in which they were fetched."""

    def __init__(self, times: NDArray[np.int64], values: NDArray[np.float64]) -> None:
        self._times, self._values = times.tobytes(), values.tobytes()

    def read(self) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Return the times (µs since 1970, UTC) and the values."""
        return np.frombuffer(self._times, np.int64), np.frombuffer(self._values, np.float64)


class Chunk(NamedTuple):
    """What is known of a chunk without loading it.

    :param first: its earliest time (µs since 1970, UTC).
    :param last: its latest time.
    """

    first: int
    last: int
    points: int
    values: Values

    @classmethod
    def of(cls, times: NDArray[np.int64], values: NDArray[np.float64]) -> "Chunk":
        """Return a new chunk of at least one value."""
        return cls(int(times.min()), int(times.max()), len(times), Values(times, values))


class Graph(Persistent):
    """A graph.

    :ivar id: derived from the title.
    :ivar chunks: oldest first.
    """

    def __init__(self, title: str) -> None:
        self.id, self.title = id_of(title), title
        self.chunks: tuple[Chunk, ...] = ()

    @property
    def points(self) -> int:
        """The number of values that are stored."""
        return sum(chunk.points for chunk in self.chunks)

    @property
    def first(self) -> datetime:
        """The earliest time."""
        return to_datetime(min(chunk.first for chunk in self.chunks))

    @property
    def last(self) -> datetime:
        """The latest time."""
        return to_datetime(max(chunk.last for chunk in self.chunks))

    @property
    def bytes(self) -> int:
        """Its size, roughly."""
        chunks = CHUNK_BYTES * len(self.chunks)
        return GRAPH_BYTES + len(self.title) + chunks + POINT_BYTES * self.points

    def add(self, times: NDArray[np.int64], values: NDArray[np.float64]) -> None:
        """Add values, and drop the oldest if there are too many.

        :param times: µs since 1970 (UTC).
        """
        chunks = list(self.chunks)
        if chunks and chunks[-1].points < CHUNK_POINTS:
            earlier_times, earlier_values = chunks.pop().values.read()
            times = np.concatenate([earlier_times, times])
            values = np.concatenate([earlier_values, values])
        for start in range(0, len(times), CHUNK_POINTS):
            part = slice(start, start + CHUNK_POINTS)
            chunks.append(Chunk.of(times[part], values[part]))
        most = MAX_POINTS // CHUNK_POINTS
        self.chunks = tuple(chunks[-most:])

    def read(self, start: int, end: int) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Return the times (µs since 1970, UTC) and values within a range, oldest first.

        :param start: inclusive.
        :param end: exclusive.
        """
        chunks = [each.values.read() for each in self.chunks if start <= each.last]
        times = np.concatenate([np.empty(0, np.int64), *(times for times, _ in chunks)])
        values = np.concatenate([np.empty(0), *(values for _, values in chunks)])
        order = np.argsort(times, kind="stable")
        times, values = times[order], values[order]
        found = slice(*np.searchsorted(times, [start, end]))
        return times[found], values[found]

    def drop(self, before: int) -> None:
        """Drop the values before a time (µs since 1970, UTC)."""
        chunks = []
        for chunk in self.chunks:
            if chunk.first >= before:
                chunks.append(chunk)
            elif chunk.last >= before:
                times, values = chunk.values.read()
                chunks.append(Chunk.of(times[times >= before], values[times >= before]))
        if len(chunks) < len(self.chunks) or tuple(chunks) != self.chunks:
            self.chunks = tuple(chunks)


class GraphLog(Persistent):
    """The graphs of a dashboard.

    :ivar cursor: where the next page starts; None before the first.
    :ivar graphs: by ID.
    :ivar count: the number of all values that were fetched, without those that have expired.
    :ivar others: the number of values of graphs that are not stored, as there are too many.
    :ivar set_aside: the number of invalid values.
    :ivar bytes: the size of all graphs, roughly; it counts for the quotas.
    """

    def __init__(self) -> None:
        self.cursor: dict[str, Any] | None = None
        self.graphs = OOBTree()
        self.count = self.others = self.set_aside = self.bytes = 0

    def add(self, values: Iterable[RemoteValue]) -> None:
        """Add values."""
        added: dict[str, list[RemoteValue]] = {}
        for each in values:
            added.setdefault(each.title, []).append(each)
        for title, of_graph in added.items():
            self.count += len(of_graph)
            key = id_of(title)
            if key not in self.graphs:
                if len(self.graphs) >= MAX_GRAPHS:
                    self.others += len(of_graph)
                    continue
                self.graphs[key] = Graph(title)
                self.bytes += self.graphs[key].bytes
            graph = self.graphs[key]
            before = graph.bytes
            graph.add(
                np.array([to_microseconds(each.time) for each in of_graph], dtype=np.int64),
                np.array([each.value for each in of_graph], dtype=np.float64),
            )
            self.bytes += graph.bytes - before

    def drop(self, before: datetime) -> None:
        """Drop the values before a time."""
        for key, graph in list(self.graphs.items()):
            points, size = graph.points, graph.bytes
            graph.drop(to_microseconds(before))
            if graph.points < points:
                self.count -= points - graph.points
                self.bytes += graph.bytes - size
            if not graph.chunks:
                self.bytes -= graph.bytes
                del self.graphs[key]


def id_of(title: str) -> str:
    """Return the ID of the graph with a title.

    >>> id_of("Baskets")
    'f8eb9b150642e837'
    """
    return blake2b(title.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()
