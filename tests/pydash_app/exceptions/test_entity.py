"""What is stored of the exceptions of an app, and how much at most."""

import zlib
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flask_monitoring_dashboard_client import Frame, RemoteException
from pydash_app.exceptions import entity
from pydash_app.exceptions.entity import ExceptionFault, ExceptionLog, Samples, normalized
from pydash_app.exceptions.states import (
    Change,
    Decision,
    Ignored,
    Regressed,
    Resolved,
    State,
)
from tests.support.remote_exceptions import FIRST, NOW, STACK, group, later


def fault_of(*exceptions: RemoteException) -> ExceptionFault:
    fault = ExceptionFault(exceptions[0])
    fault.add(list(exceptions))
    return fault


def test_a_fault_describes_its_exceptions() -> None:
    fault = fault_of(FIRST, later(5, endpoint="cart", version="1.1", user="bob", captured=True))
    fault.add([later(20, message="order 17 of 'ada'", version="1.1", ip="10.0.0.2")])
    assert (fault.type, fault.function) == ("KeyError", "shop:pay")
    assert fault.message == "order <n> of <text>"
    assert (fault.first_seen, fault.last_seen) == (NOW, NOW + timedelta(minutes=20))
    assert (fault.first_version, fault.last_version) == ("1.0", "1.1")
    assert (fault.count, fault.captured, fault.user_count, fault.address_count) == (3, 1, 2, 2)
    assert (fault.endpoints, fault.versions) == (("pay", "cart"), ("1.0", "1.1"))
    assert fault.counts() == {NOW: 2, NOW + timedelta(minutes=15): 1}


def test_exceptions_that_arrive_late_change_only_the_beginning() -> None:
    fault = fault_of(later(60, version="2.0", message="newest"))
    fault.add([FIRST])
    assert (fault.first_seen, fault.first_version) == (NOW, "1.0")
    assert (fault.last_version, fault.message) == ("2.0", "newest")


def test_samples_are_the_newest_and_one_of_each_version() -> None:
    old = [later(minute, version=f"0.{minute}") for minute in range(5) for _ in range(3)]
    fault = fault_of(*old, *(later(10 + minute) for minute in range(100)))
    samples = fault.samples.samples
    newest = [sample.id for sample in samples[: entity.NEWEST_SAMPLES]]
    assert newest == list(range(115, 95, -1))
    assert [sample.version for sample in samples[20:]] == ["0.4", "0.3", "0.2", "0.1", "0.0"]
    assert fault.samples.stack_of(samples[0]) == list(STACK)
    assert len(fault.samples.stacks) == 1


def test_the_size_of_samples_is_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    samples = Samples()
    for number in range(100):
        # A stack that compresses badly.
        names = [f"{number * 7919 + i * 104729:x}" for i in range(2_000)]
        stack = tuple(Frame("f", "m", 1, name, own=True, source="") for name in names)
        samples.add([(number, later(number, version=str(number), stack=stack))])
    assert sum(map(len, samples.stacks.values())) <= entity.MAX_STACKS_BYTES
    assert samples.samples[0].id == 99
    assert {sample.stack for sample in samples.samples} == samples.stacks.keys()
    monkeypatch.setattr(entity, "MAX_STACKS_BYTES", 1)
    samples.add([(100, later(100, stack=()))])
    assert [sample.id for sample in samples.samples] == [100]


def test_the_number_of_faults_and_names_is_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, limit in (("MAX_FAULTS", 3), ("MAX_NAMES", 4), ("MAX_DISTINCT", 5)):
        monkeypatch.setattr(entity, name, limit)
    log = ExceptionLog()
    for number in range(9):
        group = f"1-{number:032}"
        log.add([replace(FIRST, group=group), replace(FIRST, group="1-" + "0" * 32)])
    assert (len(log.faults), log.others, log.count) == (3, 6, 18)
    assert sum(fault.count for fault in log.faults.values()) + log.others == log.count
    texts = list(map(str, range(9)))
    fault = fault_of(*(replace(FIRST, endpoint=x, version=x, user=x, ip=x) for x in texts))
    assert (fault.endpoints, fault.versions) == (tuple(texts[:4]), tuple(texts[5:]))
    assert (fault.user_count, fault.address_count) == (5, 5)


def test_old_counts_and_faults_are_dropped() -> None:
    log = ExceptionLog()
    log.add([FIRST, later(60), replace(FIRST, group="1-" + "1" * 32)])
    log.drop(NOW + timedelta(minutes=30))
    [fault] = log.faults.values()
    assert (fault.id, fault.count, log.count) == (FIRST.group, 2, 2)
    assert fault.counts() == {NOW + timedelta(hours=1): 1}


@given(
    st.lists(
        st.tuples(st.integers(0, 10_000), st.integers(0, 3), st.sampled_from(["1", "2"])),
        min_size=1,
        max_size=30,
    ),
    st.integers(1, 10),
)
def test_the_result_does_not_depend_on_the_pages(
    given_exceptions: list[tuple[int, int, str]], size: int
) -> None:
    all_of_them = [
        later(minutes, group=f"1-{group:032}", version=version)
        for minutes, group, version in given_exceptions
    ]
    whole, in_pages = ExceptionLog(), ExceptionLog()
    whole.add(all_of_them)
    for start in range(0, len(all_of_them), size):
        in_pages.add(all_of_them[start : start + size])
    assert whole.count == in_pages.count == len(all_of_them)
    for key, fault in whole.faults.items():
        other = in_pages.faults[key]
        assert fault.counts() == other.counts()
        assert (fault.first_seen, fault.last_seen) == (other.first_seen, other.last_seen)
        assert set(fault.versions) == set(other.versions)


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("order 17", "order <n>"),
        ("-1.5 of 1,000", "<n> of <n>"),
        ("'ada' and \"bob\"", "<text> and <text>"),
        ("object at 0x7f2a", "object at <hex>"),
        ("550e8400-e29b-41d4-a716-446655440000", "<uuid>"),
        ("commit 5d41402abc4b", "commit <hex>"),
        ("version2 is deadlocked", "version2 is deadlocked"),
        ("no price", "no price"),
    ],
)
def test_messages_are_normalized(message: str, expected: str) -> None:
    assert normalized(message) == expected


def test_its_size_is_that_of_what_is_stored() -> None:
    log = ExceptionLog()
    log.add([FIRST])
    small = log.bytes
    log.add([later(minutes, user=f"user {minutes}") for minutes in range(0, 1_500, 15)])
    # Twenty samples, a hundred slices and users.
    assert small + 2_000 < log.bytes < small + 10_000
    frames = tuple(replace(STACK[0], line=line) for line in range(500))
    before = log.bytes
    log.add([later(1_600, message="x" * 1_000, stack=frames)])
    full = log.bytes
    assert before + 2_000 < full
    log.drop(NOW + timedelta(minutes=1_590))
    assert small < log.bytes < full - 1_500
    log.drop(NOW + timedelta(days=9))
    assert (log.bytes, log.count, len(log.faults)) == (0, 0, 0)


def test_only_the_stacks_of_samples_are_serialized(monkeypatch: pytest.MonkeyPatch) -> None:
    compress, serialized = zlib.compress, []

    def count(text: bytes) -> bytes:
        serialized.append(text)
        return compress(text)

    monkeypatch.setattr(zlib, "compress", count)
    frame = STACK[0]
    many = [
        later(number, version=str(number // 200), stack=(replace(frame, line=number),))
        for number in range(1_000)
    ]
    fault = fault_of(*many)
    assert len(serialized) == len(fault.samples.samples) == entity.NEWEST_SAMPLES + 4
    wanted = [*range(1_000, 980, -1), 800, 600, 400, 200]
    assert [sample.id for sample in fault.samples.samples] == wanted


def test_old_samples_are_dropped_with_their_stacks() -> None:
    old = later(0, version="1.0", stack=())
    fault = fault_of(old, later(60, version="1.1"), later(61, version="1.2"))
    fault.drop(NOW + timedelta(minutes=30))
    assert [sample.version for sample in fault.samples.samples] == ["1.2", "1.1"]
    assert len(fault.samples.stacks) == 1


def test_faults_that_are_ignored_stay_known() -> None:
    log = ExceptionLog()
    decisions = [
        Ignored(),
        Ignored(until_count=99),
        Ignored(until=NOW + timedelta(days=99)),
        Ignored(until=NOW + timedelta(days=9)),
        Ignored(until_count=1),
        Resolved(NOW),
        None,
    ]
    log.add([replace(FIRST, group=group(number)) for number in range(len(decisions))])
    for number, decision in enumerate(decisions):
        log.faults[group(number)].decision = decision
    log.drop(NOW + timedelta(days=90))
    assert list(log.faults) == [group(number) for number in range(3)]
    assert [fault.samples.samples for fault in log.faults.values()] == [()] * 3
    assert log.count == 3
    assert log.bytes == sum(fault.bytes for fault in log.faults.values())


def test_states_follow_from_decisions_and_exceptions() -> None:
    known = ["1.0", "2.0", "3.0"]

    def is_since(version: str, other: str) -> bool:
        return known.index(version) >= known.index(other)

    def fault_with(decision: Decision | None) -> ExceptionFault:
        fault = fault_of(FIRST)
        fault.decision = decision
        return fault

    hour, day = NOW + timedelta(hours=1), NOW + timedelta(days=1)
    new = fault_with(None)
    assert [new.state(moment) for moment in (hour, day)] == [State.NEW, State.ONGOING]
    assert new.add([later(1, version="2.0")], is_since) is None
    assert new.state(hour) is State.ONGOING
    for decision, exception, change, state in (
        (Resolved(hour), later(59), None, State.RESOLVED),
        (Resolved(hour), later(61), Change.REGRESSED, State.REGRESSED),
        (Resolved(hour, "2.0"), later(61), None, State.RESOLVED),
        (Resolved(hour, "2.0"), later(61, version="2.0"), Change.REGRESSED, State.REGRESSED),
        (Resolved(hour, "2.0"), later(61, version="3.0"), Change.REGRESSED, State.REGRESSED),
        (Regressed(), later(61), None, State.REGRESSED),
        (Ignored(), later(9_999), None, State.IGNORED),
        (Ignored(until=hour), later(59), None, State.NEW),  # the time is over by then
        (Ignored(until=day), later(61), None, State.IGNORED),
        (Ignored(until=hour), later(61), Change.REOPENED, State.NEW),
        (Ignored(until_count=3), later(61), None, State.IGNORED),
        (Ignored(until_count=2), later(61), Change.REOPENED, State.NEW),
    ):
        fault = fault_with(decision)
        assert fault.add([exception], is_since) is change, decision
        expected = State.ONGOING if len(fault.versions) > 1 and state is State.NEW else state
        assert fault.state(NOW + timedelta(hours=2)) is expected, decision


def test_changes_are_numbered() -> None:
    log = ExceptionLog()
    assert log.add([FIRST]) == []  # of the history
    log.has_history = True
    [first] = log.add([FIRST, later(1, group=group(1))])
    [second] = log.add([later(2, group=group(2))])
    assert [first.fault.id, second.fault.id] == [group(1), group(2)]
    assert [fault.id for fault in log.changed_since(0)] == [group(1), group(2)]
    assert [fault.id for fault in log.changed_since(1)] == [group(2)]
    assert log.changed_since(2) == []
