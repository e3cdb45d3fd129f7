"""Set-based statements: any number of rows in one statement, one round trip.

Rows travel as one array a column and are unfolded by `unnest`, about ten times faster than a VALUES
list (see docs/performance.md). A row is any object with attributes named as the columns.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import cache
from operator import attrgetter
from typing import Any

import msgspec
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Integer,
    LargeBinary,
    Numeric,
    Row,
    SmallInteger,
    Table,
    Text,
    TextClause,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncConnection

_ARRAYS: tuple[tuple[type[Any], str], ...] = (
    (JSONB, "text[]"),
    (Boolean, "boolean[]"),
    (BigInteger, "bigint[]"),
    (SmallInteger, "smallint[]"),
    (Integer, "integer[]"),
    (Numeric, "text[]"),  # a third of the driver's cost for numeric[]; cast by PostgreSQL
    (DateTime, "timestamptz[]"),
    (Date, "date[]"),
    (LargeBinary, "bytea[]"),
    (Text, "text[]"),
)


async def insert(
    connection: AsyncConnection, table: Table, rows: Sequence[object], *, skip_existing: bool = False
) -> int:
    """Insert the rows; with `skip_existing`, those whose key is there already are left out.

    Returns the number of rows inserted.
    """
    if not rows:
        return 0
    columns = _written(table)
    statement = _insert_statement(table, columns, "DO NOTHING" if skip_existing else "")
    return (await connection.execute(statement, _arrays(table, columns, rows))).rowcount


async def upsert(connection: AsyncConnection, table: Table, rows: Sequence[object]) -> int:
    """Insert the rows, replacing all columns of those whose primary key is there already.

    The rows must have distinct primary keys, or PostgreSQL refuses the statement.
    """
    if not rows:
        return 0
    columns = _written(table)
    keys = {column.name for column in table.primary_key}
    changes = ", ".join(f'"{name}" = excluded."{name}"' for name in columns if name not in keys)
    statement = _insert_statement(table, columns, f"DO UPDATE SET {changes}" if changes else "DO NOTHING")
    return (await connection.execute(statement, _arrays(table, columns, rows))).rowcount


async def update(
    connection: AsyncConnection, table: Table, rows: Sequence[object], columns: Sequence[str]
) -> int:
    """Set `columns` of the rows with the same primary keys; returns how many there were."""
    if not rows:
        return 0
    keys = tuple(column.name for column in table.primary_key)
    names = (*keys, *columns)
    return (
        await connection.execute(_update_statement(table, keys, tuple(columns)), _arrays(table, names, rows))
    ).rowcount


async def fetch(
    connection: AsyncConnection,
    table: Table,
    column: str,
    values: Iterable[object],
    *,
    lock: bool = False,
    where: str = "",
) -> Sequence[Row[Any]]:
    """All rows whose `column` is one of `values`, ordered by primary key.

    With `lock` the rows stay locked until the transaction ends; the order is the same for everyone, so
    two workers cannot dead-lock. `where` is a further condition in SQL.
    """
    wanted = sorted(set(values))  # type: ignore[type-var]  # keys are strings or numbers
    if not wanted:
        return []
    statement = _fetch_statement(table, column, lock, where)
    return (await connection.execute(statement, {"wanted": wanted})).all()


async def delete(connection: AsyncConnection, table: Table, column: str, values: Iterable[object]) -> int:
    """Delete all rows whose `column` is one of `values`; returns how many there were."""
    wanted = list(set(values))
    if not wanted:
        return 0
    return (await connection.execute(_delete_statement(table, column), {"wanted": wanted})).rowcount


@cache
def _written(table: Table) -> tuple[str, ...]:
    return tuple(
        column.name for column in table.columns if column.identity is None and column.computed is None
    )


@cache
def _insert_statement(table: Table, columns: tuple[str, ...], on_conflict: str) -> TextClause:
    names = ", ".join(f'"{name}"' for name in columns)
    conflict = ""
    if on_conflict:
        keys = ", ".join(f'"{column.name}"' for column in table.primary_key)
        conflict = f" ON CONFLICT ({keys}) {on_conflict}"
    return text(
        f"INSERT INTO {table.name} ({names}) SELECT {_selected(table, columns)} "
        f"FROM {_unnest(table, columns)}{conflict}"
    )


@cache
def _update_statement(table: Table, keys: tuple[str, ...], columns: tuple[str, ...]) -> TextClause:
    names = (*keys, *columns)
    changes = ", ".join(f'"{name}" = {_cast(table.columns[name])}' for name in columns)
    same = " AND ".join(f't."{name}" = new."{name}"' for name in keys)
    return text(f"UPDATE {table.name} AS t SET {changes} FROM {_unnest(table, names)} WHERE {same}")


@cache
def _fetch_statement(table: Table, column: str, lock: bool, where: str) -> TextClause:
    order = ", ".join(f'"{key.name}"' for key in table.primary_key)
    names = ", ".join(f'"{name.name}"' for name in table.columns)
    wanted = f"CAST(:wanted AS {_array_type(table.columns[column])})"
    condition = f" AND ({where})" if where else ""
    statement = text(
        f'SELECT {names} FROM {table.name} WHERE "{column}" = ANY({wanted}){condition} '
        f"ORDER BY {order}{' FOR UPDATE' if lock else ''}"
    )
    # Typed results, so that JSON columns come back as values, not as text.
    return statement.columns(*table.columns)  # type: ignore[return-value]


@cache
def _delete_statement(table: Table, column: str) -> TextClause:
    wanted = f"CAST(:wanted AS {_array_type(table.columns[column])})"
    return text(f'DELETE FROM {table.name} WHERE "{column}" = ANY({wanted})')


def _unnest(table: Table, columns: Sequence[str]) -> str:
    arrays = ", ".join(f"CAST(:{name} AS {_array_type(table.columns[name])})" for name in columns)
    names = ", ".join(f'"{name}"' for name in columns)
    return f"unnest({arrays}) AS new({names})"


def _selected(table: Table, columns: Sequence[str]) -> str:
    return ", ".join(_cast(table.columns[name]) for name in columns)


def _cast(column: Column[Any]) -> str:
    name = f'new."{column.name}"'
    if isinstance(column.type, JSONB):
        return f"CAST({name} AS jsonb)"
    return f"CAST({name} AS numeric)" if isinstance(column.type, Numeric) else name


@cache
def _array_type(column: Column[Any]) -> str:
    for kind, array in _ARRAYS:
        if isinstance(column.type, kind):
            return array
    raise TypeError(f"column {column.name} has a type that cannot travel as an array")


@cache
def _getter(columns: tuple[str, ...]) -> Callable[[object], Any]:
    return attrgetter(*columns)


def _arrays(table: Table, columns: tuple[str, ...], rows: Sequence[object]) -> dict[str, list[Any]]:
    getter = _getter(columns)
    if len(columns) == 1:
        by_column: list[list[Any]] = [[getter(row) for row in rows]]
    else:
        by_column = [list(values) for values in zip(*map(getter, rows), strict=True)]
    for position, name in enumerate(columns):
        as_text = _as_text(table.columns[name])
        if as_text is not None:
            by_column[position] = [None if value is None else as_text(value) for value in by_column[position]]
    return dict(zip(columns, by_column, strict=True))


def _as_text(column: Column[Any]) -> Callable[[Any], str] | None:
    if isinstance(column.type, JSONB):
        return _json
    return str if isinstance(column.type, Numeric) else None


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()
