"""Tables of the SQL drivers.

Times are microseconds since 1970 in UTC, because not every server stores microseconds and time
zones. Texts are compared by their bytes. A trait's row repeats the time of its event, so that one
index finds the events with a value in a time range.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Dialect,
    Double,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    cast,
    func,
    insert,
    literal,
    select,
)
from sqlalchemy.dialects import mysql
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import TypeDecorator, TypeEngine

from pydash_events.checks import MAX_NAME_LENGTH, MAX_TEXT_BYTES
from pydash_events.event_rows import to_microseconds, to_time
from pydash_events.models import Trait, Value

VERSION = 1
"""Of the schema."""
HEAD_LENGTH = 200
"""Characters of a text that are indexed: PostgreSQL and MySQL limit the size of a key."""


class Chars(TypeDecorator[str]):
    """A text of limited length that is compared by its bytes, which is by code point.

    MySQL's collations ignore spaces at the end or differ between its versions, so it stores bytes.

    :param length: characters.
    """

    impl = String
    cache_ok = True

    def __init__(self, length: int) -> None:
        super().__init__(length)
        self.length = length

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Return the type of the column."""
        if dialect.name == "mysql":
            size = 4 * self.length
            return mysql.VARBINARY(size) if size < 2**12 else mysql.BLOB()
        collation = "C" if dialect.name == "postgresql" else None
        return String(self.length, collation)

    def process_bind_param(self, value: str | None, dialect: Dialect) -> Any:
        """Return a text as the driver takes it."""
        return value.encode() if value is not None and dialect.name == "mysql" else value

    def process_result_value(self, value: Any, dialect: Dialect) -> str | None:
        """Return what the driver returns as text."""
        return value.decode() if isinstance(value, bytes) else value


NAME = Chars(MAX_NAME_LENGTH)
RAW = Text().with_variant(mysql.LONGTEXT(), "mysql")

metadata = MetaData()

# One row. A writer locks it first, so that sequences are committed in order.
store = Table(
    "pydash_event_store",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("version", Integer, nullable=False),
    Column("sequence", BigInteger, nullable=False),
    # Changes whenever a project, type or trait is added or deleted.
    Column("catalogue", BigInteger, nullable=False),
)
projects = Table(
    "pydash_event_project",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", NAME, nullable=False, unique=True),
)
event_types = Table(
    "pydash_event_type",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("project_id", Integer, nullable=False),
    Column("name", NAME, nullable=False),
    UniqueConstraint("project_id", "name"),
)
trait_types = Table(
    "pydash_trait_type",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("type_id", Integer, nullable=False),
    Column("name", NAME, nullable=False),
    Column("dtype", Integer, nullable=False),
    UniqueConstraint("type_id", "name"),
)
events = Table(
    "pydash_event",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),  # the sequence
    Column("project_id", Integer, nullable=False),
    Column("type_id", Integer, nullable=False),
    Column("message_id", NAME, nullable=False),
    Column("generated", BigInteger, nullable=False),
    Column("raw", RAW),
    UniqueConstraint("project_id", "message_id"),
    Index("pydash_event_by_project", "project_id", "generated", "message_id"),
    Index("pydash_event_by_type", "type_id", "generated", "message_id"),
    Index("pydash_event_by_sequence", "project_id", "id"),
    Index("pydash_event_by_time", "generated"),
)


def _trait_table(name: str, *columns: Column[Any]) -> Table:
    table = f"pydash_trait_{name}"
    return Table(
        table,
        metadata,
        Column("event_id", BigInteger, primary_key=True, autoincrement=False),
        Column("trait_id", Integer, primary_key=True, autoincrement=False),
        *columns,
        Column("generated", BigInteger, nullable=False),
        Index(f"{table}_by_value", "trait_id", "value", "generated", "event_id"),
        sqlite_with_rowid=False,
    )


_texts = _trait_table(
    "text",
    Column("value", Chars(HEAD_LENGTH), nullable=False),
    # What follows the indexed part.
    Column("rest", Chars(MAX_TEXT_BYTES), nullable=False),
)
_integers = _trait_table("int", Column("value", BigInteger))

TRAITS = {
    # Those without a value are integers that are NULL, which no comparison finds.
    Trait.NONE_TYPE: _integers,
    Trait.TEXT_TYPE: _texts,
    Trait.INT_TYPE: _integers,
    Trait.FLOAT_TYPE: _trait_table("float", Column("value", Double, nullable=False)),
    Trait.DATETIME_TYPE: _trait_table("datetime", Column("value", BigInteger, nullable=False)),
}
"""The table of each type of trait."""
TRAIT_TABLES = tuple(dict.fromkeys(TRAITS.values()))


def to_columns(trait: Trait) -> dict[str, Value]:
    """Return the columns of a trait's value."""
    if isinstance(trait.value, str):
        return {"value": trait.value[:HEAD_LENGTH], "rest": trait.value[HEAD_LENGTH:]}
    return {
        "value": to_microseconds(trait.value) if isinstance(trait.value, datetime) else trait.value
    }


def from_row(dtype: int, row: Any) -> Value:
    """Return the value of a trait."""
    if dtype == Trait.TEXT_TYPE:
        return str(row.value + row.rest)
    if dtype == Trait.DATETIME_TYPE:
        return to_time(row.value)
    value: Value = row.value
    return value


def insert_rows(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows, which all have the same columns."""
    if not rows:
        return
    if connection.dialect.name == "postgresql":
        names = list(rows[0])
        arrays = {each: [row[each] for row in rows] for each in names}
        connection.execute(insert(table).from_select(names, select(unnest(table, arrays))))
    else:
        connection.execute(insert(table), rows)


def unnest(table: Table, arrays: Mapping[str, list[Any]]) -> Any:
    """Return columns as one parameter each, which PostgreSQL reads much faster than rows."""
    columns = [table.c[name] for name in arrays]
    types = [Text() if isinstance(each.type, Chars) else each.type for each in columns]
    values = [
        cast(literal(_array(array), Text()), ARRAY(each))
        for array, each in zip(arrays.values(), types, strict=True)
    ]
    return func.unnest(*values).table_valued(*arrays, name="given").render_derived()


def _array(values: Sequence[Any]) -> str:
    """Return values as PostgreSQL writes an array.

    The server reads this faster than an expression with a constant for each value.
    """
    texts = (
        "NULL"
        if each is None
        else '"' + each.replace("\\", "\\\\").replace('"', '\\"') + '"'
        if isinstance(each, str)
        else repr(each)
        for each in values
    )
    return "{" + ",".join(texts) + "}"
