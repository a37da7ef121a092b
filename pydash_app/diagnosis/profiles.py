"""The profiles of an app: those of an endpoint and a version are merged into one tree."""

import json
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import astuple, replace
from datetime import datetime
from typing import Any

from BTrees.OOBTree import OOBTree
from persistent import Persistent

from flask_monitoring_dashboard_client import Frame, ProfiledLine, RemoteProfile

MAX_PROFILES = 500
"""The number of pairs of endpoint and version; those profiled longest ago are dropped."""

MAX_NODES = 1_000
"""The number of lines of a tree; those that took the least time are dropped."""

# What the database takes for a profile without its tree and its texts.
PROFILE_BYTES = 500


class Node:
    """A line of the app, called by the same lines as in other requests.

    :ivar total: for how long it was running, with what it called, in all requests together (ms).
    """

    __slots__ = ("children", "frame", "total")

    def __init__(self, frame: Frame) -> None:
        self.frame = frame
        self.total = 0.0
        self.children: dict[tuple[str, int, str], Node] = {}

    def child(self, frame: Frame) -> "Node":
        """Return the line that this line calls, which may be new."""
        key = frame.file, frame.line, frame.function
        return self.children.setdefault(key, Node(frame))

    @property
    def self_time(self) -> float:
        """For how long it was running, without what it called (ms)."""
        return max(self.total - sum(child.total for child in self.children.values()), 0.0)

    def walk(self, depth: int = 0) -> Iterator[tuple[int, "Node"]]:
        """Yield it and all below, each with its depth and after the line that calls it."""
        yield depth, self
        for child in self.children.values():
            yield from child.walk(depth + 1)


class Profile(Persistent):
    """The profiles of an endpoint and a version.

    :ivar requests: how many were profiled.
    :ivar duration: how long these took together (ms).
    :ivar bytes: its size, roughly.
    """

    def __init__(self, endpoint: str, version: str, time: datetime) -> None:
        self.endpoint, self.version = endpoint, version
        self.first_seen = self.last_seen = time
        self.requests, self.duration = 0, 0.0
        self._tree = b""
        self.bytes = 0

    def tree(self) -> Node:
        """Return the lines, below one for the whole request."""
        root = Node(Frame("", "", 0, self.endpoint, True, ""))
        path = [root]
        rows = json.loads(zlib.decompress(self._tree)) if self._tree else []
        for depth, total, *values in rows:
            frame, node = Frame(*values), root
            if depth:
                del path[depth:]
                node = path[-1].child(frame)
                path.append(node)
            else:
                root.frame = frame
            node.total = total
        return root

    def add(self, profiles: list[RemoteProfile]) -> None:
        """Add profiles of this endpoint and version."""
        root = self.tree()
        for profile in profiles:
            root.total += profile.duration
            _merge(root, profile.lines)
        self.requests += len(profiles)
        self.duration += sum(profile.duration for profile in profiles)
        times = [profile.time for profile in profiles]
        self.first_seen = min([self.first_seen, *times])
        self.last_seen = max([self.last_seen, *times])
        rows = [
            (depth, round(node.total, 3), *astuple(node.frame)) for depth, node in _largest(root)
        ]
        self._tree = zlib.compress(json.dumps(rows, separators=(",", ":")).encode())
        self.bytes = PROFILE_BYTES + len(self.endpoint) + len(self.version) + len(self._tree)


class ProfileLog(Persistent):
    """The profiles of a dashboard.

    :ivar cursor: where the next page starts; None before the first.
    :ivar count: the number of profiled requests, without those of profiles that were dropped.
    :ivar set_aside: the number of those with invalid values.
    :ivar bytes: the size of all profiles, roughly; it counts for the quotas.
    """

    def __init__(self) -> None:
        self.cursor: dict[str, Any] | None = None
        self.count = self.set_aside = self.bytes = 0
        self._profiles = OOBTree()

    def add(self, profiles: Iterable[RemoteProfile]) -> None:
        """Add profiles."""
        added: dict[tuple[str, str], list[RemoteProfile]] = {}
        for each in profiles:
            added.setdefault((each.endpoint, each.version), []).append(each)
        for key, of_key in added.items():
            if key not in self._profiles:
                self._profiles[key] = Profile(*key, of_key[0].time)
            profile = self._profiles[key]
            before = profile.bytes
            profile.add(of_key)
            self.count += len(of_key)
            self.bytes += profile.bytes - before
        if len(self._profiles) > MAX_PROFILES:
            by_time = sorted(self._profiles.values(), key=lambda profile: profile.last_seen)
            for profile in by_time[: len(by_time) - MAX_PROFILES]:
                self._delete(profile)

    def all(self) -> list[Profile]:
        """Return all profiles, by endpoint; of each, the version that was seen last comes first."""
        found = sorted(self._profiles.values(), key=lambda profile: profile.last_seen, reverse=True)
        return sorted(found, key=lambda profile: profile.endpoint)

    def find(self, endpoint: str, version: str | None = None) -> Profile | None:
        """Return the profiles of an endpoint and a version; None if there are none.

        :param version: by default, the one that was profiled last.
        """
        found: Iterable[Profile]
        if version is None:
            # Texts before and after those of the endpoint.
            found = self._profiles.values((endpoint, ""), (endpoint + "\0", ""))
        else:
            found = self._profiles.values((endpoint, version), (endpoint, version))
        return max(found, key=lambda profile: profile.last_seen, default=None)

    def drop(self, before: datetime) -> None:
        """Drop the profiles of endpoints and versions that were last profiled before a time."""
        for profile in list(self._profiles.values()):
            if profile.last_seen < before:
                self._delete(profile)

    def _delete(self, profile: Profile) -> None:
        del self._profiles[profile.endpoint, profile.version]
        self.count -= profile.requests
        self.bytes -= profile.bytes


def _merge(root: Node, lines: tuple[ProfiledLine, ...]) -> None:
    """Add the lines of a request to a tree."""
    path = [root]
    for line in lines:
        if line.indent == 0:
            # The head of the function, and its decorators, each with the duration of the request.
            root.frame = replace(line.frame, function=root.frame.function)
            continue
        # A line can only be called by one that is there.
        del path[line.indent :]
        node = path[-1].child(line.frame)
        node.total += line.duration
        path.append(node)


def _largest(root: Node) -> Iterator[tuple[int, Node]]:
    """Yield the lines that took the most time, each after the one that calls it."""
    nodes = list(root.walk())
    if len(nodes) > MAX_NODES:
        nodes.sort(key=lambda item: (-item[1].total, item[0]))
        kept = {id(node) for _, node in nodes[:MAX_NODES]}
        for _, node in nodes:
            node.children = {
                key: child for key, child in node.children.items() if id(child) in kept
            }
    return root.walk()
