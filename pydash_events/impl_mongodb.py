"""Driver for MongoDB."""

from collections.abc import Iterable, Mapping
from typing import Any

from pymongo import MongoClient

from pydash_events import pymongo_base
from pydash_events.filters import Deletion
from pydash_events.pymongo_base import STORE, Document, responding

DATABASE = "pydash"
"""The name of the database if the URL has none."""
TIMEOUT_MS = 10_000


class Connection(pymongo_base.Connection):
    """Keep events in MongoDB.

    :param url: as pymongo's.
    """

    def __init__(self, url: str, conf: Mapping[str, Any] | None = None) -> None:
        super().__init__(conf)
        self._client: MongoClient[Document] = MongoClient(
            url, serverSelectionTimeoutMS=TIMEOUT_MS, w="majority", retryWrites=False
        )
        database = self._client.get_default_database(DATABASE)
        self.events = database["pydash_events"]
        self.types = database["pydash_event_types"]
        self.store = database["pydash_event_store"]

    def close(self) -> None:
        """Close the connections to the server."""
        self._client.close()

    def upgrade(self) -> None:
        """Create the indexes."""
        of_project, by_time = [("project", 1)], [("generated", 1), ("message_id", 1)]
        of_type = [*of_project, ("event_type", 1)]
        with responding():
            self.events.create_index([*of_project, ("message_id", 1)], name="id", unique=True)
            self.events.create_index([*of_project, *by_time], name="time")
            self.events.create_index([*of_type, *by_time], name="type")
            self.events.create_index([("generated", 1)], name="age")
            self.events.create_index([("sequence", 1)], name="sequence", unique=True)
            self.types.create_index([*of_type, ("name", 1)], name="name", unique=True)
            first = {"sequence": 0, "owner": "", "until": 0}
            self.store.update_one(STORE, {"$setOnInsert": first}, upsert=True)

    def clear(self) -> None:
        """Delete all events."""
        with responding(), self.locked() as sequence:
            self.store.update_one(STORE, {"$set": {"sequence": sequence}})
            self.events.delete_many({})
            self.types.delete_many({})

    def delete_some(self, deletion: Deletion, max_count: int) -> int:
        """Delete events while the lock is held, the oldest first."""
        wanted: Document = {}
        if deletion.before is not None:
            wanted["generated"] = {"$lt": deletion.before}
        if deletion.project is not None:
            wanted["project"] = deletion.project
        with responding(), self.locked() as sequence:
            self.store.update_one(STORE, {"$set": {"sequence": sequence}})
            found = list(self.events.find(wanted).sort("generated", 1).limit(max_count))
            self.events.delete_many({"_id": {"$in": [each["_id"] for each in found]}})
            self._prune({(each["project"], each["event_type"]) for each in found})
        return len(found)

    def _prune(self, types: Iterable[tuple[str, str]]) -> None:
        """Delete of these types what no event has any more."""
        for project, event_type in types:
            of_type: Document = {"project": project, "event_type": event_type}
            for each in list(self.types.find(of_type)):
                has = {"traits": {"$elemMatch": {"name": each["name"]}}} if each["name"] else {}
                if self.events.find_one({**of_type, **has}) is None:
                    self.types.delete_one({"_id": each["_id"]})
