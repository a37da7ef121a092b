"""The catalogue of the SQL drivers: which projects, types of events and traits there are.

Only who holds the lock of the store uses it for writing.
"""

from collections.abc import Iterable

from sqlalchemy import Connection, Table, delete, exists, insert, select

from pydash_events.models import Event
from pydash_events.sql_tables import TRAITS, event_types, events, projects, trait_types

INVALID = -1
"""The number of no stored catalogue."""


class Catalogue:
    """Ids of the projects that were used, and of the types in them.

    All threads of a process share it.

    :ivar number: of the stored catalogue that this is a copy of.
    """

    def __init__(self) -> None:
        self.number = INVALID
        self.projects: dict[str, int] = {}
        self.types: dict[tuple[str, str], int] = {}
        self.traits: dict[tuple[str, str, str], int] = {}
        self.dtypes: dict[tuple[str, str, str], int] = {}
        self._loaded: set[str] = set()

    def load(self, connection: Connection, names: set[str], number: int) -> None:
        """Read what is stored about some projects, unless it was read before.

        :param number: of the stored catalogue. What was read of another one is forgotten.
        """
        if number != self.number:
            for kept in (self.projects, self.types, self.traits, self.dtypes, self._loaded):
                kept.clear()
            self.number = number
        missing = names - self._loaded
        if not missing:
            return
        for row in connection.execute(select(projects).where(projects.c.name.in_(missing))):
            self.projects[row.name] = row.id
        found = {self.projects[name]: name for name in missing & set(self.projects)}
        types = {}
        for row in connection.execute(
            select(event_types).where(event_types.c.project_id.in_(found))
        ):
            types[row.id] = found[row.project_id], str(row.name)
            self.types[types[row.id]] = row.id
        for row in connection.execute(
            select(trait_types)
            .join(event_types, event_types.c.id == trait_types.c.type_id)
            .where(event_types.c.project_id.in_(found))
        ):
            key = *types[row.type_id], str(row.name)
            self.traits[key], self.dtypes[key] = row.id, row.dtype
        self._loaded |= missing

    def add(self, connection: Connection, recorded: Iterable[Event]) -> bool:
        """Store what is new in events, and return whether there was something."""
        count = len(self.projects) + len(self.types) + len(self.traits)
        for event in recorded:
            project = event.project or ""
            if project not in self.projects:
                self.projects[project] = _insert(connection, projects, name=project)
            of_type = project, event.event_type
            if of_type not in self.types:
                values = {"project_id": self.projects[project], "name": event.event_type}
                self.types[of_type] = _insert(connection, event_types, **values)
            for trait in event.traits:
                key = *of_type, trait.name
                if key not in self.traits:
                    values = {"type_id": self.types[of_type], "name": trait.name}
                    self.traits[key] = _insert(connection, trait_types, **values, dtype=trait.dtype)
        return len(self.projects) + len(self.types) + len(self.traits) > count


def prune(connection: Connection, type_ids: Iterable[int]) -> bool:
    """Delete of these types what no event has any more, and return whether there was something."""
    type_ids = list(type_ids)
    pruned = 0
    for dtype, table in TRAITS.items():
        of_types = trait_types.c.type_id.in_(type_ids) & (trait_types.c.dtype == dtype)
        is_used = exists().where(table.c.trait_id == trait_types.c.id)
        pruned += connection.execute(delete(trait_types).where(of_types, ~is_used)).rowcount
    is_used = exists().where(events.c.type_id == event_types.c.id)
    unused = delete(event_types).where(event_types.c.id.in_(type_ids), ~is_used)
    pruned += connection.execute(unused).rowcount
    is_used = exists().where(event_types.c.project_id == projects.c.id)
    pruned += connection.execute(delete(projects).where(~is_used)).rowcount
    return pruned > 0


def _insert(connection: Connection, table: Table, **values: object) -> int:
    """Insert a row and return its id."""
    key = connection.execute(insert(table).values(values)).inserted_primary_key
    return 0 if key is None else int(key[0])
