"""What was applied of each source: ids to drop repeats by, and how far it is."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.intake.tables import source_event
from shared.database import sets

_SEEN = text("SELECT source, event_id FROM source_event WHERE event_id = ANY(CAST(:ids AS text[]))")
_ADVANCE = text(
    "INSERT INTO source_progress AS known"
    " (source, topic, partition, last_event_id, applied, duplicates, last_at)"
    " SELECT * FROM unnest(CAST(:sources AS text[]), CAST(:topics AS text[]), CAST(:partitions AS integer[]),"
    "  CAST(:lasts AS text[]), CAST(:applied AS bigint[]), CAST(:duplicates AS bigint[]),"
    "  CAST(:at AS timestamptz[]))"
    " ON CONFLICT (source, topic, partition) DO UPDATE SET"
    " last_event_id = coalesce(excluded.last_event_id, known.last_event_id),"
    " applied = known.applied + excluded.applied,"
    " duplicates = known.duplicates + excluded.duplicates,"
    " last_at = excluded.last_at"
)
_PROGRESS = text(
    "SELECT source, topic, partition, last_event_id, applied, duplicates, last_at FROM source_progress"
    " ORDER BY source, topic, partition"
)


@dataclass(frozen=True, slots=True)
class SourceEvent:
    """A row of `source_event`."""

    source: str
    event_id: str
    seen_on: date


@dataclass(slots=True)
class Progress:
    """What a batch adds to a row of `source_progress`, or such a row."""

    source: str
    topic: str
    partition: int
    last_event_id: str | None = None
    applied: int = 0
    duplicates: int = 0
    last_at: datetime | None = None


async def seen(connection: AsyncConnection, event_ids: Sequence[str]) -> set[tuple[str, str]]:
    """The (source, event id) that were applied, of events with these ids; looks in all partitions."""
    rows = (await connection.execute(_SEEN, {"ids": list(event_ids)})).all()
    return {(row[0], row[1]) for row in rows}


async def remember(connection: AsyncConnection, events: Iterable[tuple[str, str]], today: date) -> None:
    """Keep the (source, event id) of events that are applied now."""
    rows = [SourceEvent(source, event_id, today) for source, event_id in events]
    await sets.insert(connection, source_event, rows)


async def advance(connection: AsyncConnection, changes: Iterable[Progress], now: datetime) -> None:
    """Add to what is known of the sources' progress; in sorted order, for other workers do so too."""
    ordered = sorted(changes, key=lambda each: (each.source, each.topic, each.partition))
    await connection.execute(
        _ADVANCE,
        {
            "sources": [each.source for each in ordered],
            "topics": [each.topic for each in ordered],
            "partitions": [each.partition for each in ordered],
            "lasts": [each.last_event_id for each in ordered],
            "applied": [each.applied for each in ordered],
            "duplicates": [each.duplicates for each in ordered],
            "at": [now] * len(ordered),
        },
    )


async def progress(connection: AsyncConnection) -> list[Progress]:
    """How far each source is in each partition: what a replay is asked for after."""
    return [Progress(*row) for row in await connection.execute(_PROGRESS)]
