"""All migrations of the stored data, oldest first.

Only append to them. `pydash_database.schema` runs the migrations that a database has not seen yet,
and all of them on a new database.
"""

from collections.abc import Mapping

from pydash_app import links, outbox
from pydash_app.alert import repository as alerts
from pydash_app.channel import repository as channels
from pydash_app.dashboard import news
from pydash_app.dashboard import repository as dashboards
from pydash_app.diagnosis import repository as diagnosis
from pydash_app.event import deletion, reporting, usage
from pydash_app.exceptions import repository as exceptions
from pydash_app.maintenance import repository as maintenance
from pydash_app.share import repository as share_links
from pydash_app.status_page import repository as status_pages
from pydash_app.time_slice import repository as time_slices
from pydash_app.user import api_token_repository as tokens
from pydash_app.user import invite_repository as invites
from pydash_app.user import mail_request_repository as mail_requests
from pydash_app.user import repository as users
from pydash_cube.former import convert, count_usage, index_texts, rename
from pydash_database.schema import Migration, Root
from pydash_events import event_log, inbox


def _create_collections(root: Root) -> None:
    for repository in (users, tokens, invites, dashboards, outbox.repository):
        repository.create(root)


def _convert_cubes(root: Root) -> None:
    for dashboard in root["dashboards"].values():
        convert(dashboard.aggregator_group.cube)


def _refuse_older_code(root: Root) -> None:
    """Change nothing; the new version number alone locks out code that cannot read newer data.

    Such data has a new or renamed class, or a new format of the cube's columns.
    """


def _count_stored(root: Root) -> None:
    for dashboard in root["dashboards"].values():
        count_usage(dashboard.aggregator_group.cube)
    dashboards.create_stored(root)


def _protect_codes(root: Root) -> None:
    """Store verification codes as hashes and mails encrypted, as loading converts them."""
    for user in root["users"].values():
        if user.verification_code_key is not None:
            user._p_changed = True
            root["users"].update_item(user)
    for mail in root["outbox"].values():
        mail._p_changed = True


def _empty_missing_groups(root: Root) -> None:
    """Store calls without a group under the empty string instead of "None".

    Calls of a group named None were stored under it as well. They are indistinguishable and rare,
    so all of them become calls without a group.
    """
    for dashboard in root["dashboards"].values():
        rename(dashboard.aggregator_group.cube.dictionaries["group_by"], "None", "")


def _index_texts(root: Root) -> None:
    for dashboard in root["dashboards"].values():
        index_texts(dashboard.aggregator_group.cube)
    dashboards.create_stored(root)


def _create_events(root: Root) -> None:
    inbox.create(root)
    event_log.create(root)
    reporting.create(root)


def _create_alerts(root: Root) -> None:
    news.create(root)
    alerts.create(root)


MIGRATIONS: tuple[Migration, ...] = (
    _create_collections,
    outbox.repository.create_sent,
    mail_requests.create,
    _convert_cubes,
    _refuse_older_code,
    _refuse_older_code,
    users.index_appearances,
    _count_stored,
    _protect_codes,
    _empty_missing_groups,
    users.index_appearances,  # More characters count as invisible than before.
    _index_texts,
    _create_events,
    usage.create,
    dashboards.index_again,  # By whether they are pinged.
    channels.create,
    dashboards.index_again,  # By how often they are pinged.
    maintenance.create,
    deletion.create,
    _create_alerts,
    links.create,
    time_slices.create,
    status_pages.create,
    exceptions.create,
    diagnosis.create,
    _refuse_older_code,
    share_links.create,
)

# The current name of each stored class that was ever moved or renamed, by each of its former names.
# Databases keep the former names, so keys are never removed. If a class moves again, its values
# change as well. Code without the new name must reject the database, so add a migration with every
# entry, even one that does nothing.
_AGGREGATOR = "pydash_app.dashboard.aggregator"
RENAMED_CLASSES: Mapping[str, str] = {
    f"{_AGGREGATOR}.cube.Cube": "pydash_cube.cube.Cube",
    f"{_AGGREGATOR}.month.Month": "pydash_cube.month.Month",
    f"{_AGGREGATOR}.span.Span": "pydash_cube.span.Span",
    f"{_AGGREGATOR}.dictionary.Dictionary": "pydash_cube.dictionary.Dictionary",
    f"{_AGGREGATOR}.stored_table.StoredTable": "pydash_cube.stored_table.StoredTable",
    f"{_AGGREGATOR}.stored_table.Chunk": "pydash_cube.stored_table.Chunk",
    f"{_AGGREGATOR}.chunk.Page": "pydash_cube.chunk.Page",
    f"{_AGGREGATOR}.chunk.PageEntry": "pydash_cube.chunk.PageEntry",
    f"{_AGGREGATOR}.chunk.Block": "pydash_cube.chunk.Block",
    f"{_AGGREGATOR}.lattice.Partition": "pydash_cube.former.FormerPartition",
    f"{_AGGREGATOR}.lattice.Extent": "pydash_cube.lattice.Extent",
    "pydash_app.fetcher.lease.Beat": "pydash_app.fetcher.lease.Heartbeat",
}
