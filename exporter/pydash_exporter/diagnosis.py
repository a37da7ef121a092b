"""Reads what explains the measurements: exceptions, outliers, profiles and custom graphs.

Each kind is read page by page in the order of its IDs, in steps, so that the size of what is stored
does not matter. Texts are cut in the database, and masked before they are returned.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import closing, suppress
from typing import TYPE_CHECKING, Any, Callable, NamedTuple
from urllib.parse import quote

from flask_monitoringdashboard import config
from sqlalchemy import func, literal
from sqlalchemy.orm import aliased
from werkzeug.exceptions import HTTPException

from pydash_exporter import stacks
from pydash_exporter.groups import group_of
from pydash_exporter.identity import read_database_id
from pydash_exporter.masking import (
    MASKED,
    is_secret,
    mask,
    mask_environment,
    mask_headers,
    variables_of,
)
from pydash_exporter.sessions import open_session, repeated_if_stale
from pydash_exporter.stacks import Frame, place_of
from pydash_exporter.times import in_utc

if TYPE_CHECKING:
    Row = dict[str, Any]

MAX_LIMIT = 1_000
"""Maximum number of rows in a page."""

MAX_PAGE_BYTES = 2 * 1024 * 1024
MAX_MESSAGE_BYTES = 2 * 1024
MAX_TEXT = 32 * 1024
"""Maximum length of headers, environment and stack of an outlier, in characters."""

MAX_URL = 4_200
MAX_SOURCE = 250
MAX_LINES = 5_000
STEP = 50

_FRAME = re.compile(r'File: "(.*?)", line (\d+), in "(.*?)": "(.*?)"(?=<br />|$)', re.DOTALL)


class KindPage(NamedTuple):
    """A page of rows of one kind, and the information needed to request the next one.

    :param rows: in the order of their IDs.
    :param has_more: whether there are rows after these.
    :param last_id: largest ID of the kind in the database, 0 if it has none.
    :param database_id: as in `measurements.Page`.
    """

    rows: list[Row]
    has_more: bool
    last_id: int
    database_id: str | None


class Kind(NamedTuple):
    """What explains measurements, of one kind.

    :param table: the class in FMD's database module that has an ID for each row, by name.
    :param key: the name of this ID.
    :param others: further classes without which it cannot be read.
    :param read: yields the rows with larger IDs than a given one, in their order, at most so many.
    """

    table: str
    key: str
    others: tuple[str, ...]
    read: Callable[[Any, int, int, bool], Iterator[Row]]

    @property
    def is_stored(self) -> bool:
        """Whether this version of FMD stores it."""
        from flask_monitoringdashboard import database

        return all(hasattr(database, name) for name in (self.table, *self.others))


@repeated_if_stale
def read_kind_page(
    kind: Kind, after_id: int, limit: int, with_source: bool, repeats: bool
) -> KindPage:
    """Read a page of rows.

    :param after_id: only rows with a larger ID.
    :param limit: maximum number of rows.
    :param with_source: whether to read lines of the app's source.
    :param repeats: whether the response repeats a stack with each row, which limits their number.
    :raises sqlalchemy.exc.SQLAlchemyError: if the database fails.
    """
    from flask_monitoringdashboard import database

    rows: list[Row] = []
    size, has_more, counted = 0, False, set()
    with closing(open_session()) as session:
        for row in kind.read(session, after_id, limit + 1, with_source):
            for value in row.values():
                if repeats or id(value) not in counted:
                    size += len(json.dumps(value, default=str))
                    counted.add(id(value))
            if len(rows) == limit or (rows and size > MAX_PAGE_BYTES):
                has_more = True
                break
            rows.append(row)
        key = getattr(getattr(database, kind.table), kind.key)
        last_id = session.query(func.max(key)).scalar() or 0
        database_id = read_database_id(session)
    return KindPage(rows, has_more, last_id, database_id)


def read_exceptions(session: Any, after_id: int, limit: int, with_source: bool) -> Iterator[Row]:
    """Yield exceptions, each with the fault that it belongs to and its stack."""
    from flask_monitoringdashboard.database import (
        ExceptionMessage,
        ExceptionOccurrence,
        ExceptionType,
    )

    occurrence = ExceptionOccurrence
    query = _with_request(
        session,
        occurrence,
        occurrence.id,
        occurrence.stack_trace_snapshot_id.label("snapshot_id"),
        occurrence.is_user_captured,
        ExceptionType.type.label("type"),
        func.substr(ExceptionMessage.message, 1, MAX_MESSAGE_BYTES).label("message"),
    )
    query = query.outerjoin(ExceptionType, occurrence.exception_type_id == ExceptionType.id)
    query = query.outerjoin(ExceptionMessage, occurrence.exception_msg_id == ExceptionMessage.id)
    known: dict[int, tuple[list[Row], str]] = {}
    # FMD stores a stack again for each message.
    distinct: dict[tuple[Frame, ...], list[Row]] = {}
    for found in _in_steps(query, occurrence.id, after_id, limit):
        if found.snapshot_id not in known:
            frames, lines = _read_stack(session, found.snapshot_id, with_source)
            stack = distinct.setdefault(tuple(frames), [frame._asdict() for frame in frames])
            known[found.snapshot_id] = stack, stacks.fault_of(frames, lines)
        stack, fault = known[found.snapshot_id]
        message = mask(found.message or "").encode("utf-8", "replace")[:MAX_MESSAGE_BYTES]
        yield {
            **_described(found),
            "captured": bool(found.is_user_captured),
            "type": found.type or "",
            "message": message.decode(errors="ignore"),
            "group": stacks.group_of(found.type or "", fault),
            "stack": stack,
        }


def read_outliers(session: Any, after_id: int, limit: int, with_source: bool) -> Iterator[Row]:
    """Yield slow requests, except the first of each endpoint, which FMD stores in any case."""
    from flask_monitoringdashboard.database import Outlier, Request

    earlier = aliased(Request)
    query = _with_request(
        session,
        Outlier,
        Outlier.id,
        func.substr(Outlier.request_header, 1, MAX_TEXT).label("headers"),
        func.substr(Outlier.request_environment, 1, MAX_TEXT).label("environment"),
        func.substr(Outlier.request_url, 1, MAX_URL).label("url"),
        func.substr(Outlier.cpu_percent, 1, MAX_URL).label("cpu"),
        func.substr(Outlier.memory, 1, MAX_URL).label("memory"),
        func.substr(Outlier.stacktrace, 1, MAX_TEXT).label("stack"),
    ).filter(
        session.query(earlier.id)
        .filter(earlier.endpoint_id == Request.endpoint_id, earlier.id < Request.id)
        .exists()
    )
    for found in _in_steps(query, Outlier.id, after_id, limit):
        environment = mask_environment(found.environment or "")
        headers = mask_headers(found.headers or "")
        url = mask(_decoded(found.url))
        for pattern in _secret_segments(found.environment or ""):
            url = pattern.sub(MASKED, url)
            for texts in (headers, environment):
                texts.update({name: pattern.sub(MASKED, text) for name, text in texts.items()})
        yield {
            **_described(found),
            "url": url,
            "headers": headers,
            "environment": environment,
            "cpu": found.cpu or "",
            "memory": found.memory or "",
            "stack": [
                _frame(path, int(line), function, source if with_source else None)._asdict()
                for path, line, function, source in _FRAME.findall(found.stack or "")
            ],
        }


def read_profiles(session: Any, after_id: int, limit: int, with_source: bool) -> Iterator[Row]:
    """Yield profiled requests, each with the lines that were seen running and how long (ms)."""
    from flask_monitoringdashboard.database import CodeLine, StackLine

    query = _with_request(session, StackLine, StackLine.request_id.label("id")).distinct()
    for found in _in_steps(query, StackLine.request_id, after_id, limit):
        lines = (
            session.query(StackLine.indent, StackLine.duration, CodeLine)
            .outerjoin(CodeLine, StackLine.code_id == CodeLine.id)
            .filter(StackLine.request_id == found.id)
            .order_by(StackLine.position)
            .limit(MAX_LINES)
        )
        timed: list[Row] = []
        for indent, duration, code in lines:
            source = code.code if with_source else None
            frame = _frame(code.filename, code.line_number, code.function_name, source)
            timed.append({"indent": indent, "duration": duration, **frame._asdict()})
        yield {**_described(found), "lines": _shallowest(timed)}


def read_graphs(session: Any, after_id: int, limit: int, with_source: bool) -> Iterator[Row]:
    """Yield the values of the app's own graphs."""
    from flask_monitoringdashboard.database import CustomGraph, CustomGraphData

    data = CustomGraphData
    query = session.query(
        data.id, data.graph_id, CustomGraph.title, in_utc(data.time).label("time"), data.value
    ).outerjoin(CustomGraph, data.graph_id == CustomGraph.graph_id)
    for found in _in_steps(query, data.id, after_id, limit):
        yield {
            "id": found.id,
            "time": found.time,
            "graph_id": found.graph_id,
            "title": found.title or "",
            "value": found.value,
        }


KINDS: dict[str, Kind] = {
    "exceptions": Kind(
        "ExceptionOccurrence", "id", ("FunctionLocation", "FilePath"), read_exceptions
    ),
    "outliers": Kind("Outlier", "id", (), read_outliers),
    "profiles": Kind("StackLine", "request_id", (), read_profiles),
    "graphs": Kind("CustomGraphData", "id", (), read_graphs),
}


def _with_request(session: Any, table: Any, *columns: Any) -> Any:
    """Return a query of columns of a table, and of the request that each row belongs to."""
    from flask_monitoringdashboard.database import Endpoint, Request

    query = session.query(
        *columns,
        in_utc(Request.time_requested).label("time"),
        Endpoint.name.label("endpoint"),
        Request.version_requested.label("version"),
        Request.group_by.label("user"),
        Request.ip,
        Request.duration,
        # FMD before 3.1 stores none.
        getattr(Request, "status_code", literal(None)).label("status_code"),
    ).select_from(table)
    # Also rows without a request, so that their number is that of the table.
    query = query.outerjoin(Request, table.request_id == Request.id)
    return query.outerjoin(Endpoint, Request.endpoint_id == Endpoint.id)


def _in_steps(query: Any, key: Any, after_id: int, limit: int) -> Iterator[Any]:
    """Yield rows in the order of a key that they have as `id`, and hold only few at once."""
    while limit > 0:
        rows = query.filter(key > after_id).order_by(key).limit(min(STEP, limit)).all()
        yield from rows
        if len(rows) < STEP:
            return
        after_id, limit = rows[-1].id, limit - len(rows)


def _described(found: Any) -> Row:
    """Return the columns that `_with_request` has added."""
    return {
        "id": found.id,
        "time": found.time,
        "endpoint": found.endpoint or "",
        "version": found.version,
        "user": group_of(found.user),
        "ip": found.ip,
        "duration": found.duration,
        "status_code": found.status_code,
    }


def _read_stack(session: Any, snapshot_id: int, with_source: bool) -> tuple[list[Frame], list[str]]:
    """Return the frames of a stack, outermost first, and the lines up to the one that raised."""
    from flask_monitoringdashboard.database import (
        ExceptionFrame,
        ExceptionStackLine,
        FilePath,
        FunctionDefinition,
        FunctionLocation,
    )

    location = FunctionLocation
    rows = (
        session.query(
            FilePath.path,
            ExceptionFrame.line_number,
            FunctionDefinition.name,
            FunctionDefinition.id,
            location.function_start_line_number,
        )
        .select_from(ExceptionStackLine)
        .join(ExceptionFrame, ExceptionStackLine.exception_frame_id == ExceptionFrame.id)
        .outerjoin(location, ExceptionFrame.function_location_id == location.id)
        .outerjoin(FunctionDefinition, location.function_definition_id == FunctionDefinition.id)
        .outerjoin(FilePath, location.file_path_id == FilePath.id)
        .filter(ExceptionStackLine.stack_trace_snapshot_id == snapshot_id)
        .order_by(ExceptionStackLine.position.desc())
        .limit(stacks.MAX_FRAMES)
        .all()
    )
    frames = [_frame(path or "", line, name or "", None) for path, line, name, _, _ in rows][::-1]
    rows.reverse()
    raised = stacks.faulty(frames)
    sources: dict[int, list[str]] = {}

    def source_until(position: int) -> list[str]:
        """Return the lines of a function up to the one that was running."""
        _, line, _, definition, start = rows[position]
        if definition not in sources:
            code = session.query(FunctionDefinition.code).filter_by(id=definition).scalar() or ""
            sources[definition] = code.splitlines()
        # A module begins at line 0 for some versions of Python, and at 1 for others.
        return sources[definition][: max(line - max(start or 0, 1) + 1, 0)]

    lines = [] if raised is None else source_until(raised)
    if with_source:
        for position, frame in enumerate(frames):
            if frame.own:
                text = mask("".join(source_until(position)[-1:]))[:MAX_SOURCE]
                frames[position] = frame._replace(source=text)
    return stacks.shortened(reversed(frames)), lines


def _frame(path: str, line: int, function: str, source: str | None) -> Frame:
    place = place_of(path)
    shown = mask(source)[:MAX_SOURCE] if source is not None and place.own else None
    return Frame(place.file, place.module, line, function, place.own, shown)


def _shallowest(lines: list[Row]) -> list[Row]:
    """Return the lines of a profile that fit into the size of a stack, without the deepest."""
    sizes: dict[int, int] = {}
    for line in lines:
        sizes[line["indent"]] = sizes.get(line["indent"], 0) + len(json.dumps(line))
    kept: set[int] = set()
    total = 0
    for indent in sorted(sizes):
        total += sizes[indent]
        if kept and total > stacks.MAX_STACK_BYTES:
            break
        kept.add(indent)
    return [line for line in lines if line["indent"] in kept]


def _decoded(url: Any) -> str:
    """Return a URL, which FMD passes to the database as bytes; PostgreSQL stores them in hex."""
    if isinstance(url, str) and url.startswith("\\x"):
        digits = url[2:]
        with suppress(ValueError):
            url = bytes.fromhex(digits[: len(digits) // 2 * 2])
    return url.decode(errors="replace") if isinstance(url, bytes) else url or ""


def _secret_segments(environment: str) -> list[re.Pattern[str]]:
    """Return what matches the parts of the path that the app's URL rules give secret names."""
    found = variables_of(environment)
    adapter = config.app.url_map.bind(found.get("SERVER_NAME", ""))
    path = found.get("PATH_INFO", "").encode("latin-1", "replace").decode(errors="replace")
    try:
        _, values = adapter.match(path, found.get("REQUEST_METHOD", "GET"))
    except HTTPException:
        return []
    secrets = {str(value) for name, value in values.items() if is_secret(name)}
    forms = {form for each in secrets if each for form in (each, quote(each), quote(each, safe=""))}
    return [re.compile(rf"(?<=/){re.escape(form)}(?![^/?#\s])") for form in sorted(forms)]
