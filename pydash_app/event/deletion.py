"""Deletes the events of what was deleted, such as a dashboard."""

from functools import partial

from BTrees.OOBTree import OOTreeSet

from pydash_app.event.store import store
from pydash_app.event.vocabulary import Subject
from pydash_database import database_root, transact
from pydash_database.schema import Root
from pydash_events.inbox import inbox

_ROOT_NAME = "deleted_projects"


def create(root: Root) -> None:
    """Create the set of projects whose events are to be deleted in a database."""
    root[_ROOT_NAME] = OOTreeSet()


def delete_later(subject: Subject) -> None:
    """Have all events of a subject deleted soon, as a part of the caller's transaction."""
    database_root()[_ROOT_NAME].insert(subject.project)


def delete_due() -> int:
    """Delete the events of deleted subjects in many transactions; return how many there were.

    This can be killed at any time, and is then continued by the next call.

    :raises DatabaseUnavailable: the database or the event store does not respond.
    """

    def due() -> list[str]:
        # What is in the inbox has yet to reach the store.
        waiting = {row.project for _, batch in inbox().batches() for row in batch}
        return [each for each in database_root()[_ROOT_NAME] if each not in waiting]

    def forget(project: str) -> None:
        database_root()[_ROOT_NAME].discard(project)

    count = 0
    for project in transact(due):
        count += store(project).clear_project()
        transact(partial(forget, project))
    return count
