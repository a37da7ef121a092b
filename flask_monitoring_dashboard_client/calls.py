"""What a remote dashboard tells, in one form whatever its version."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class RemoteDetails:
    """What a remote dashboard is.

    :param url: where its routes are, without a trailing slash; what is to be fetched from.
    :param dialect: the name of the way it talks; what is to be remembered.
    :param fmd_version: the version of Flask-MonitoringDashboard.
    :param first_request: when its first call was (UTC), if it has one and says so.
    :param last_id: the largest id of a call, where calls have ids.
    :param total_requests: how many calls it has, if it says so.
    :param default_token: whether its security token is the one that everybody knows.
    :param timezone: the name of the time zone its own pages show, if it says so.
    """

    url: str
    dialect: str
    fmd_version: str
    first_request: datetime | None
    last_id: int | None
    total_requests: int | None
    default_token: bool
    timezone: str | None


@dataclass(frozen=True)
class MonitorRule:
    """An endpoint of a monitored app.

    :param name: the endpoint's name in Flask.
    :param enabled: whether its calls are monitored.
    :param version_added: the version of the app in which it was first seen.
    :param time_added: when it was first seen (UTC).
    :param last_accessed: when it was last called (UTC), if it ever was.
    """

    name: str
    enabled: bool
    version_added: str
    time_added: datetime | None
    last_accessed: datetime | None


@dataclass(frozen=True)
class CallColumns:
    """Calls, one list or array per field, all of the same length.

    :param endpoint: names.
    :param execution_time: float64, ms.
    :param time: datetime64[us], UTC.
    :param version: versions of the app.
    :param group_by: the groups, empty where the app gives none.
    :param ip: addresses of the callers.
    :param status_code: int16, 0 where it is not known.
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

    def select(self, chosen: NDArray[np.bool_]) -> "CallColumns":
        """Return the calls for which `chosen` holds."""
        if chosen.all():
            return self
        positions = np.flatnonzero(chosen).tolist()
        return CallColumns(
            endpoint=[self.endpoint[i] for i in positions],
            execution_time=self.execution_time[chosen],
            time=self.time[chosen],
            version=[self.version[i] for i in positions],
            group_by=[self.group_by[i] for i in positions],
            ip=[self.ip[i] for i in positions],
            status_code=self.status_code[chosen],
        )


@dataclass(frozen=True)
class CallPage:
    """Some new calls, and from where to go on.

    :param columns: the calls, none of them absurd.
    :param cursor: what `fetch_page` wants next time; can be stored as JSON.
    :param has_more: whether another page can be had at once.
    :param set_aside: how many calls were left out, because a value of theirs was absurd.
    :param notice: what the user should know, such as that calls were gone before they were read.
    :param remaining: about how many calls are still to come, if that is known.
    """

    columns: CallColumns
    cursor: dict[str, Any]
    has_more: bool
    set_aside: int = 0
    notice: str | None = None
    remaining: int | None = None
