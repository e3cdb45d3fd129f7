"""Intake on a real PostgreSQL, without a broker."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pytest_asyncio
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from services.intake.handlers import consumer
from services.intake.tables import metadata
from shared.calendar.clock import FixedClock
from shared.contracts.base import Event
from shared.contracts.topics import CORE_BANK
from shared.security.fields import FieldCipher, new_field_key
from shared.stream.received import Received
from shared.stream.timers import Timer, take_due
from shared.stream.transaction import Transactions
from shared.stream.work import Work
from tests.conftest import EngineFor
from tests.unit.intake.builders import NOW, RULES

PARTITIONS = 12


@dataclass
class Intake:
    """Applies batches and timers as the runtime does, each in its transaction."""

    engine: AsyncEngine
    cipher: FieldCipher = field(default_factory=lambda: FieldCipher.from_keys({"k": new_field_key()}, "k"))
    _numbers: Any = field(default_factory=lambda: itertools.count(1))

    def __post_init__(self) -> None:
        self.consumer = consumer(RULES, self.cipher.seal)

    def transactions(self, now: datetime = NOW) -> Transactions:
        return Transactions(self.engine, FixedClock(now), PARTITIONS)

    def received(
        self, event: Event, event_id: str | None = None, source: str = "bank", partition: int = 0
    ) -> Received[Event]:
        number = next(self._numbers)
        name = event_id or f"event-{number}"
        return Received(event, "", name, source, None, None, CORE_BANK.name, partition, number)

    async def apply(self, batch: Sequence[Event | Received[Event]], now: datetime = NOW) -> Work:
        received = [each if isinstance(each, Received) else self.received(each) for each in batch]
        async with self.transactions(now).begin() as work:
            await self.consumer.handle(received, work)
        return work

    async def fire(self, now: datetime) -> tuple[list[Timer], Work]:
        async with self.transactions(now).begin() as work:
            due = await take_due(work.connection, range(PARTITIONS), now, 1000)
            if due:
                await self.consumer.on_timers(due, work)
        return due, work

    async def rows(self, sql: str) -> list[tuple[Any, ...]]:
        async with self.engine.connect() as connection:
            return [tuple(row) for row in await connection.execute(text(sql))]


@pytest_asyncio.fixture
async def intake(engine_for: EngineFor) -> Intake:
    return Intake(await engine_for("intake", metadata))
