"""A sender and a receiver on real tables, for tests of the runtime."""

import asyncio
from collections.abc import Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

from sqlalchemy import BigInteger, Column, Identity, Integer, MetaData, Table, Text, text
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.calendar.clock import FixedClock
from shared.contracts.base import Event
from shared.contracts.parties import PartyRemoved
from shared.contracts.topics import PARTIES
from shared.runtime import Runtime
from shared.security.fields import FieldCipher
from shared.stream.broker import Broker
from shared.stream.received import Received
from shared.stream.tables import add_runtime_tables
from shared.stream.timers import Timer
from shared.stream.transaction import Transactions
from shared.stream.work import Consumer, Work
from shared.stream.worker import Worker

metadata = MetaData()
effect = Table(
    "effect",
    metadata,
    Column("number", BigInteger, Identity(always=True), primary_key=True),
    Column("key", Text, nullable=False),
    Column("version", Integer, nullable=False),
)
add_runtime_tables(metadata)

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
PARTITIONS = 4
CIPHER = FieldCipher.from_keys({"k1": bytes(32)}, "k1")


def fact(key: str, version: int) -> PartyRemoved:
    """The toy event: `version` is what the receiver writes down."""
    return PartyRemoved(person_id=key, customer_id=key, version=version)


def runtime_on(service: str, engine: AsyncEngine) -> Runtime[Any]:
    clock = FixedClock(NOW)
    return Runtime(
        service,
        SimpleNamespace(partitions=PARTITIONS),  # type: ignore[arg-type]  # all that a worker reads
        engine,
        clock,
        Transactions(engine, clock, PARTITIONS),
        CIPHER,
    )


@dataclass
class Receiver:
    """Writes each event down; refuses versions in `poison`."""

    poison: set[int] = field(default_factory=set)
    fired: list[Timer] = field(default_factory=list)
    park: bool = True

    async def handle(self, batch: Sequence[Received[Event]], work: Work) -> None:
        for received in batch:
            assert isinstance(received.event, PartyRemoved)
            if received.event.version in self.poison:
                raise ValueError("this version cannot be applied")
            await work.connection.execute(
                text("INSERT INTO effect (key, version) VALUES (:key, :version)"),
                {"key": received.key, "version": received.event.version},
            )

    async def on_timers(self, due: Sequence[Timer], work: Work) -> None:
        self.fired.extend(due)

    def consumer(self) -> Consumer:
        return Consumer("receiver", (PARTIES,), self.handle, self.on_timers, park=self.park)


def sending_consumer() -> Consumer:
    """The sender consumes nothing that matters: it exists for its relay."""

    async def handle(batch: Sequence[Received[Event]], work: Work) -> None:
        return None

    from shared.contracts.topics import CORE_BANK

    return Consumer("sender", (CORE_BANK,), handle)


async def send(runtime: Runtime[Any], facts: Sequence[tuple[str, int]]) -> None:
    """Commit facts in one transaction of the sender."""
    async with runtime.transactions.begin() as work:
        for key, version in facts:
            work.emit(fact(key, version), key=key)


async def effects(engine: AsyncEngine) -> list[tuple[str, int]]:
    """What the receiver wrote down, in order."""
    async with engine.connect() as connection:
        rows = await connection.execute(text("SELECT key, version FROM effect ORDER BY number"))
        return [(row.key, row.version) for row in rows]


def by_key(written: Sequence[tuple[str, int]]) -> dict[str, list[int]]:
    """The versions of each key, in the order in which they were written."""
    found: dict[str, list[int]] = {}
    for key, version in written:
        found.setdefault(key, []).append(version)
    return found


@asynccontextmanager
async def working(*workers: Worker) -> Any:
    """Runs workers for the length of a block and stops them gracefully."""
    stop = asyncio.Event()
    tasks = [asyncio.create_task(worker.run(stop)) for worker in workers]
    try:
        yield
    finally:
        stop.set()
        await asyncio.wait_for(asyncio.gather(*tasks), 40)


async def until(condition: Any, seconds: float = 20.0) -> None:
    """Wait until an async condition holds, or fail with what it last said."""
    result: Any = None
    try:
        async with asyncio.timeout(seconds):
            while not (result := await condition()):  # noqa: ASYNC110  # a store has no event to wait for
                await asyncio.sleep(0.05)
    except TimeoutError:
        raise AssertionError(f"not within {seconds} s: {result!r}") from None


def worker(runtime: Runtime[Any], consumer: Consumer, broker: Broker) -> Worker:
    return Worker(runtime, consumer, broker=broker)
