"""Public pages that tell whether apps work, with incidents and subscribers.

Owners manage them (`managing`); visitors see an `overview`; the fetcher mails (`subscribing`).
Nothing but `mail_due` commits.
"""

from uuid import UUID

from pydash_app.status_page import managing, repository, subscribing
from pydash_app.status_page.subscribing import forget_unconfirmed

__all__ = ["forget_account", "forget_dashboard", "forget_unconfirmed", "mail_due"]


def mail_due() -> None:
    """Write what is due to the outbox: requests for confirmation, and news of incidents."""
    subscribing.process_requests()
    subscribing.write_announced()


def forget_dashboard(dashboard_id: UUID, owner_id: UUID) -> None:
    """Remove a dashboard from the pages of its account."""
    for page in repository.of_owner(owner_id):
        page.forget_dashboard(dashboard_id)


def forget_account(owner_id: UUID) -> None:
    """Delete the pages of an account."""
    for page in repository.of_owner(owner_id):
        managing.delete(page)
