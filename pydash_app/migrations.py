"""Every change that the stored data ever went through, oldest first.

Append only: `pydash_database.schema` runs on a database those that it has not seen, and all of
them on a fresh one.
"""

from pydash_app import outbox
from pydash_app.dashboard import repository as dashboards
from pydash_app.user import api_token_repository as tokens
from pydash_app.user import invite_repository as invites
from pydash_app.user import mail_request_repository as mail_requests
from pydash_app.user import repository as users
from pydash_database.schema import Migration, Root


def _create_collections(root: Root) -> None:
    for room in (users, tokens, invites, dashboards, outbox.repository):
        room.create(root)


MIGRATIONS: tuple[Migration, ...] = (
    _create_collections,
    outbox.repository.create_sent,
    mail_requests.create,
)
