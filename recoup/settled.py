"""Has everything that happened been worked off?"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime
from functools import partial
from time import monotonic

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from recoup.backlog import Backlog, backlog, of_each
from recoup.broker_log import LogReader
from recoup.services import SERVICES
from recoup.stores import Stores
from shared.contracts.topics import CORE_BANK

__all__ = ["LogReader", "Settler", "settle"]

PAUSE_SECONDS = 0.05
QUIET_LOOKS = 4
"""Looks in a row that must find nothing under way, where nobody vouches for what the broker's log holds."""


class Settler:
    """Waits until everything is worked off; keeps its connections between two waits."""

    def __init__(self, stores: Stores) -> None:
        self._reader = LogReader(stores)
        self._engines = {name: stores.engine(name) for name in SERVICES}

    async def __aenter__(self) -> "Settler":
        await self._reader.__aenter__()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._reader.__aexit__()
        await asyncio.gather(*(engine.dispose() for engine in self._engines.values()))

    async def read_of_bank(self, source: str) -> dict[int, str]:
        """The id of the last event of this source that intake applied, by partition."""
        statement = text(
            "SELECT partition, last_event_id FROM source_progress"
            " WHERE source = :source AND topic = :topic AND last_event_id IS NOT NULL"
        )
        async with self._engines["intake"].connect() as connection:
            rows = await connection.execute(statement, {"source": source, "topic": CORE_BANK.name})
            return {partition: last for partition, last in rows}

    async def next_due(self, until: datetime, seconds: float = 300.0) -> datetime | None:
        """The earliest deadline of any service up to `until`; None where there is none.

        A database that is away is waited for; after so many `seconds`, raises what it raises.
        """
        gives_up = monotonic() + seconds
        while True:
            try:
                async with self._connected() as connections:
                    found = await of_each(connections, partial(_next_due, until=until))
            except (DBAPIError, OSError):
                if monotonic() > gives_up:
                    raise
                await asyncio.sleep(PAUSE_SECONDS)
            else:
                return min((due for due in found.values() if due is not None), default=None)

    async def settle(self, now: datetime, seconds: float = 300.0, looks: int = QUIET_LOOKS) -> Backlog:
        """Wait until nothing is under way; returns the last backlog, whose total is then zero.

        So many `looks` in a row must find nothing, and the same totals. One is enough for who knows by other
        means that the bank's events were read, for the embedded broker tells too low an end of a log.
        """
        deadline = monotonic() + seconds
        before: Backlog | None = None
        quiet = 0
        while True:
            found = await self._look(now)
            quiet = 0 if found is None or found.total else quiet + 1 if _is_still(before, found) else 1
            if found is not None and quiet >= looks:
                return found
            if monotonic() > deadline:
                return found or Backlog(unread=1)
            before = found
            await asyncio.sleep(PAUSE_SECONDS)

    async def _look(self, now: datetime) -> Backlog | None:
        """The backlog now; None while the broker or the database is away."""
        try:
            async with self._connected() as connections:
                return await backlog(connections, now, self._reader.look)
        except (DBAPIError, OSError):
            return None

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[dict[str, AsyncConnection]]:
        async with AsyncExitStack() as stack:
            yield {
                name: await stack.enter_async_context(engine.connect())
                for name, engine in self._engines.items()
            }


async def _next_due(connection: AsyncConnection, _service: str, until: datetime) -> datetime | None:
    due: datetime | None = await connection.scalar(
        text("SELECT min(due_at) FROM timer WHERE due_at <= :until"), {"until": until}
    )
    return due


def _is_still(before: Backlog | None, now: Backlog) -> bool:
    """Whether nothing moved since the look before."""
    return before is not None and before.total == 0 and before.marks == now.marks


async def settle(stores: Stores, now: datetime, seconds: float = 300.0) -> Backlog:
    """Wait until nothing is under way; returns the last backlog, whose total is then zero."""
    async with Settler(stores) as settler:
        return await settler.settle(now, seconds)
