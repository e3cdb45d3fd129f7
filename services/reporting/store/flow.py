"""Reads and prunes the flow: what was projected lately, and how far each topic is."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

_PROGRESS = text(
    "SELECT topic, sum(events)::bigint AS events, max(last_event_at) AS last_event_at,"
    " max(projected_at) AS projected_at,"
    " (array_agg(lag_seconds ORDER BY projected_at DESC, shard))[1] AS lag_seconds"
    " FROM topic_progress GROUP BY topic ORDER BY topic"
)
_TICKS = text(
    "SELECT tick, type, sum(count)::bigint AS events FROM flow_tick WHERE tick >= :since"
    " GROUP BY tick, type ORDER BY tick, type"
)
_TYPES = text("SELECT type, sum(count)::bigint AS events FROM event_count GROUP BY type")
_PRUNE = text("DELETE FROM flow_tick WHERE tick < :before")


async def progress(connection: AsyncConnection) -> Sequence[Row[Any]]:
    """By topic: events, last_event_at, projected_at, and the lag of the last batch in seconds."""
    return (await connection.execute(_PROGRESS)).all()


async def ticks(connection: AsyncConnection, since: datetime) -> Sequence[Row[Any]]:
    """Events projected by tick of the wall clock and type, from `since` on."""
    return (await connection.execute(_TICKS, {"since": since})).all()


async def event_totals(connection: AsyncConnection) -> dict[str, int]:
    """Events projected so far, by type."""
    return {row.type: row.events for row in await connection.execute(_TYPES)}


async def prune(connection: AsyncConnection, before: datetime) -> int:
    """Forget ticks of the wall clock before an instant; returns how many rows went."""
    return (await connection.execute(_PRUNE, {"before": before})).rowcount
