"""The models of operations."""

from typing import Literal

from pydash_web.models.common import ResponseBody


class Wheel(ResponseBody):
    """A wheel that can be installed with pip."""

    file: str
    sha256: str


class Exporter(ResponseBody):
    """The exporter that monitored apps install."""

    wheel: Wheel | None
    """None if PyDash runs from source code, and `make` has not built it."""


class Status(ResponseBody):
    """Whether PyDash is alive and can read its database."""

    status: Literal["alive", "database failed"]

    def response_status(self) -> int:
        """Return 503 for clients that only check the status."""
        return 200 if self.status == "alive" else 503
