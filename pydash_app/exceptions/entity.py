"""The faults of an app: what is stored of its exceptions.

Of each fault, the number of exceptions is stored per quarter of an hour, and only a few of them as
samples. So the size of a dashboard's exceptions is limited, however many there are.
"""

import json
import math
import operator
import re
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from hashlib import blake2b
from typing import Any, NamedTuple

from BTrees.LLBTree import LLBTree, LLTreeSet
from BTrees.OOBTree import OOBTree
from persistent import Persistent

from flask_monitoring_dashboard_client import Frame, RemoteException
from pydash_app.exceptions.states import (
    NEW_FOR,
    Change,
    Decision,
    Ignored,
    IsSince,
    Regressed,
    Resolved,
    State,
)

MAX_FAULTS = 500
"""The number of faults of a dashboard; exceptions of others are only counted."""

MAX_NAMES = 100
"""The number of endpoints, and of versions, that are remembered of a fault."""

MAX_DISTINCT = 10_000
"""The number of users, and of addresses, that are told apart."""

NEWEST_SAMPLES = 20
MAX_SAMPLES = 50
MAX_STACKS_BYTES = 128 * 1024
"""The maximum size of the stacks of a fault, compressed."""

SLICE_SECONDS = 900

# What the database takes for a fault and a sample without their texts, and for a number.
FAULT_BYTES = 2_000
SAMPLE_BYTES = 200
NUMBER_BYTES = 10
_PLACEHOLDERS = (
    (re.compile(r"'[^'\n]*'|\"[^\"\n]*\""), "<text>"),
    (re.compile(r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b", re.IGNORECASE), "<uuid>"),
    (re.compile(r"\b0x[0-9a-f]+\b|\b(?=[a-f]*\d)[0-9a-f]{8,}\b", re.IGNORECASE), "<hex>"),
    (re.compile(r"(?<![\w<])[-+]?\d+(?:[.,]\d+)*"), "<n>"),
)


@dataclass(frozen=True, slots=True)
class Sample:
    """One of the exceptions of a fault.

    :param id: its number among the exceptions of the fault, from 1.
    :param stack: the key of its stack.
    :param user: the group of the request, empty if it has none.
    :param duration: of the request (ms).
    :param status_code: 0 if unknown.
    """

    id: int
    time: datetime
    endpoint: str
    version: str
    message: str
    ip: str
    user: str
    captured: bool
    duration: float
    status_code: int
    stack: bytes


class Samples(Persistent):
    """The samples of a fault: the newest, and the newest of each version.

    :ivar newest: latest last.
    :ivar stacks: the distinct stacks as compressed JSON, outermost frame first.
    """

    def __init__(self) -> None:
        self.samples: tuple[Sample, ...] = ()
        self.stacks: Mapping[bytes, bytes] = {}

    @property
    def bytes(self) -> int:
        """The size of everything in it, roughly."""
        texts = (
            text
            for each in self.samples
            for text in (each.endpoint, each.version, each.message, each.ip, each.user)
        )
        size = SAMPLE_BYTES * len(self.samples) + sum(map(len, texts))
        return size + sum(map(len, self.stacks.values()))

    def add(self, exceptions: Iterable[tuple[int, RemoteException]]) -> None:
        """Add exceptions with their numbers, oldest first, and drop samples that are too many."""
        stacks, samples = dict(self.stacks), list(self.samples)
        newest = sorted(exceptions, key=lambda pair: (pair[1].time, pair[0]), reverse=True)
        first_of = {each.version: number for number, each in reversed(newest)}
        # Only these can be kept, so only their stacks are serialized.
        candidates = [
            (number, each)
            for position, (number, each) in enumerate(newest)
            if position < NEWEST_SAMPLES or first_of[each.version] == number
        ]
        for number, each in candidates[:MAX_SAMPLES]:
            text = json.dumps([asdict(frame) for frame in each.stack], separators=(",", ":"))
            key = blake2b(text.encode(), digest_size=16).digest()
            if key not in stacks:
                stacks[key] = zlib.compress(text.encode())
            samples.append(
                Sample(
                    id=number,
                    time=each.time,
                    endpoint=each.endpoint,
                    version=each.version,
                    message=each.message,
                    ip=each.ip,
                    user=each.user,
                    captured=each.captured,
                    duration=each.duration,
                    status_code=each.status_code,
                    stack=key,
                )
            )
        samples.sort(key=lambda sample: (sample.time, sample.id), reverse=True)
        kept: list[Sample] = []
        versions: set[str] = set()
        sizes: dict[bytes, int] = {}
        for position, sample in enumerate(samples):
            is_wanted = position < NEWEST_SAMPLES or sample.version not in versions
            size = sum(sizes.values()) + (0 if sample.stack in sizes else len(stacks[sample.stack]))
            if not is_wanted or len(kept) == MAX_SAMPLES or (kept and size > MAX_STACKS_BYTES):
                continue
            kept.append(sample)
            versions.add(sample.version)
            sizes[sample.stack] = len(stacks[sample.stack])
        self.samples = tuple(kept)
        self.stacks = {key: stacks[key] for key in sizes}

    def drop(self, before: datetime) -> None:
        """Drop the samples from before a time."""
        kept = tuple(sample for sample in self.samples if sample.time >= before)
        if len(kept) < len(self.samples):
            keys = {sample.stack for sample in kept}
            self.samples = kept
            self.stacks = {key: stack for key, stack in self.stacks.items() if key in keys}

    def stack_of(self, sample: Sample) -> list[Frame]:
        """Return the stack of a sample, outermost frame first."""
        return [Frame(**frame) for frame in json.loads(zlib.decompress(self.stacks[sample.stack]))]


class ExceptionFault(Persistent):
    """Exceptions with the same cause.

    :param first: the earliest of the exceptions that it is created for.

    :ivar function: the app's innermost function on the stack, as `module:function`.
    :ivar message: that of the newest exception, with placeholders for what varies.
    :ivar endpoints: by name, where it was seen.
    :ivar versions: in the order in which they were seen first.
    :ivar captured: how many of the exceptions the app caught.
    :ivar decision: what someone decided about it, or what has become of that; None for nothing.
    :ivar change: the last change of its state by exceptions.
    :ivar change_number: its number among the changes of the dashboard, 0 before the first.
    :ivar bytes: its size, roughly.
    """

    # For faults stored before December 2026.
    decision: Decision | None = None
    change: Change | None = None
    change_number = 0

    def __init__(self, first: RemoteException) -> None:
        self.id = first.group
        self.type = first.type
        self.function, self.message = "", ""
        self.first_seen = self.last_seen = first.time
        self.first_version = self.last_version = first.version
        self.count = self.captured = self.user_count = self.address_count = 0
        self.endpoints: tuple[str, ...] = ()
        self.versions: tuple[str, ...] = ()
        self.samples = Samples()
        self.bytes = self._slice_count = 0
        self._slices = LLBTree()
        self._users, self._addresses = LLTreeSet(), LLTreeSet()

    def state(self, now: datetime) -> State:
        """Return its state at a time, which is not before the latest decision."""
        match self.decision:
            case Ignored() as ignored if ignored.lasts(now, self.count):
                return State.IGNORED
            case Resolved():
                return State.RESOLVED
            case Regressed():
                return State.REGRESSED
        is_new = now < self.first_seen + NEW_FOR and len(self.versions) == 1
        return State.NEW if is_new else State.ONGOING

    def add(
        self, exceptions: list[RemoteException], is_since: IsSince = operator.eq
    ) -> Change | None:
        """Add exceptions of this fault, and return what that changes about its state.

        :param exceptions: oldest first.
        """
        first, newest = exceptions[0], exceptions[-1]
        if first.time < self.first_seen:
            self.first_seen, self.first_version = first.time, first.version
        if newest.time >= self.last_seen:
            self.last_seen, self.last_version = newest.time, newest.version
            self.function, self.message = _function(newest.stack), normalized(newest.message)
        self.samples.add(enumerate(exceptions, self.count + 1))
        self.count += len(exceptions)
        self.captured += sum(each.captured for each in exceptions)
        for each in exceptions:
            key = slice_of(each.time)
            self._slice_count += self._slices.insert(key, 0)
            self._slices[key] += 1
        endpoints = dict.fromkeys([*self.endpoints, *(each.endpoint for each in exceptions)])
        versions = dict.fromkeys([*self.versions, *(each.version for each in exceptions)])
        self.endpoints = tuple(endpoints)[:MAX_NAMES]
        self.versions = tuple(versions)[-MAX_NAMES:]
        self.user_count += _insert(self._users, {each.user for each in exceptions}, self.user_count)
        addresses = {each.ip for each in exceptions}
        self.address_count += _insert(self._addresses, addresses, self.address_count)
        self._measure()
        match self.decision:
            case Resolved() as resolved:
                if any(resolved.is_contradicted_by(each, is_since) for each in exceptions):
                    self.decision = Regressed()
                    return Change.REGRESSED
            case Ignored() as ignored if not ignored.lasts(newest.time, self.count):
                self.decision = None
                return Change.REOPENED
        return None

    @property
    def slices(self) -> Persistent:
        """The tree of counts, which may be loaded in advance."""
        tree: Persistent = self._slices
        return tree

    def counts(
        self, start: datetime | None = None, end: datetime | None = None
    ) -> dict[datetime, int]:
        """Return the numbers of exceptions by the beginning of the quarter of an hour (UTC).

        :param start: the first quarter is the one that contains this time.
        :param end: no quarter begins then or later.
        """
        return {
            datetime.fromtimestamp(key * SLICE_SECONDS, UTC): count
            for key, count in self._slices.items(*_slices_between(start, end))
        }

    def count_between(self, start: datetime | None, end: datetime | None) -> int:
        """Return the sum of `counts`."""
        return sum(self._slices.values(*_slices_between(start, end)))

    def drop(self, before: datetime) -> None:
        """Drop the counts and the samples from before a time."""
        self.samples.drop(before)
        for key in list(self._slices.keys(max=slice_of(before), excludemax=True)):
            del self._slices[key]
            self._slice_count -= 1
        self._measure()

    def _measure(self) -> None:
        numbers = 2 * self._slice_count + self.user_count + self.address_count
        names = sum(map(len, (*self.endpoints, *self.versions, self.message, self.function)))
        size = FAULT_BYTES + NUMBER_BYTES * numbers + names + self.samples.bytes
        if self.bytes != size:
            self.bytes = size


class Changed(NamedTuple):
    """A fault whose state was changed by exceptions.

    :ivar newest: the latest of the exceptions.
    """

    change: Change
    fault: ExceptionFault
    newest: RemoteException


class ExceptionLog(Persistent):
    """The exceptions of a dashboard.

    :ivar cursor: where the next page starts; None before the first.
    :ivar faults: by ID.
    :ivar bytes: the size of all faults, roughly; it counts for the quotas.
    :ivar others: the number of exceptions of faults that are not stored, as there are too many.
    :ivar set_aside: the number of exceptions with invalid values.
    :ivar changes: how often exceptions have changed the states of faults.
    :ivar has_history: whether the exceptions from before the first fetch are all stored.
    """

    # For logs stored before December 2026.
    has_history = True
    changes = 0

    def __init__(self) -> None:
        self.cursor: dict[str, Any] | None = None
        self.has_history = False
        self.faults = OOBTree()
        self.count = self.others = self.set_aside = self.bytes = 0

    def add(
        self, exceptions: Iterable[RemoteException], is_since: IsSince = operator.eq
    ) -> list[Changed]:
        """Add exceptions, and return the faults whose states that changes.

        Faults of the history are not new.

        :param is_since: by default, no order of versions is known.
        """
        changed: list[Changed] = []
        by_fault: dict[str, list[RemoteException]] = {}
        for each in sorted(exceptions, key=lambda exception: exception.time):
            by_fault.setdefault(each.group, []).append(each)
        for group, of_fault in by_fault.items():
            self.count += len(of_fault)
            if group not in self.faults:
                if len(self.faults) >= MAX_FAULTS:
                    self.others += len(of_fault)
                    continue
                self.faults[group] = ExceptionFault(of_fault[0])
            fault = self.faults[group]
            before, is_first = fault.bytes, not fault.count
            change = fault.add(of_fault, is_since)
            self.bytes += fault.bytes - before
            if is_first and self.has_history:
                change = Change.NEW
            if change is not None:
                self.changes += 1
                fault.change, fault.change_number = change, self.changes
                changed.append(Changed(change, fault, of_fault[-1]))
        return changed

    def changed_since(self, number: int) -> list[ExceptionFault]:
        """Return the faults whose states exceptions have changed since one of the changes.

        :param number: the number of that change, from 1; 0 for all.
        """
        if number >= self.changes:
            return []
        return [fault for fault in self.faults.values() if fault.change_number > number]

    def drop(self, before: datetime) -> None:
        """Drop the faults that were last seen before a time, and what is older of the others.

        Those that were ignored since then are known for longer, so that they do not become new.
        """
        for group, fault in list(self.faults.items()):
            decision = fault.decision
            is_ignored = isinstance(decision, Ignored) and decision.lasts(before, fault.count)
            if fault.last_seen < before and not is_ignored:
                self.count -= fault.count
                self.bytes -= fault.bytes
                del self.faults[group]
            else:
                size = fault.bytes
                fault.drop(before)
                if fault.bytes != size:
                    self.bytes += fault.bytes - size


def slice_of(time: datetime) -> int:
    """Return the number of the quarter of an hour of a time, since 1970."""
    return int(time.timestamp()) // SLICE_SECONDS


def _slices_between(start: datetime | None, end: datetime | None) -> tuple[int | None, int | None]:
    first = None if start is None else slice_of(start)
    last = None if end is None else math.ceil(end.timestamp() / SLICE_SECONDS) - 1
    return first, last


def normalized(message: str) -> str:
    """Return a message with placeholders for what differs between exceptions of a fault.

    >>> normalized("order 17 of 'ada' at 0x7f3a: 2.5 of 9")
    'order <n> of <text> at <hex>: <n> of <n>'
    """
    for pattern, placeholder in _PLACEHOLDERS:
        message = pattern.sub(placeholder, message)
    return message


def _function(stack: tuple[Frame, ...]) -> str:
    own = [frame for frame in stack if frame.own] or stack
    return f"{own[-1].module}:{own[-1].function}" if own else ""


def _insert(known: Any, texts: Iterable[str], count: int) -> int:
    """Add hashes of texts to a set unless it is full; return how many were new."""
    added = 0
    for text in filter(None, texts):
        digest = blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest()
        if count + added < MAX_DISTINCT:
            added += known.insert(int.from_bytes(digest, signed=True))
    return added
