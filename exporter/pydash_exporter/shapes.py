"""The two formats of a page: rows for people, columns for PyDash."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from pydash_exporter.measurements import Page, microseconds

CODED = frozenset(
    ("endpoint", "version", "user", "ip", "type", "message", "group", "title", "cpu", "memory")
)
"""Text fields of the kinds, whose values repeat."""


def rows(page: Page) -> list[dict[str, Any]]:
    """Return each call as an object with the names of FMD 2.0, and endpoint and status code."""
    return [
        {
            **call._asdict(),
            "time_requested": str(call.time_requested),
            "endpoint": page.names.get(call.endpoint_id),
        }
        for call in page.calls
    ]


def columns(page: Page) -> dict[str, Any]:
    """Return each field as a list, at a tenth of the size and the cost of rows.

    Times are µs since 1970 (UTC). Because strings repeat, `values` contains each distinct string
    once, and `codes` contains its position for every call.
    """
    calls = page.calls
    return {
        "id": [call.id for call in calls],
        "duration": [call.duration for call in calls],
        "time_requested": [microseconds(call.time_requested) for call in calls],
        "status_code": [call.status_code for call in calls],
        "endpoint": _coded(page.names.get(call.endpoint_id) for call in calls),
        "version_requested": _coded(call.version_requested for call in calls),
        "group_by": _coded(call.group_by for call in calls),
        "ip": _coded(call.ip for call in calls),
    }


def kind_rows(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return each row of a kind as an object."""
    return [{**row, "time": str(row["time"])} for row in rows]


def kind_columns(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Return each field of the rows of a kind as a list, like `columns`; {} without rows."""
    fields: dict[str, Any] = {
        name: [row[name] for row in rows] for name in (rows[0] if rows else ())
    }
    for name in CODED & fields.keys():
        fields[name] = _coded(fields[name])
    if rows:
        fields["time"] = [microseconds(moment) for moment in fields["time"]]
    if "stack" in fields:
        # Most rows of the same stack have the same list, which is not compared again.
        texts = {id(stack): json.dumps(stack) for stack in fields["stack"]}
        coded = _coded(texts[id(stack)] for stack in fields["stack"])
        fields["stack"] = {**coded, "values": [json.loads(text) for text in coded["values"]]}
    return fields


def _coded(texts: Iterable[str | None]) -> dict[str, list[Any]]:
    codes: dict[str | None, int] = {}
    positions = [codes.setdefault(text, len(codes)) for text in texts]
    return {"values": list(codes), "codes": positions}
