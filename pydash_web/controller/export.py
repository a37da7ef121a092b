"""Streams the export of requests, with only one batch in memory at a time."""

import csv
import io
import json
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from flask import Response

from pydash_cube.call_batch import CallBatch
from pydash_database import transact
from pydash_web.controller.lookup import find_dashboard
from pydash_web.controller.spreadsheets import cell
from pydash_web.models.statistic import ExportedCall, ExportQuery

FIELDS = tuple(ExportedCall.model_fields)


def export(dashboard_id: str, query: ExportQuery) -> Response:
    """Stream the requests in chronological order.

    :param query: which requests to export, and in which format.
    """
    write, media_type = FORMATS[query.format]

    def begin() -> Iterator[CallBatch]:
        return find_dashboard(dashboard_id).calls(query.cube_query())

    batches = transact(begin)
    # The response is a snapshot. This thread begins no other transaction until it has been sent.
    response = Response(write(batches), mimetype=media_type)
    response.headers.set("Content-Disposition", "attachment", filename=f"calls.{query.format}")
    return response


def _csv(batches: Iterator[CallBatch]) -> Iterator[str]:
    yield ",".join(FIELDS) + "\r\n"
    for batch in batches:
        text = io.StringIO()
        csv.writer(text).writerows(_rows(batch, cell))
        yield text.getvalue()


def _json(batches: Iterator[CallBatch]) -> Iterator[str]:
    yield "["
    separator = "\n"
    for batch in batches:
        calls = (json.dumps(dict(zip(FIELDS, row, strict=True))) for row in _rows(batch, str))
        yield separator + ",\n".join(calls)
        separator = ",\n"
    yield "\n]\n"


def _rows(batch: CallBatch, write_text: Callable[[str], str]) -> Iterator[tuple[Any, ...]]:
    """Return the calls of a batch, each with its values in the order of FIELDS."""
    columns = {
        "time": np.datetime_as_string(batch.time, unit="us", timezone="UTC").tolist(),
        "execution_time": batch.execution_time.tolist(),
        "status_code": (status or None for status in batch.status_code.tolist()),
    }
    texts = (name for name in FIELDS if name not in columns)
    columns |= {name: map(write_text, getattr(batch, name)) for name in texts}
    return zip(*(columns[name] for name in FIELDS), strict=True)


FORMATS = {"csv": (_csv, "text/csv"), "json": (_json, "application/json")}
