"""The catalogue of the SQL drivers: which projects, types of events and traits there are.

Only the holder of the store's lock uses it for writing.
"""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, delete, exists, select

from pydash_events.models import Event
from pydash_events.sql_tables import (
    TRAITS,
    event_types,
    events,
    insert_rows,
    projects,
    trait_types,
)

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
        self._load_projects(connection, missing)
        project_ids = {self.projects[name] for name in missing & self.projects.keys()}
        self._load_types(connection, project_ids)
        type_ids = {number for (name, _), number in self.types.items() if name in missing}
        self._load_traits(connection, type_ids)
        self._loaded |= missing

    def add(self, connection: Connection, recorded: Iterable[Event]) -> bool:
        """Store what is new in events, and return whether there was something."""
        traits: dict[tuple[str, str], dict[str, int]] = {}
        for event in recorded:
            of_type = traits.setdefault((event.project or "", event.event_type), {})
            of_type |= {trait.name: trait.dtype for trait in event.traits}
        new_projects = {project for project, _ in traits} - self.projects.keys()
        insert_rows(connection, projects, [{"name": name} for name in new_projects])
        self._load_projects(connection, new_projects)
        new_types: list[dict[str, Any]] = [
            {"project_id": self.projects[project], "name": name}
            for project, name in traits.keys() - self.types.keys()
        ]
        insert_rows(connection, event_types, new_types)
        self._load_types(connection, {row["project_id"] for row in new_types})
        new_traits: list[dict[str, Any]] = [
            {"type_id": self.types[of_type], "name": name, "dtype": dtype}
            for of_type, of_names in traits.items()
            for name, dtype in of_names.items()
            if (*of_type, name) not in self.traits
        ]
        insert_rows(connection, trait_types, new_traits)
        self._load_traits(connection, {row["type_id"] for row in new_traits})
        return bool(new_projects or new_types or new_traits)

    def _load_projects(self, connection: Connection, names: set[str]) -> None:
        if names:
            wanted = select(projects).where(projects.c.name.in_(names))
            self.projects |= {row.name: row.id for row in connection.execute(wanted)}

    def _load_types(self, connection: Connection, project_ids: set[int]) -> None:
        if not project_ids:
            return
        names = {number: name for name, number in self.projects.items()}
        wanted = select(event_types).where(event_types.c.project_id.in_(project_ids))
        for row in connection.execute(wanted):
            self.types[names[row.project_id], row.name] = row.id

    def _load_traits(self, connection: Connection, type_ids: set[int]) -> None:
        if not type_ids:
            return
        names = {number: of_type for of_type, number in self.types.items()}
        wanted = select(trait_types).where(trait_types.c.type_id.in_(type_ids))
        for row in connection.execute(wanted):
            key = *names[row.type_id], row.name
            self.traits[key], self.dtypes[key] = row.id, row.dtype


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
