"""The models of operating PyDash."""

from typing import Literal

from pydash_web.models.common import Answer


class Status(Answer):
    """Whether PyDash is alive and can read its database."""

    status: Literal["alive", "database failed"]

    def response_status(self) -> int:
        """Return 503 for clients that only look at the status."""
        return 200 if self.status == "alive" else 503
