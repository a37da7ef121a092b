"""Reads the monitor rules (newer: endpoints) of every dialect."""

from datetime import UTC, datetime
from typing import Any

import numpy as np

from flask_monitoring_dashboard_client.calls import MonitorRule
from flask_monitoring_dashboard_client.cleaning import clean_text, times_from_texts
from pydash_http import InvalidResponse, ResponseTooLarge

MAX_RULES = 10_000


def parse_rules(rows: Any, utc_offset: int = 0) -> list[MonitorRule]:
    """Read the rules, leaving out those without a name.

    :param rows: a list of objects, as they came.
    :param utc_offset: seconds by which the times in them are ahead of UTC.
    :raises InvalidResponse: if it is no such list.
    :raises ResponseTooLarge: if there are more than an app can have in earnest.
    """
    if not isinstance(rows, list) or not set(map(type, rows)) <= {dict}:
        raise InvalidResponse("The endpoints in the answer of the dashboard cannot be read.")
    if len(rows) > MAX_RULES:
        raise ResponseTooLarge(
            f"The dashboard has {len(rows):,} endpoints. PyDash reads up to {MAX_RULES:,}."
        )
    rules = [_parse_rule(row, utc_offset) for row in rows]
    return [rule for rule in rules if rule.name]


def _parse_rule(row: dict[str, Any], utc_offset: int) -> MonitorRule:
    """Read one rule: FMD 1 called some things by another name."""
    return MonitorRule(
        name=clean_text(row.get("name", row.get("endpoint"))) or "",
        enabled=bool(row.get("monitor_level", row.get("monitor"))),
        version_added=clean_text(row.get("version_added")) or "",
        time_added=_time(row.get("time_added"), utc_offset),
        last_accessed=_time(row.get("last_requested", row.get("last_accessed")), utc_offset),
    )


def _time(value: Any, utc_offset: int) -> datetime | None:
    moment = times_from_texts([value])[0]
    if np.isnat(moment):
        return None
    # A year that datetime does not have cannot be in such a text.
    local: datetime = (moment - np.timedelta64(utc_offset, "s")).item()
    return local.replace(tzinfo=UTC)
