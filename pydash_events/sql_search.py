"""Finds events in SQL tables, at a cost that grows with what is requested.

An index yields events in the requested order, from where the page before has ended. If there are
conditions that this index does not have, there are three ways, in this order:

1. A condition that few events meet, by the index of its trait: those events are looked up.
2. A value that many events have: the index of the trait yields them in the order of their time.
3. The events are examined one after the other, up to a limit.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any, NamedTuple

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    FromClause,
    Row,
    Table,
    and_,
    false,
    func,
    literal,
    or_,
    select,
    true,
)

from pydash_events.checks import decode_raw
from pydash_events.event_rows import to_microseconds, to_time
from pydash_events.filters import COMPARISONS, Condition, EventFilter
from pydash_events.models import Event, Trait
from pydash_events.paging import Order, Position, position_of
from pydash_events.sql_tables import (
    HEAD_LENGTH,
    TRAITS,
    event_types,
    events,
    to_columns,
    trait_types,
)

RARE = 5_000
"""A condition is rare if at most this many events meet it."""
LOOKED_UP = 500
"""Events that are looked up at once."""
FIRST_EXAMINED = 2_000
"""Events that are examined first: enough for conditions that many events meet."""

BY_TIME = ("eq", "in")
"""With these operators, the index of a trait also selects by time."""

Clause = ColumnElement[bool]


class Found(NamedTuple):
    """Events of a project, without their traits.

    :param end: after which there may be further ones; None if there are none.
    """

    events: list[Event]
    end: Position | None


class Walk(NamedTuple):
    """A way through events in the requested order.

    :param source: the tables.
    :param columns: those of the keys of the order.
    :param clauses: what the index selects.
    :param conditions: what is examined event by event.
    """

    source: FromClause
    columns: dict[str, Column[Any]]
    clauses: list[Clause]
    conditions: list[Clause]


@dataclass(eq=False)  # clauses cannot be compared
class TraitClause:
    """A condition on a trait.

    :param trait_ids: the trait in each type of event that has it.
    :param indexed: the part of the condition that the trait's index selects by.
    :param exact: the rest of it.
    """

    table: Table
    trait_ids: list[int]
    op: str
    indexed: Clause
    exact: Clause

    def clauses(self) -> list[Clause]:
        """Return what the rows of the table meet."""
        return [self.table.c.trait_id.in_(self.trait_ids), self.indexed, self.exact]

    def of_event(self) -> Clause:
        """Return what an event meets.

        A scalar subquery, because a server may turn EXISTS into a join that reads all traits. An
        event has a trait once.
        """
        found = select(literal(1)).where(self.table.c.event_id == events.c.id, *self.clauses())
        return found.scalar_subquery() == 1


class Search:
    """Finds events of a project.

    :param project: its id and name.
    :param event_type: the type of the events, one of those of the filter; None for all.
    :param limit: the maximum number of events.
    :param max_examined: how many events may be examined one after the other.
    """

    def __init__(
        self,
        connection: Connection,
        project: tuple[int, str],
        event_filter: EventFilter,
        event_type: str | None,
        order: Order,
        limit: int,
        max_examined: int,
    ) -> None:
        self._connection, self._filter, self._order = connection, event_filter, order
        self._project_id, self._project = project
        self._type = event_type
        self._limit, self._max_examined = limit, max_examined
        wanted = select(event_types.c.id, event_types.c.name)
        wanted = wanted.where(event_types.c.project_id == self._project_id)
        if event_type is not None:
            wanted = wanted.where(event_types.c.name == event_type)
        self._types = {row.id: str(row.name) for row in connection.execute(wanted)}
        self._traits = [self._trait_clauses(each) for each in event_filter.conditions]
        self._conditions = [_any_of(each) for each in self._traits]

    def run(self, after: Position | None) -> Found:
        """Return the first events after a position."""
        if not self._types or not all(self._traits):
            return Found([], None)
        if self._filter.message_id is not None:
            is_it = events.c.message_id == self._filter.message_id
            return Found(self._among([events.c.project_id == self._project_id, is_it], after), None)
        walk = self._walk()
        if walk.conditions:
            indexed = [each for any_of in self._traits for each in any_of if len(any_of) == 1]
            indexed.sort(key=lambda each: each.op not in BY_TIME)
            for each in indexed:
                if self._is_rare(each):
                    return self._look_up(each, after)
            walk = next(filter(None, map(self._walk_by_value, indexed)), walk)
        if after is not None:
            walk.clauses.append(self._bound(walk, after))
        return self._examine(walk)

    # --- the ways ---

    def _walk(self) -> Walk:
        """Return the way by the index of the requested order."""
        keys = {"generated": events.c.generated, "message_id": events.c.message_id}
        columns: dict[str, Column[Any]] = {**keys, "sequence": events.c.id}
        project: list[Clause] = [events.c.project_id == self._project_id]
        types: list[Clause] = [events.c.type_id.in_(self._types)]
        types = [] if self._type is None else types
        times, late = self._times(events), self._late()
        first = self._order.keys[0][0]
        if first == "generated":
            return Walk(events, columns, (types or project) + times, late + self._conditions)
        if first == "sequence":
            return Walk(events, columns, project + late, types + times + self._conditions)
        return Walk(events, columns, project, late + types + times + self._conditions)

    def _walk_by_value(self, condition: TraitClause) -> Walk | None:
        """Return the way by the index of a trait; None if that is not in the requested order."""
        # MySQL would sort all of the events that have the value.
        is_ordered = self._connection.dialect.name != "mysql"
        is_ordered &= condition.op == "eq" and len(condition.trait_ids) == 1
        if not is_ordered or self._order.keys[0][0] != "generated":
            return None
        traits = condition.table
        source = traits.join(events, events.c.id == traits.c.event_id)
        keys = {"generated": traits.c.generated, "message_id": events.c.message_id}
        others = [_any_of(any_of) for any_of in self._traits if condition not in any_of]
        clauses = [*condition.clauses(), *self._times(traits)]
        return Walk(source, {**keys, "sequence": events.c.id}, clauses, self._late() + others)

    def _examine(self, walk: Walk) -> Found:
        """Examine the events of a way in their order, up to the limits."""
        found: list[Event] = []
        start: list[Clause] = []
        end: Position | None = None
        first = min(FIRST_EXAMINED, self._max_examined)
        for count in filter(None, (first, self._max_examined - first)):
            end = self._position(walk, start, count) if walk.conditions else None
            bounds = [*start, self._bound(walk, end, is_end=True)] if end else start
            rows = self._connection.execute(
                _columns(walk.source)
                .where(*walk.clauses, *bounds, *walk.conditions)
                .order_by(*self._by(walk))
                .limit(self._limit + 1 - len(found))
            )
            found += map(self._event, rows)
            if end is None or len(found) > self._limit:
                return self._cut(found)
            start = [self._bound(walk, end)]
        return Found(found, end)

    def _is_rare(self, condition: TraitClause) -> bool:
        rare = min(RARE, self._max_examined)
        columns = condition.table.c
        clauses: list[Clause] = [columns.trait_id.in_(condition.trait_ids), condition.indexed]
        if condition.op in BY_TIME:
            clauses += self._times(condition.table)
        many = select(columns.event_id).where(*clauses).offset(rare).limit(1)
        return self._connection.scalar(many) is None

    def _look_up(self, condition: TraitClause, after: Position | None) -> Found:
        """Look up the events that meet a condition, the first in the requested order first."""
        columns = condition.table.c
        wanted = select(columns.event_id, columns.generated)
        rows = self._connection.execute(
            wanted.where(*condition.clauses(), *self._times(condition.table))
        ).all()
        key, direction = self._order.keys[0]
        portions: Iterable[list[int]] = [[row.event_id for row in rows]]
        if key == "generated":
            portions = _by_time(rows, direction, None if after is None else after.generated)
        found: list[Event] = []
        for ids in portions:
            for start in range(0, len(ids), LOOKED_UP):
                found += self._among([events.c.id.in_(ids[start : start + LOOKED_UP])], after)
            if len(found) > self._limit:
                break
        self._order.sort(found)
        return self._cut(found)

    def _among(self, clauses: list[Clause], after: Position | None) -> list[Event]:
        """Return those of few events that match.

        What the conditions on traits leave is filtered here: further clauses could make a server
        choose an index that yields more events.
        """
        rows = self._connection.execute(_columns(events).where(*clauses, *self._conditions))
        found = [self._event(row) for row in rows if row.type_id in self._types]
        bounds = EventFilter(
            self._filter.start_timestamp,
            self._filter.end_timestamp,
            after_sequence=self._filter.after_sequence,
        )
        return [
            each
            for each in found
            if bounds.matches(each) and (after is None or self._order.is_after(each, after))
        ]

    def _cut(self, found: list[Event]) -> Found:
        page = found[: self._limit]
        return Found(page, position_of(page[-1]) if len(found) > self._limit else None)

    # --- clauses ---

    def _times(self, table: Table) -> list[Clause]:
        start, end = self._filter.start_timestamp, self._filter.end_timestamp
        clauses = [] if start is None else [table.c.generated >= to_microseconds(start)]
        return clauses if end is None else [*clauses, table.c.generated <= to_microseconds(end)]

    def _late(self) -> list[Clause]:
        last = self._filter.after_sequence
        return [] if last is None else [events.c.id > last]

    def _by(self, walk: Walk) -> list[ColumnElement[Any]]:
        """Return the order; ids are unique within the project, and no index has what follows."""
        names = [name for name, _ in self._order.keys]
        count = names.index("message_id") + 1 if "message_id" in names else len(names)
        columns = [(walk.columns[name], direction) for name, direction in self._order.keys[:count]]
        return [each.asc() if direction == "asc" else each.desc() for each, direction in columns]

    def _position(self, walk: Walk, start: list[Clause], count: int) -> Position | None:
        """Return the position of the last of a number of events; None if there are fewer."""
        row = self._connection.execute(
            select(*(column.label(name) for name, column in walk.columns.items()))
            .select_from(walk.source)
            .where(*walk.clauses, *start)
            .order_by(*self._by(walk))
            .offset(count - 1)
            .limit(1)
        ).one_or_none()
        if row is None:
            return None
        return Position(to_time(row.generated), row.message_id, row.sequence, self._project)

    def _bound(self, walk: Walk, position: Position, *, is_end: bool = False) -> Clause:
        """Return the condition to be after a position; or, with `is_end`, not to be after it."""
        values = {**position._asdict(), "generated": to_microseconds(position.generated)}
        clause: Clause | None = None
        at_least: Clause = true()
        for name, direction in reversed(self._order.keys):
            column, value = walk.columns[name], values[name]
            is_ascending = (direction == "asc") is not is_end
            beyond = column > value if is_ascending else column < value
            at_least = column >= value if is_ascending else column <= value
            if clause is None:
                clause = at_least if is_end else beyond
            else:
                clause = or_(beyond, and_(column == value, clause))
        # The first part is implied by the second, but an index can start with it.
        return at_least if clause is None else and_(at_least, clause)

    def _trait_clauses(self, condition: Condition) -> list[TraitClause]:
        """Return the condition for each type that its trait has; none if no event has the trait."""
        traits, dialect = trait_types.c, self._connection.dialect.name
        wanted = select(traits.id, traits.dtype).where(
            traits.type_id.in_(self._types), traits.name == condition.key
        )
        if condition.dtype is not None:
            wanted = wanted.where(traits.dtype == condition.dtype)
        ids: dict[Table, list[int]] = {}
        for row in self._connection.execute(wanted):
            ids.setdefault(TRAITS[row.dtype], []).append(row.id)
        return [
            TraitClause(table, trait_ids, condition.op, *_compare(table, condition, dialect))
            for table, trait_ids in ids.items()
        ]

    def _event(self, row: Row[Any]) -> Event:
        return Event(
            row.message_id,
            self._types[row.type_id],
            to_time(row.generated),
            [],
            decode_raw(row.raw),
            self._project,
            row.id,
        )


def _any_of(traits: list[TraitClause]) -> Clause:
    return or_(false(), *(each.of_event() for each in traits))


def _columns(source: FromClause) -> Any:
    wanted = events.c
    columns = (wanted.id, wanted.type_id, wanted.message_id, wanted.generated, wanted.raw)
    return select(*columns).select_from(source)


def _by_time(rows: Iterable[Any], direction: str, start: datetime | None) -> Iterator[list[int]]:
    """Yield ids of events in portions, by time, those of the same time together.

    :param start: the time of the first ones in this direction.
    """
    is_descending = direction == "desc"
    if start is not None:
        first = to_microseconds(start)
        rows = [
            row
            for row in rows
            if row.generated == first or is_descending == (row.generated < first)
        ]
    portion: list[int] = []
    ordered = sorted(rows, key=lambda row: row.generated, reverse=is_descending)
    for _, same in groupby(ordered, key=lambda row: row.generated):
        portion += [row.event_id for row in same]
        if len(portion) >= LOOKED_UP:
            yield portion
            portion = []
    yield portion


def _compare(table: Table, condition: Condition, dialect: str) -> tuple[Clause, Clause]:
    """Return the part of a comparison that an index selects by, and the rest of it."""
    op = condition.op
    if op == "exists":
        return true(), true()
    if condition.dtype == Trait.TEXT_TYPE:
        return _compare_text(table, op, condition.value, dialect)
    column = table.c.value
    if op == "in":
        return column.in_([_stored(condition, each) for each in condition.value]), true()
    clause = _comparison(op, column, _stored(condition, condition.value))
    return (true(), clause) if op == "ne" else (clause, true())


def _stored(condition: Condition, value: Any) -> Any:
    return to_columns(Trait(condition.key, condition.dtype or 0, value))["value"]


def _compare_text(table: Table, op: str, value: Any, dialect: str) -> tuple[Clause, Clause]:
    """Compare a text whose first part is indexed: by that part, and by the rest if it is equal."""
    column, rest = table.c.value, table.c.rest
    if op == "in":
        heads = column.in_({each[:HEAD_LENGTH] for each in value})
        is_long = any(len(each) >= HEAD_LENGTH for each in value)
        return heads, (column + rest).in_(value) if is_long else true()
    if op == "contains":
        position = func.strpos if dialect == "postgresql" else func.instr
        return true(), position(column + rest, literal(value, rest.type)) > 0
    head, tail = value[:HEAD_LENGTH], value[HEAD_LENGTH:]
    if op == "eq":
        return column == head, rest == tail
    if op == "ne":
        return true(), or_(column != head, rest != tail)
    outer = "le" if op in ("lt", "le") else "ge"
    inner = and_(column == head, _comparison(op, rest, tail))
    return _comparison(outer, column, head), or_(_comparison(f"{op[0]}t", column, head), inner)


def _comparison(op: str, column: ColumnElement[Any], value: Any) -> Clause:
    compared: Any = COMPARISONS[op](column, value)
    clause: Clause = compared
    return clause
