"""Recorded decisions made again under other packs: what would have changed."""

from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncEngine

from services.compliance.domain.packs.library import Library
from services.compliance.domain.past import past_of
from services.compliance.domain.replaying import Replay
from services.compliance.store import evidence


async def replay(engine: AsyncEngine, first: datetime, last: datetime, library: Library) -> Replay:
    """Make all decisions of [first, last) again under the packs of `library`, in one consistent snapshot.

    Nothing is changed; the service may go on working.
    """
    needed = past_of(library.packs, timedelta()).length
    found = Replay()
    async with engine.connect() as connection:
        snapshot = await connection.execution_options(isolation_level="REPEATABLE READ")
        async with snapshot.begin():
            async for kept in evidence.between(snapshot, first, last):
                found.take(kept.decision_id, kept.evidence, library, needed)
    return found
