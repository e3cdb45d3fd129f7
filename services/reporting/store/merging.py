"""Set-based merging: what a batch knows of many rows goes into what the table knows, in one statement.

Rows travel as one array a column and are unfolded by `unnest`. How a column of a known row and the batch's
value become one is the column's rule in `tables.py`; all rules give the same result in any order of topics.
"""

from collections.abc import Mapping
from functools import cache
from typing import Any

import msgspec
from msgspec.structs import astuple
from sqlalchemy import Column, Numeric, Table, TextClause, text
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.asyncio import AsyncConnection

_RULES = {
    "keep": "COALESCE(excluded.{name}, known.{name})",
    "earliest": "LEAST(known.{name}, excluded.{name})",
    "latest": "GREATEST(known.{name}, excluded.{name})",
    "sum": "known.{name} + excluded.{name}",
}
_DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call]


async def merge(connection: AsyncConnection, table: Table, rows: Mapping[Any, msgspec.Struct]) -> None:
    """Merge rows of one type, given by key, into the columns of the table that they are named after.

    They are written in the order of their keys, so that two workers cannot dead-lock.
    """
    if not rows:
        return
    ordered = [rows[key] for key in sorted(rows)]
    columns = ordered[0].__struct_fields__
    arrays = zip(*map(astuple, ordered), strict=True)
    parameters = {name: list(values) for name, values in zip(columns, arrays, strict=True)}
    for name in _amounts(table, columns):
        parameters[name] = [None if value is None else str(value) for value in parameters[name]]
    await connection.execute(merge_statement(table, columns), parameters)


@cache
def merge_statement(table: Table, columns: tuple[str, ...]) -> TextClause:
    """The statement that merges arrays of these columns into the table."""
    keys = tuple(column.name for column in table.primary_key)
    amounts = _amounts(table, columns)
    types = {name: "text" if name in amounts else _type(table.columns[name]) for name in columns}
    arrays = ", ".join(f"CAST(:{name} AS {type_}[])" for name, type_ in types.items())
    chosen = ", ".join(f'CAST("{name}" AS numeric)' if name in amounts else f'"{name}"' for name in columns)
    changes = ", ".join(_change(table.columns[name]) for name in columns if name not in keys)
    return text(
        f"INSERT INTO {table.name} AS known ({_quoted(columns)})"  # noqa: S608
        f" SELECT {chosen} FROM unnest({arrays}) AS said({_quoted(columns)})"
        f" ON CONFLICT ({_quoted(keys)}) DO UPDATE SET {changes}"
    )


@cache
def _amounts(table: Table, columns: tuple[str, ...]) -> frozenset[str]:
    """The decimal columns: they travel as text, at a third of the driver's cost for decimals."""
    return frozenset(name for name in columns if isinstance(table.columns[name].type, Numeric))


def _change(column: Column[Any]) -> str:
    name = f'"{column.name}"'
    return f"{name} = {_RULES[column.info['merge']].format(name=name)}"


def _quoted(names: tuple[str, ...]) -> str:
    return ", ".join(f'"{name}"' for name in names)


def _type(column: Column[Any]) -> str:
    return str(column.type.compile(_DIALECT))
