"""Strategy's handlers and API on a real PostgreSQL, under a clock that the test moves."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import msgspec
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from services.strategy.handlers import consumer
from services.strategy.tables import metadata
from shared.contracts.base import Event
from shared.contracts.topics import EVENT_TYPES, TOPIC_OF
from shared.stream import timers
from shared.stream.outbox import unpack
from shared.stream.received import Received
from shared.stream.transaction import Transactions
from shared.stream.work import Consumer
from tests.conftest import EngineFor
from tests.unit.strategy.builders import POLICY, START

PARTITIONS = 4


@dataclass(slots=True)
class HandClock:
    """Shows what the test set."""

    instant: datetime = START

    def now(self) -> datetime:
        return self.instant


def received(event: Event, offset: int = 0) -> Received[Event]:
    """An event as the runtime hands it over."""
    return Received(
        event,
        "key",
        f"id-{offset}",
        "test",
        None,
        f"correlation-{offset}",
        TOPIC_OF[type(event)].name,
        0,
        offset,
    )


@dataclass(slots=True)
class Desktop:
    """Strategy without a broker: batches and timers in, what it published out."""

    engine: AsyncEngine
    clock: HandClock
    transactions: Transactions
    consumer: Consumer
    _seen: int = field(default=0)

    async def deliver(self, *events: Event) -> None:
        """One batch."""
        batch = [received(event, offset) for offset, event in enumerate(events)]
        async with self.transactions.begin() as work:
            await self.consumer.handle(batch, work)

    async def fire(self) -> int:
        """All timers that are due now."""
        assert self.consumer.on_timers is not None
        async with self.transactions.begin() as work:
            due = await timers.take_due(work.connection, range(PARTITIONS), self.clock.now(), 1000)
            await self.consumer.on_timers(due, work)
        return len(due)

    def later(self, **by: float) -> None:
        """Move the clock on."""
        self.clock.instant += timedelta(**by)

    async def published(self) -> list[Any]:
        """Every event published so far, those of one customer in order."""
        rows = await self.rows("SELECT payload FROM outbox ORDER BY lane, partition, last_sequence")
        return [
            msgspec.json.decode(stored.value, type=EVENT_TYPES[stored.type])
            for (payload,) in rows
            for stored in unpack(payload)
        ]

    async def rows(self, query: str) -> Sequence[Any]:
        """The rows of a query."""
        async with self.engine.connect() as connection:
            return (await connection.execute(text(query))).all()


@pytest.fixture
async def desktop(engine_for: EngineFor) -> Desktop:
    engine = await engine_for("strategy", metadata)
    clock = HandClock()
    return Desktop(engine, clock, Transactions(engine, clock, PARTITIONS), consumer(POLICY))
