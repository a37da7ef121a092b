"""Streams the calls of a dashboard, so that however many there are, few are held at once."""

import csv
import io
import json
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from flask import Response

from pydash_app.dashboard.endpoint_call import EndpointCallBatch
from pydash_database import transact
from pydash_web.api import validation
from pydash_web.controller.dates import choice
from pydash_web.controller.lookup import find_dashboard
from pydash_web.controller.utils import naming_parameters
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
        csv.writer(text).writerows(_rows(batch, _cell))
        yield text.getvalue()


def _json(batches: Iterator[EndpointCallBatch]) -> Iterator[str]:
    yield "["
    separator = "\n"
    for batch in batches:
        calls = (json.dumps(dict(zip(FIELDS, row, strict=True))) for row in _rows(batch, str))
        yield separator + ",\n".join(calls)
        separator = ",\n"
    yield "\n]\n"


def _rows(batch: EndpointCallBatch, write_text: Callable[[str], str]) -> Iterator[tuple[Any, ...]]:
    """Give the calls of a batch, each with its values in the order of FIELDS."""
    columns = {
        "time": np.datetime_as_string(batch.time, unit="us", timezone="UTC").tolist(),
        "execution_time": batch.execution_time.tolist(),
        "status_code": (status or None for status in batch.status_code.tolist()),
    }
    texts = (name for name in FIELDS if name not in columns)
    columns |= {name: map(write_text, getattr(batch, name)) for name in texts}
    return zip(*(columns[name] for name in FIELDS), strict=True)


def _cell(text: str) -> str:
    """Keep a spreadsheet from taking a visitor's text for a formula (CWE-1236)."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text


FORMATS = {"csv": (_csv, "text/csv"), "json": (_json, "application/json")}
