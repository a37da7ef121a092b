"""Parses the monitor rules (endpoints, in newer versions) of every dialect."""

from datetime import UTC, datetime
from typing import Any

import numpy as np

from flask_monitoring_dashboard_client.calls import MonitorRule
from flask_monitoring_dashboard_client.cleaning import clean_text, none_as_null, times_from_texts
from pydash_http import InvalidResponse, ResponseTooLarge

MAX_RULES = 10_000


def parse_rules(rows: Any, utc_offset: int = 0) -> list[MonitorRule]:
    """Parse rules, omitting those without a name.

    :param rows: a list of objects, as received.
    :param utc_offset: seconds by which their times are ahead of UTC.
    :raises InvalidResponse: if the input is not such a list.
    :raises ResponseTooLarge: if there are more than any real app has.
    """
    if not isinstance(rows, list) or not set(map(type, rows)) <= {dict}:
        raise InvalidResponse("The endpoints in the response are invalid.")
    if len(rows) > MAX_RULES:
        raise ResponseTooLarge(
            f"The app has {len(rows):,} endpoints. PyDash reads at most {MAX_RULES:,}."
        )
    # FMD 1 has other names for some fields.
    rules = [
        MonitorRule(
            name=clean_text(row.get("name", row.get("endpoint"))) or "",
            enabled=bool(row.get("monitor_level", row.get("monitor"))),
            version_added=clean_text(none_as_null([row.get("version_added")])[0]) or "",
            time_added=_time(row.get("time_added"), utc_offset),
            last_accessed=_time(row.get("last_requested", row.get("last_accessed")), utc_offset),
        )
        for row in rows
    ]
    return [rule for rule in rules if rule.name]


def _time(value: Any, utc_offset: int) -> datetime | None:
    moment = times_from_texts([value])[0]
    if np.isnat(moment):
        return None
    # Such a text cannot have a year outside the range of datetime.
    local: datetime = (moment - np.timedelta64(utc_offset, "s")).item()
    return local.replace(tzinfo=UTC)
