"""The one transaction in which effects, timers and produced events commit."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from sqlalchemy.ext.asyncio import AsyncEngine

from shared.calendar.clock import Clock
from shared.stream import outbox, timers
from shared.stream.outbox import StoredEvent, Target
from shared.stream.work import Work


@dataclass(slots=True)
class Transactions:
    """Begins units of work for batches, timers and HTTP commands alike."""

    engine: AsyncEngine
    clock: Clock
    partitions: int
    committed: asyncio.Event = field(default_factory=asyncio.Event)
    """Set after a commit that produced events, so that a relay in this process wakes at once."""

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[Work]:
        """A unit of work that commits when the block ends, and rolls back when it raises."""
        async with self.engine.connect() as connection, connection.begin():
            work = Work(connection, self.clock.now(), self.partitions)
            yield work
            await finish(work)
        if work.emissions:
            self.committed.set()


async def finish(work: Work, further: Mapping[Target, list[StoredEvent]] | None = None) -> None:
    """Write the timers, then number and keep the events; must be the last thing before the commit.

    `further` are events that are no contract's, such as dead letters.
    """
    if work.timers:
        await timers.write(work.connection, work.timers)
    targets = outbox.address(work.emissions, work.now.isoformat(), work.partitions)
    if further:
        targets.update(further)
    await outbox.append(work.connection, targets)
