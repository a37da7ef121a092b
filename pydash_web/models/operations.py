"""The models of running PyDash."""

from typing import Literal

from pydash_web.models.common import Answer


class Status(Answer):
    """Whether PyDash is alive and can read its database."""

    status: Literal["alive", "database failed"]

    def response_status(self) -> int:
        """Tell those who only look at the status, too."""
        return 200 if self.status == "alive" else 503
