"""Policies: added, locked, saved, listed."""

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import Row, select, text, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from services.strategy.domain.policy_version import PolicyState, PolicyVersion
from services.strategy.tables_policies import policy_version
from shared.database import sets

Name = tuple[str, int]
"""A policy's name and the number of its version."""

REVISION = "coalesce((SELECT revision FROM policy_book), 0)"
"""SQL of the count of changes to what is in force; read beside other rows."""

_CHANGING = (
    "state",
    *("submitted_by", "submitted_at"),
    *("decided_by", "decided_at", "effective_from"),
    *("retired_by", "retired_at", "retired_from"),
    "reason",
)
_LOCK = text(
    "INSERT INTO policy_book (book, revision) VALUES (1, 0)"
    " ON CONFLICT (book) DO UPDATE SET revision = policy_book.revision"
)
_TURN = text("UPDATE policy_book SET revision = revision + 1")
_READ_REVISION = text(f"SELECT {REVISION}")


async def lock(connection: AsyncConnection) -> None:
    """Nobody else changes policies until the commit."""
    await connection.execute(_LOCK)


async def turn(connection: AsyncConnection) -> None:
    """Tell everyone, from the commit on, that what is in force changed or will."""
    await connection.execute(_TURN)


async def revision(connection: AsyncConnection) -> int:
    """The count of changes so far."""
    return int((await connection.execute(_READ_REVISION)).scalar_one())


async def add(connection: AsyncConnection, version: PolicyVersion) -> bool:
    """Keep a new version; False where there is one of that name and number."""
    return await sets.insert(connection, policy_version, [version], skip_existing=True) == 1


async def save(connection: AsyncConnection, version: PolicyVersion) -> None:
    """Write what became of a version; what it says stays."""
    await sets.update(connection, policy_version, [version], _CHANGING)


async def one(connection: AsyncConnection, name: str, number: int) -> PolicyVersion | None:
    """One version."""
    columns = policy_version.c
    query = select(policy_version).where(columns.name == name, columns.version == number)
    row = (await connection.execute(query)).first()
    return None if row is None else _version(row)


async def effective(connection: AsyncConnection) -> list[PolicyVersion]:
    """Every version that was, is or will be in force."""
    query = select(policy_version).where(policy_version.c.effective_from.is_not(None))
    return [_version(row) for row in await connection.execute(query)]


async def listed(
    connection: AsyncConnection, state: PolicyState | None, after: Name | None, limit: int
) -> Sequence[PolicyVersion]:
    """Versions by name and number."""
    columns = policy_version.c
    query = select(policy_version).order_by(columns.name, columns.version).limit(limit)
    if state is not None:
        query = query.where(columns.state == state)
    if after is not None:
        query = query.where(tuple_(columns.name, columns.version) > after)
    return [_version(row) for row in await connection.execute(query)]


def _version(row: Row[Any]) -> PolicyVersion:
    return msgspec.convert(row._mapping, PolicyVersion)
