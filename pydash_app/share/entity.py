"""A read-only link to a dashboard, for people without an account."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from pydash_app.credential import Credential
from pydash_app.share.panels import Grant, Panel, grant_of


class ShareLink(Credential):
    """A read-only link. Its token is stored only as a hash, by `pydash_app.links`.

    :param owner_id: the account that created it.
    :param name: for the owner; visitors do not see it.
    :param panels: what it shows.
    :param prefix: the beginning of its token, by which the owner recognizes it.
    :param created: the current time (UTC).
    :param lifetime: None if it does not expire.
    """

    def __init__(
        self,
        owner_id: UUID,
        dashboard_id: UUID,
        name: str,
        panels: Iterable[Panel],
        prefix: str,
        created: datetime,
        lifetime: timedelta | None,
    ) -> None:
        self.id = uuid4()
        self.owner_id, self.dashboard_id = owner_id, dashboard_id
        self.name = name
        chosen = set(panels)
        self._panels = tuple(panel.value for panel in Panel if panel in chosen)
        self.prefix = prefix
        self.created = created
        self.expires = None if lifetime is None else created + lifetime

    @property
    def panels(self) -> tuple[Panel, ...]:
        """What it shows, in the order of the page."""
        return tuple(Panel(name) for name in self._panels)

    @property
    def grant(self) -> Grant:
        """What visitors may query."""
        return grant_of(self.panels)
