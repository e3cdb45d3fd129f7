"""The border to core banking, whose events come without lanes: each (source, id) is applied once."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from services.intake.store import source
from services.intake.store.source import Progress
from shared.contracts.corebank import CoreBankEvent
from shared.stream.received import Received


async def admit(
    connection: AsyncConnection, batch: Sequence[Received[CoreBankEvent]], now: datetime
) -> list[Received[CoreBankEvent]]:
    """Those of the batch that were not applied before, now noted as applied; repeats are counted."""
    seen = await source.seen(connection, [received.id for received in batch])
    fresh: list[Received[CoreBankEvent]] = []
    names: list[tuple[str, str]] = []
    progress: dict[tuple[str, str, int], Progress] = {}
    for received in batch:
        place = (received.source, received.topic, received.partition)
        change = progress.get(place)
        if change is None:
            change = progress[place] = Progress(*place)
        name = (received.source, received.id)
        if name in seen:
            change.duplicates += 1
            continue
        seen.add(name)
        names.append(name)
        fresh.append(received)
        change.applied += 1
        change.last_event_id = received.id
    await source.remember(connection, names, now.date())
    await source.advance(connection, progress.values(), now)
    return fresh
