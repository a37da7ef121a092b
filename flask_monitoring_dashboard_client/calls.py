"""The data of a monitored app, in the same form for all versions."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class RemoteDetails:
    """Details of the monitoring of an app.

    :param url: base URL of its routes, without a trailing slash; fetch from this URL.
    :param dialect: name of its protocol; store it for later connections.
    :param fmd_version: version of Flask-MonitoringDashboard.
    :param first_request: time of its first call (UTC), if it has any and reports it.
    :param last_id: largest id of a call, where calls have ids.
    :param total_requests: number of calls, if reported.
    :param default_token: whether its security token is the publicly known default.
    :param timezone: name of the time zone that its own pages use, if reported.
    :param kinds: what else it exports, such as "exceptions".
    :param exporter_version: version of its exporter, empty without one.
    """

    url: str
    dialect: str
    fmd_version: str
    first_request: datetime | None
    last_id: int | None
    total_requests: int | None
    default_token: bool
    timezone: str | None
    kinds: frozenset[str] = frozenset()
    exporter_version: str = ""


@dataclass(frozen=True)
class MonitorRule:
    """An endpoint of a monitored app.

    :param name: the endpoint's name in Flask.
    :param enabled: whether its calls are monitored.
    :param version_added: version of the app in which it first appeared.
    :param time_added: when it first appeared (UTC).
    :param last_accessed: when it was last called (UTC), if ever.
    """

    name: str
    enabled: bool
    version_added: str
    time_added: datetime | None
    last_accessed: datetime | None


@dataclass(frozen=True)
class CallColumns:
    """Calls, with a list or array of the same length per field.

    :param endpoint: endpoint names.
    :param execution_time: float64, ms.
    :param time: datetime64[us], UTC.
    :param version: versions of the app.
    :param group_by: groups, empty where the app assigns none.
    :param ip: IP addresses of the clients.
    :param status_code: int16, 0 if unknown.
    """

    endpoint: list[str]
    execution_time: NDArray[np.float64]
    time: NDArray[np.datetime64]
    version: list[str]
    group_by: list[str]
    ip: list[str]
    status_code: NDArray[np.int16]

    def __len__(self) -> int:
        return len(self.endpoint)

    def select(self, mask: NDArray[np.bool_]) -> "CallColumns":
        """Return the calls for which the mask is True."""
        if mask.all():
            return self
        positions = np.flatnonzero(mask).tolist()
        return CallColumns(
            endpoint=[self.endpoint[i] for i in positions],
            execution_time=self.execution_time[mask],
            time=self.time[mask],
            version=[self.version[i] for i in positions],
            group_by=[self.group_by[i] for i in positions],
            ip=[self.ip[i] for i in positions],
            status_code=self.status_code[mask],
        )


@dataclass(frozen=True)
class CallPage:
    """A page of new calls, and the cursor to continue from.

    :param columns: the valid calls.
    :param cursor: argument of the next `fetch_page`; JSON-compatible.
    :param has_more: whether another page is available now.
    :param set_aside: number of calls omitted because a value is invalid.
    :param notice: a message for the user, for instance that calls were deleted unread.
    :param remaining: approximate number of calls still to be read, if known.
    :param is_reset: whether the app's database turned out to be another than before.
    """

    columns: CallColumns
    cursor: dict[str, Any]
    has_more: bool
    set_aside: int = 0
    notice: str | None = None
    remaining: int | None = None
    is_reset: bool = False
