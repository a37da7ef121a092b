"""The models of operations."""

from typing import Literal

from pydash_web.models.common import ResponseBody


class Status(ResponseBody):
    """Whether PyDash is alive and can read its database."""

    status: Literal["alive", "database failed"]

    def response_status(self) -> int:
        """Return 503 for clients that only check the status."""
        return 200 if self.status == "alive" else 503
