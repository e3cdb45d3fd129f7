"""Set-based statements: any number of rows in one statement, one round trip.

Rows travel as one JSON text and are unfolded by `json_to_recordset`: for rows of eight columns half the
client's cost of an array a column with `unnest`, for a tenth more at PostgreSQL (docs/performance.md). A row
is any object with attributes named as the columns.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import fields, is_dataclass
from functools import cache
from operator import attrgetter
from typing import Any

import msgspec
from sqlalchemy import Column, LargeBinary, Row, Table, TextClause, text
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.asyncio import AsyncConnection

_DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call]
_encode = msgspec.json.Encoder().encode


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
    return (await connection.execute(statement, document(columns, rows))).rowcount


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
    return (await connection.execute(statement, document(columns, rows))).rowcount


async def update(
    connection: AsyncConnection, table: Table, rows: Sequence[object], columns: Sequence[str]
) -> int:
    """Set `columns` of the rows with the same primary keys; returns how many there were."""
    if not rows:
        return 0
    keys = tuple(column.name for column in table.primary_key)
    names = (*keys, *columns)
    statement = _update_statement(table, keys, tuple(columns))
    return (await connection.execute(statement, document(names, rows))).rowcount


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
        f"FROM {unfolded(table, columns)}{conflict}"
    )


@cache
def _update_statement(table: Table, keys: tuple[str, ...], columns: tuple[str, ...]) -> TextClause:
    names = (*keys, *columns)
    changes = ", ".join(f'"{name}" = {_value(table.columns[name])}' for name in columns)
    same = " AND ".join(f't."{name}" = new."{name}"' for name in keys)
    return text(f"UPDATE {table.name} AS t SET {changes} FROM {unfolded(table, names)} WHERE {same}")


@cache
def _fetch_statement(table: Table, column: str, lock: bool, where: str) -> TextClause:
    order = ", ".join(f'"{key.name}"' for key in table.primary_key)
    names = ", ".join(f'"{name.name}"' for name in table.columns)
    wanted = f"CAST(:wanted AS {_type(table.columns[column])}[])"
    condition = f" AND ({where})" if where else ""
    statement = text(
        f'SELECT {names} FROM {table.name} WHERE "{column}" = ANY({wanted}){condition} '
        f"ORDER BY {order}{' FOR UPDATE' if lock else ''}"
    )
    # Typed results, so that JSON columns come back as values, not as text.
    return statement.columns(*table.columns)  # type: ignore[return-value]


@cache
def _delete_statement(table: Table, column: str) -> TextClause:
    wanted = f"CAST(:wanted AS {_type(table.columns[column])}[])"
    return text(f'DELETE FROM {table.name} WHERE "{column}" = ANY({wanted})')


def unfolded(table: Table, columns: Sequence[str]) -> str:
    """The SQL of the rows in `document` as a row set `new` with these columns."""
    # Bytes are base64 in JSON; the primary key of an update may not be bytes.
    types = ", ".join(
        f'"{name}" {"text" if _is_bytes(table.columns[name]) else _type(table.columns[name])}'
        for name in columns
    )
    return f"json_to_recordset(CAST(:rows AS json)) AS new({types})"


def _selected(table: Table, columns: Sequence[str]) -> str:
    return ", ".join(_value(table.columns[name]) for name in columns)


def _value(column: Column[Any]) -> str:
    name = f'new."{column.name}"'
    return f"decode({name}, 'base64')" if _is_bytes(column) else name


def _is_bytes(column: Column[Any]) -> bool:
    return isinstance(column.type, LargeBinary)


def _type(column: Column[Any]) -> str:
    return column.type.compile(_DIALECT)


@cache
def _getter(columns: tuple[str, ...]) -> Callable[[object], Any]:
    return attrgetter(*columns)


def document(columns: tuple[str, ...], rows: Sequence[object]) -> dict[str, str]:
    """The parameter `rows` of a statement over `unfolded`: one JSON array of objects named as the columns."""
    if all(_is_document(kind, columns) for kind in set(map(type, rows))):
        return {"rows": _encode(rows).decode()}
    getter = _getter(columns)
    if len(columns) == 1:
        return {"rows": _encode([{columns[0]: getter(row)} for row in rows]).decode()}
    return {"rows": _encode([dict(zip(columns, getter(row), strict=True)) for row in rows]).decode()}


@cache
def _is_document(kind: type, columns: tuple[str, ...]) -> bool:
    """Whether objects of this type are encoded as objects with just these names."""
    if issubclass(kind, msgspec.Struct):
        config = kind.__struct_config__
        if config.array_like or config.omit_defaults or config.tag is not None:
            return False
        return sorted(kind.__struct_encode_fields__) == sorted(columns)
    return is_dataclass(kind) and sorted(field.name for field in fields(kind)) == sorted(columns)
