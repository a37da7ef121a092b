"""A request that a monitored app has served."""

from datetime import datetime
from typing import Any

from persistent import Persistent


class EndpointCall(Persistent):
    """A request that a monitored app has served.

    :param endpoint: name of the endpoint.
    :param execution_time: ms.
    :param time: when the request arrived; a naive datetime is UTC.
    :param version: version of the app.
    :param group_by: the value by which the app groups its calls, for instance the user.
    :param ip: IP address of the visitor.
    :param status_code: HTTP status of the response; None if the source does not report it.

    >>> from datetime import datetime
    >>> endpoint_call = EndpointCall("foo", 0.5, datetime.strptime("2018-04-25 15:29:23", "%Y-%m-%d %H:%M:%S"), "0.1", "None", "127.0.0.1")
    >>> endpoint_call.as_dict()
    {'endpoint': 'foo', 'execution_time': 0.5, 'time': datetime.datetime(2018, 4, 25, 15, 29, 23), 'version': '0.1', 'group_by': 'None', 'ip': '127.0.0.1'}
    """  # noqa: E501 (the example is kept as it is documented)

    def __init__(
        self,
        endpoint: str,
        execution_time: float,
        time: datetime,
        version: str,
        group_by: str,
        ip: str,
        status_code: int | None = None,
    ) -> None:
        self.endpoint = endpoint
        self.execution_time = execution_time
        self.time = time
        self.version = version
        self.group_by = group_by
        self.ip = ip
        self.status_code = status_code

    def as_dict(self) -> dict[str, Any]:
        """Return the attributes by name; the status code only if it is known."""
        data = {
            "endpoint": self.endpoint,
            "execution_time": self.execution_time,
            "time": self.time,
            "version": self.version,
            "group_by": self.group_by,
            "ip": self.ip,
        }
        if self.status_code is not None:
            data["status_code"] = self.status_code
        return data
