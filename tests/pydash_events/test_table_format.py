"""Stored events stay readable, and what cannot be read is refused."""

import base64
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ZODB.DB import DB
from ZODB.MappingStorage import MappingStorage
from ZODB.POSException import StateLoadError

from pydash_events import table_format
from pydash_events.event_rows import EventRow
from pydash_events.event_table import EventTable
from pydash_events.frames import Frame, FrameCache
from pydash_events.table_format import UnknownEventFormatError, decode, encode

EARLIEST = int(datetime.min.replace(tzinfo=UTC).timestamp()) * 10**6
LATEST = int(datetime.max.replace(tzinfo=UTC).timestamp()) * 10**6
names = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=4)
VALUES: dict[int, Any] = {
    0: st.none(),
    1: st.text(st.characters(exclude_categories=["Cs"]), max_size=5),
    2: st.integers(-(2**63), 2**63 - 1),
    3: st.floats(allow_nan=False, allow_infinity=False),
    4: st.integers(EARLIEST, LATEST),
}
traits = st.dictionaries(
    st.sampled_from("abc"),
    st.sampled_from(list(VALUES)).flatmap(lambda dtype: st.tuples(st.just(dtype), VALUES[dtype])),
).map(lambda given: [(name, *typed) for name, typed in sorted(given.items())])
rows = st.builds(
    EventRow,
    names,
    names,
    st.integers(EARLIEST, LATEST),
    names | st.uuids().map(str) | st.uuids().map(lambda each: str(each).upper()),
    traits,
    st.none() | st.just("[1]"),
)

# What format 1 has written: never change it.
FORMAT_1 = (
    "P<cgm0RTY(001bpFa2Qk0lf(TmJl-`P-&b4165;|HSHz?;13zCc2`x6dE0G2+2n>0CNndk1}Ok504V_R"
    "fegNL>Uw4F^!a3>2uTj~{SprJ07yH<jSisi9Qii0c!Gu<fTYNbhtin9*6=nG>}2My;qr%i#-}Op-C}?j"
    "Yhm#Mdd&Fq#CIPSHqyRz{1gGoo~eqWca%u<t0DBNF^l2bX{E@FuN$GTyvr-(OhJQ%34wK*X<Eg44d)sz"
    "m8QxYK@mOfgC<u^)kPyIsVy7A*nzZUrDAI-r4(AKx*y9eAh5!jTMw%eVD?Lp!~Y}|pXtIrgp$PfgmOJ_"
    "?~Oem$UzUTw)vq0Gzxb)LAV`S9*J;ZuN@?M!G&HNaI`W)JDh~<qs!b-5-`UoX}6ib4+MEWev9ib88_k!"
    "o&g{Jw%6N~)b=p|0RaF2fB*o-005)_0Db@fjQ{`x0000100LVgG&eCZA}k^?F)=YQF)=YMGBPqUEi*GS"
    "Gc7bUG&C(WH8nLgH8nLgH8nLNEF#0HB3%Fh0$>0D0000000000007_sKY)N+B04%TB3%H00DxN}dwn8Z"
    "03ZM$00"
)
FORMAT_1_ROWS = [
    EventRow("", "user.login", -1, "4711", [("ip", 1, "::1"), ("n", 2, -(2**63))], "{}", 8),
    EventRow("p", "t", 0, "11111111-2222-3333-4444-555555555555", [("f", 3, 0.5)], None, 7),
    EventRow("p", "t", 10**15, "é", [("d", 4, 5), ("f", 3, -0.0), ("z", 0, None)], None, 9),
]


def by_group(row: EventRow) -> tuple[str, str, int, str]:
    return row.project, row.event_type, row.generated, row.message_id


@given(st.lists(rows, min_size=1, max_size=30, unique_by=lambda row: row.message_id))
def test_what_is_packed_is_unpacked(given_rows: list[EventRow]) -> None:
    table = EventTable.of(given_rows, 5)
    found = list(decode(encode(table)).rows())
    expected = sorted(
        (
            EventRow(*by_group(row), traits=row.traits, raw=row.raw, sequence=5 + number)
            for number, row in enumerate(given_rows)
        ),
        key=by_group,
    )
    assert repr(found) == repr(expected)


def test_format_1_is_read() -> None:
    assert list(decode(base64.b85decode(FORMAT_1)).rows()) == FORMAT_1_ROWS


@pytest.mark.parametrize(
    "frame", [b"", b"PyEv", b"other" * 9, table_format.pack([]).replace(b"PyEv\1", b"PyEv\2")]
)
def test_an_unknown_format_is_refused(frame: bytes) -> None:
    with pytest.raises(UnknownEventFormatError, match="Stored events"):
        decode(frame)


def test_loading_an_object_in_an_unknown_format_fails() -> None:
    database = DB(MappingStorage())
    with database.transaction() as connection:
        connection.root()["frame"] = Frame(b"PyEv\2\0\0\0\0\0")
    connection = database.open()
    connection.cacheMinimize()
    with pytest.raises(StateLoadError):
        connection.root()["frame"]._p_activate()
    connection.close()
    database.close()


def test_the_cache_keeps_what_was_used_last() -> None:
    cache: FrameCache[int] = FrameCache(capacity=20)
    loaded = []

    def read(number: int) -> int:
        def load() -> tuple[int, int]:
            loaded.append(number)
            return 10, number

        return cache.get(bytes([number]), load)

    assert [read(number) for number in (1, 2, 1, 3, 1, 2)] == [1, 2, 1, 3, 1, 2]
    assert loaded == [1, 2, 3, 2]
