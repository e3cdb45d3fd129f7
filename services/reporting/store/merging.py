"""Set-based merging: what a batch knows of many rows goes into what the table knows, in one statement.

How a column of a known row and the batch's value become one is the column's rule in `tables.py`; all rules
give the same result in any order of topics.
"""

from collections.abc import Mapping
from functools import cache
from typing import Any

import msgspec
from sqlalchemy import Column, Table, TextClause, text
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.database import sets

_RULES = {
    "keep": "COALESCE(excluded.{name}, known.{name})",
    "earliest": "LEAST(known.{name}, excluded.{name})",
    "latest": "GREATEST(known.{name}, excluded.{name})",
    "sum": "known.{name} + excluded.{name}",
}


async def merge(connection: AsyncConnection, table: Table, rows: Mapping[Any, msgspec.Struct]) -> None:
    """Merge rows of one type, given by key, into the columns of the table that they are named after.

    They are written in the order of their keys, so that two workers cannot dead-lock.
    """
    if not rows:
        return
    ordered = [rows[key] for key in sorted(rows)]
    columns = ordered[0].__struct_fields__
    await connection.execute(merge_statement(table, columns), sets.document(columns, ordered))


@cache
def merge_statement(table: Table, columns: tuple[str, ...]) -> TextClause:
    """The statement that merges a document of these columns into the table."""
    keys = tuple(column.name for column in table.primary_key)
    changes = ", ".join(_change(table.columns[name]) for name in columns if name not in keys)
    return text(
        f"INSERT INTO {table.name} AS known ({_quoted(columns)})"  # noqa: S608
        f" SELECT {_quoted(columns)} FROM {sets.unfolded(table, columns)}"
        f" ON CONFLICT ({_quoted(keys)}) DO UPDATE SET {changes}"
    )


def _change(column: Column[Any]) -> str:
    name = f'"{column.name}"'
    return f"{name} = {_RULES[column.info['merge']].format(name=name)}"


def _quoted(names: tuple[str, ...]) -> str:
    return ", ".join(f'"{name}"' for name in names)
