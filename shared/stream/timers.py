"""Deadlines as rows: due timers are handled as a batch in the owning worker's transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.database import sets
from shared.stream.tables import timer

_TAKE_DUE = text(
    "DELETE FROM timer WHERE (kind, key) IN ("
    " SELECT kind, key FROM timer WHERE partition = ANY(CAST(:partitions AS integer[])) AND due_at <= :now"
    " ORDER BY due_at, kind, key LIMIT :limit FOR UPDATE SKIP LOCKED"
    ") RETURNING kind, key, partition, due_at"
)
_CANCEL = text(
    "DELETE FROM timer USING unnest(CAST(:kinds AS text[]), CAST(:keys AS text[])) AS gone(kind, key)"
    " WHERE timer.kind = gone.kind AND timer.key = gone.key"
)


@dataclass(frozen=True, slots=True)
class Timer:
    """A deadline of the aggregate `key`; setting the same (`kind`, `key`) again moves it."""

    kind: str
    key: str
    partition: int
    due_at: datetime


async def take_due(
    connection: AsyncConnection, partitions: Sequence[int], now: datetime, limit: int
) -> list[Timer]:
    """Remove and return timers that are due, earliest first; they come back if the transaction fails."""
    rows = await connection.execute(_TAKE_DUE, {"partitions": list(partitions), "now": now, "limit": limit})
    return sorted((Timer(*row) for row in rows), key=lambda due: (due.due_at, due.kind, due.key))


async def write(connection: AsyncConnection, changes: dict[tuple[str, str], Timer | None]) -> None:
    """Set and cancel timers; None cancels."""
    await sets.upsert(connection, timer, [change for change in changes.values() if change is not None])
    gone = [name for name, change in changes.items() if change is None]
    if gone:
        kinds, keys = zip(*gone, strict=True)
        await connection.execute(_CANCEL, {"kinds": list(kinds), "keys": list(keys)})
