"""Streams the calls of a dashboard, so that however many there are, few are held at once."""

import csv
import io
from collections.abc import Iterator
from datetime import datetime

from flask import Response

from pydash_app.dashboard.endpoint_call import EndpointCall, EndpointCallBatch
from pydash_database import transact
from pydash_web import validation
from pydash_web.controller.dates import choice
from pydash_web.controller.utils import find_dashboard, naming_parameters
from pydash_web.models.statistic import ExportedCall, ExportQuery

FIELDS = tuple(ExportedCall.model_fields)


def export(dashboard_id: str, query: ExportQuery) -> Response:
    """Write the calls down in order of time.

    :param query: which calls, and the format: csv or json.
    :raises InvalidInput: a parameter is wrong.
    """
    if query.format not in FORMATS:
        raise validation.invalid({"format": ["This must be csv or json."]})
    write, media_type = FORMATS[query.format]

    def begin() -> Iterator[EndpointCallBatch]:
        with naming_parameters():
            return find_dashboard(dashboard_id).calls(**choice(query))

    batches = transact(begin)
    # What is streamed is what the database held just now: this thread begins no other transaction
    # before it is done.
    response = Response(write(batches), mimetype=media_type)
    response.headers.set("Content-Disposition", "attachment", filename=f"calls.{query.format}")
    return response


def _csv(batches: Iterator[EndpointCallBatch]) -> Iterator[str]:
    yield ",".join(FIELDS) + "\r\n"
    for batch in batches:
        text = io.StringIO()
        csv.writer(text).writerows(_row(call) for call in batch.calls())
        yield text.getvalue()


def _row(call: EndpointCall) -> list[object]:
    values = (getattr(call, name) for name in FIELDS)
    return [_cell(value) for value in values]


def _cell(value: object) -> object:
    """Write a value so that no spreadsheet takes a visitor's text for a formula (CWE-1236)."""
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r")):
        return f"'{value}"
    return value


def _json(batches: Iterator[EndpointCallBatch]) -> Iterator[str]:
    yield "["
    separator = "\n"
    for batch in batches:
        yield separator + ",\n".join(map(_object, batch.calls()))
        separator = ",\n"
    yield "\n]\n"


def _object(call: EndpointCall) -> str:
    exported = ExportedCall.model_construct(**{name: getattr(call, name) for name in FIELDS})
    return exported.model_dump_json()


FORMATS = {"csv": (_csv, "text/csv"), "json": (_json, "application/json")}
