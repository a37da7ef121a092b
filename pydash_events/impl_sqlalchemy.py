"""Driver for SQLite, PostgreSQL and MySQL (or MariaDB).

A writer first locks the one row of `store`, until the end of its transaction. So sequences are
committed in order, whichever process assigned them, and the catalogue of types needs no other
protection.
"""

import secrets
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, ClassVar

import sqlalchemy
from sqlalchemy import delete, func, insert, inspect, select, update
from sqlalchemy.event import listens_for
from sqlalchemy.exc import InterfaceError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from pydash_database import DatabaseUnavailable
from pydash_events import base
from pydash_events.checks import (
    Key,
    admit,
    batches,
    check_events,
    encode_raw,
    ids_by_project,
    is_name,
)
from pydash_events.errors import StorageBadVersion, StorageUnknownWriteError
from pydash_events.event_rows import to_microseconds
from pydash_events.filters import Deletion, EventFilter
from pydash_events.models import Event, Trait
from pydash_events.paging import Order, Page, Position, position_of
from pydash_events.sql_catalogue import INVALID, Catalogue, prune
from pydash_events.sql_search import Found, Search
from pydash_events.sql_tables import (
    TRAIT_TABLES,
    TRAITS,
    VERSION,
    event_types,
    events,
    from_row,
    insert_rows,
    metadata,
    projects,
    store,
    to_columns,
    trait_types,
    unnest,
)

BATCH = 1_000
"""Events that are written in one transaction."""
CONNECT_SECONDS = 10
"""How long connecting to a server may take."""
LOCK_SECONDS = 30
"""How long a transaction waits for another one."""
SCHEMA_LOCK = 5_043_208_571
"""Any number: that of the server's lock that is held while the schema is changed."""
PYTHON_DRIVERS = {"mysql": "mysql+pymysql", "postgresql": "postgresql+psycopg2"}


class Connection(base.Connection):
    """Keep events in an SQL database, one connection of a pool for each thread.

    :param url: as SQLAlchemy's, see `dress_url`.
    """

    CAPABILITIES: ClassVar[base.Capabilities] = {"events": {"query": {"simple": True}}}
    STORAGE_CAPABILITIES: ClassVar[base.Capabilities] = {"storage": {"production_ready": True}}

    def __init__(self, url: str, conf: Mapping[str, Any] | None = None) -> None:
        super().__init__(conf)
        self._engine = _create_engine(self.dress_url(url))
        self._is_checked = False
        # Used by the holder of the store's lock.
        self._catalogue = Catalogue()

    @staticmethod
    def dress_url(url: str) -> str:
        """Return a URL with the driver to use, if it names none.

        >>> Connection.dress_url("mysql://user:password@host/events")
        'mysql+pymysql://user:password@host/events'
        """
        parsed = sqlalchemy.make_url(url)
        driver = PYTHON_DRIVERS.get(parsed.drivername, parsed.drivername)
        return parsed.set(drivername=driver).render_as_string(hide_password=False)

    def close(self) -> None:
        """Close the connections of the pool."""
        self._engine.dispose()

    def upgrade(self) -> None:
        """Create the tables, or migrate them."""
        with self._transaction(writes=True) as connection, _schema_lock(connection):
            metadata.create_all(connection)
            version = connection.scalar(select(store.c.version))
            if version is None:
                first = {"id": 1, "version": VERSION, "sequence": 0, "catalogue": 0}
                connection.execute(insert(store), first)
            _check_version(version or VERSION)

    def clear(self) -> None:
        """Delete all events."""
        with self._writing() as connection:
            state = connection.execute(select(store).with_for_update()).one()
            for table in metadata.sorted_tables:
                if table is not store:
                    connection.execute(delete(table))
            connection.execute(update(store).values(catalogue=state.catalogue + 1))

    def delete_some(self, deletion: Deletion, max_count: int) -> int:
        """Delete events in one transaction, the oldest first."""
        wanted = select(events.c.id, events.c.type_id)
        if deletion.before is not None:
            wanted = wanted.where(events.c.generated < deletion.before)
        if deletion.project is not None:
            wanted = wanted.join(projects, projects.c.id == events.c.project_id)
            wanted = wanted.where(projects.c.name == deletion.project)
        with self._writing() as connection:
            state = connection.execute(select(store).with_for_update()).one()
            rows = connection.execute(wanted.order_by(events.c.generated).limit(max_count)).all()
            ids = [row.id for row in rows]
            if not ids:
                return 0
            for table in TRAIT_TABLES:
                connection.execute(delete(table).where(table.c.event_id.in_(ids)))
            connection.execute(delete(events).where(events.c.id.in_(ids)))
            if prune(connection, {row.type_id for row in rows}):
                connection.execute(update(store).values(catalogue=state.catalogue + 1))
        return len(rows)

    def record_events(self, event_models: Iterable[Event]) -> list[int]:
        """Store events, in transactions of `BATCH` events."""
        codes, valid = check_events(event_models, self.project)
        for batch in batches(valid, BATCH):
            try:
                with self._writing() as connection:
                    self._record(connection, codes, batch)
            except (SQLAlchemyError, DatabaseUnavailable) as error:
                raise StorageUnknownWriteError("Events could not be stored.") from error
        return codes

    def get_page(
        self, event_filter: EventFilter, limit: int, order: Order, after: Position | None = None
    ) -> Page:
        """Return the first events that match a filter."""
        names = [name for name in self.projects_of(event_filter) if is_name(name) or not name]
        with self._reading() as connection:
            stored = connection.execute(select(projects).where(projects.c.name.in_(names))).all()
            types: Sequence[str | None] = event_filter.event_types or (None,)
            # An index yields the events of one type in order, so each type is searched by itself.
            found = [
                Search(
                    connection,
                    (row.id, row.name),
                    event_filter,
                    event_type,
                    order,
                    limit,
                    max(1, self.max_examined // (len(stored) * len(types))),
                ).run(after)
                for row in stored
                for event_type in types
            ]
            page = _merge(found, order, limit)
            for start in range(0, len(page), BATCH):
                _add_traits(connection, page[start : start + BATCH])
        return page

    def get_projects(self, event_type: str | None = None) -> list[str]:
        """Return the projects that have events of a type."""
        of_type = select(event_types.c.project_id)
        if event_type is not None:
            of_type = of_type.where(event_types.c.name == event_type)
        wanted = select(projects.c.name).where(projects.c.id.in_(of_type))
        with self._reading() as connection:
            return sorted(connection.scalars(wanted))

    def get_event_types(self) -> list[str]:
        """Return the types of the project's events."""
        wanted = select(event_types.c.name).where(event_types.c.project_id == self._project_id())
        with self._reading() as connection:
            return list(connection.scalars(wanted.order_by(event_types.c.name)))

    def get_trait_types(self, event_type: str) -> dict[str, int]:
        """Return name and type of each trait of a type."""
        with self._reading() as connection:
            rows = self._traits_of(connection, event_type)
            return {name: dtype for _, name, dtype in rows}

    def get_traits(self, event_type: str, trait_type: str | None = None) -> Iterator[Trait]:
        """Return the traits of the project's events of a type."""
        with self._reading() as connection:
            for trait_id, name, dtype in self._traits_of(connection, event_type):
                if trait_type in (None, name):
                    table = TRAITS[dtype]
                    rows = connection.execution_options(yield_per=BATCH).execute(
                        select(table).where(table.c.trait_id == trait_id)
                    )
                    for row in rows:
                        yield Trait(name, dtype, from_row(dtype, row))

    def _record(
        self, connection: sqlalchemy.Connection, codes: list[int], valid: dict[int, Event]
    ) -> None:
        state = connection.execute(select(store).with_for_update()).one()
        catalogue, number = self._catalogue, state.catalogue
        ids = ids_by_project(valid.values())
        catalogue.load(connection, set(ids), number)
        known = _known(connection, catalogue, ids)
        # Until everything is stored, it may know types that are not.
        catalogue.number = INVALID
        admitted = admit(codes, valid, known, catalogue.dtypes)
        if catalogue.add(connection, admitted):
            # Random, so that it is not the number of another catalogue if this is rolled back.
            number = secrets.randbits(62)
        _insert(connection, catalogue, admitted, state.sequence)
        last = {"sequence": state.sequence + len(admitted), "catalogue": number}
        connection.execute(update(store).values(last))
        catalogue.number = number

    def _project_id(self) -> sqlalchemy.ScalarSelect[int]:
        return select(projects.c.id).where(projects.c.name == self.project).scalar_subquery()

    def _traits_of(
        self, connection: sqlalchemy.Connection, event_type: str
    ) -> list[tuple[int, str, int]]:
        if not is_name(event_type):
            return []
        rows = connection.execute(
            select(trait_types.c.id, trait_types.c.name, trait_types.c.dtype)
            .join(event_types, event_types.c.id == trait_types.c.type_id)
            .where(event_types.c.project_id == self._project_id(), event_types.c.name == event_type)
            .order_by(trait_types.c.name)
        )
        return [(row.id, row.name, row.dtype) for row in rows]

    @contextmanager
    def _reading(self) -> Iterator[sqlalchemy.Connection]:
        """One state of the database, whatever others write meanwhile."""
        with self._transaction() as connection:
            self._check(connection)
            yield connection

    @contextmanager
    def _writing(self) -> Iterator[sqlalchemy.Connection]:
        with self._transaction(writes=True) as connection:
            self._check(connection)
            yield connection

    @contextmanager
    def _transaction(self, *, writes: bool = False) -> Iterator[sqlalchemy.Connection]:
        """Open a transaction.

        :raises DatabaseUnavailable: the server does not respond, another writer holds the lock for
            too long, or too many threads wait for a connection.
        """
        options: dict[str, Any] = {"writes": writes}
        if self._engine.dialect.name != "sqlite":
            options["isolation_level"] = "READ COMMITTED" if writes else "REPEATABLE READ"
        try:
            engine = self._engine.execution_options(**options)
            with engine.begin() as connection:
                yield connection
        except (OperationalError, InterfaceError, PoolTimeout) as error:
            raise DatabaseUnavailable("The event store does not respond.") from error

    def _check(self, connection: sqlalchemy.Connection) -> None:
        if not self._is_checked:
            if not inspect(connection).has_table(store.name):
                raise StorageBadVersion("The event store has no tables yet: call upgrade().")
            _check_version(connection.scalar(select(store.c.version)) or 0)
            self._is_checked = True


def _check_version(version: int) -> None:
    if version != VERSION:
        raise StorageBadVersion(
            f"The tables of the event store are of version {version}, not of {VERSION}."
        )


def _create_engine(url: str) -> sqlalchemy.Engine:
    options = {}
    if url.startswith(PYTHON_DRIVERS["postgresql"]):
        options["connect_timeout"] = CONNECT_SECONDS
    engine = sqlalchemy.create_engine(url, pool_pre_ping=True, connect_args=options)
    name = engine.dialect.name
    if name == "sqlite":

        @listens_for(engine, "connect")
        def connect(connection: Any, _record: object) -> None:
            # The driver would begin transactions only where something is written.
            connection.isolation_level = None
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute(f"PRAGMA busy_timeout = {LOCK_SECONDS * 1000}")

    @listens_for(engine, "begin")
    def begin(connection: sqlalchemy.Connection) -> None:
        writes = connection.get_execution_options().get("writes")
        if name == "sqlite":
            connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
        elif name == "postgresql" and writes:
            connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{LOCK_SECONDS}s'")

    return engine


@contextmanager
def _schema_lock(connection: sqlalchemy.Connection) -> Iterator[None]:
    """Let one process at a time change the schema; in SQLite, every writer is the only one."""
    name = connection.dialect.name
    if name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(SCHEMA_LOCK)))
    if name == "mysql":
        connection.execute(select(func.get_lock(str(SCHEMA_LOCK), LOCK_SECONDS)))
    try:
        yield
    finally:
        if name == "mysql":
            connection.execute(select(func.release_lock(str(SCHEMA_LOCK))))


def _insert(
    connection: sqlalchemy.Connection,
    catalogue: Catalogue,
    admitted: list[Event],
    last_sequence: int,
) -> None:
    rows: dict[sqlalchemy.Table, list[dict[str, Any]]] = defaultdict(list)
    for sequence, event in enumerate(admitted, last_sequence + 1):
        project = event.project or ""
        generated = to_microseconds(event.generated)
        rows[events].append(
            {
                "id": sequence,
                "project_id": catalogue.projects[project],
                "type_id": catalogue.types[project, event.event_type],
                "message_id": event.message_id,
                "generated": generated,
                "raw": encode_raw(event.raw),
            }
        )
        for trait in event.traits:
            trait_id = catalogue.traits[project, event.event_type, trait.name]
            row = {"event_id": sequence, "trait_id": trait_id, "generated": generated}
            rows[TRAITS[trait.dtype]].append(row | to_columns(trait))
    for table, of_table in rows.items():
        insert_rows(connection, table, of_table)


def _known(
    connection: sqlalchemy.Connection, catalogue: Catalogue, ids: Mapping[str, list[str]]
) -> set[Key]:
    """Return which ids, by project, are in the store."""
    stored = {name: catalogue.projects[name] for name in ids if name in catalogue.projects}
    columns = events.c
    if connection.dialect.name != "postgresql":
        return {
            (name, message_id)
            for name, number in stored.items()
            for message_id in connection.scalars(
                select(columns.message_id).where(
                    columns.project_id == number, columns.message_id.in_(ids[name])
                )
            )
        }
    pairs = [(number, each) for name, number in stored.items() for each in ids[name]]
    numbers, wanted = [number for number, _ in pairs], [each for _, each in pairs]
    keys = unnest(events, {"project_id": numbers, "message_id": wanted})
    is_it = columns.project_id == keys.c.project_id
    is_it &= columns.message_id == keys.c.message_id.collate("C")
    names = {number: name for name, number in stored.items()}
    found = select(columns.project_id, columns.message_id).join(keys, is_it)
    return {(names[row.project_id], row.message_id) for row in connection.execute(found)}


def _merge(found: list[Found], order: Order, limit: int) -> Page:
    """Return the first of the events of several projects."""
    every = [event for each in found for event in each.events]
    order.sort(every)
    ends = [each.end for each in found if each.end is not None]
    order.sort(ends)
    end = ends[0] if ends else None
    if end is not None:
        # Behind the first end, there may be others that were not found.
        every = [event for event in every if not order.is_after(event, end)]
    if len(every) > limit:
        end = position_of(every[limit - 1])
    return Page(every[:limit], end)


def _add_traits(connection: sqlalchemy.Connection, found: list[Event]) -> None:
    by_sequence = {event.sequence: event for event in found}
    for table in TRAIT_TABLES:
        rows = connection.execute(
            select(table, trait_types.c.name, trait_types.c.dtype)
            .join(trait_types, trait_types.c.id == table.c.trait_id)
            .where(table.c.event_id.in_(by_sequence))
        )
        for row in rows:
            trait = Trait(row.name, row.dtype, from_row(row.dtype, row))
            by_sequence[row.event_id].append_trait(trait)
    for event in found:
        event.traits.sort(key=lambda trait: trait.name)
