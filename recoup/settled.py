"""Has everything that happened been worked off? Conservation between the stores, hop by hop."""

import asyncio
import contextlib
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import datetime
from time import monotonic

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from recoup.services import CONSUMES, SERVICES
from recoup.stores import Stores
from shared.contracts.topics import CORE_BANK
from shared.stream.kafka import LOG_TOPIC

QUIET_LOOKS = 3

Target = tuple[str, int, int]
"""(topic, partition, lane)."""


@dataclass(slots=True)
class Backlog:
    """What is still under way: nothing when all counts are zero."""

    unrelayed: int = 0
    unreceived: int = 0
    unread: int = 0
    due_timers: int = 0
    dispatching: int = 0
    replaying: int = 0
    marks: dict[str, int] = field(default_factory=dict)
    """Totals that must not move between two looks."""

    @property
    def total(self) -> int:
        return (
            self.unrelayed
            + self.unreceived
            + self.unread
            + self.due_timers
            + self.dispatching
            + self.replaying
        )


@dataclass(frozen=True, slots=True)
class LogLook:
    """The broker's log at one moment: its identity, and where the bank's topic ends by partition."""

    log_id: str
    bank_ends: dict[int, int]


class LogReader:
    """Looks at the broker's log."""

    def __init__(self, stores: Stores) -> None:
        self._consumer = AIOKafkaConsumer(bootstrap_servers=stores.kafka, request_timeout_ms=10_000)
        self._log = TopicPartition(LOG_TOPIC, 0)
        self._bank = [TopicPartition(CORE_BANK.name, number) for number in range(stores.partitions)]

    async def __aenter__(self) -> "LogReader":
        await asyncio.wait_for(self._consumer.start(), 20)
        self._consumer.assign([self._log])
        return self

    async def __aexit__(self, *_: object) -> None:
        with contextlib.suppress(Exception, asyncio.CancelledError):
            await asyncio.wait_for(self._consumer.stop(), 5)

    async def look(self) -> LogLook | None:
        """The log now; None while the broker is away or has no topics yet."""
        try:
            async with asyncio.timeout(10):
                ends = await self._consumer.end_offsets(self._bank)
                self._consumer.seek(self._log, 0)
                found = await self._consumer.getmany(self._log, timeout_ms=2000, max_records=1)
        except (KafkaError, TimeoutError, OSError):
            return None
        records = found.get(self._log)
        if not records:
            return None
        return LogLook(records[0].value.decode(), {place.partition: end for place, end in ends.items()})


async def sent_numbers(connection: AsyncConnection, log_id: str) -> tuple[dict[Target, int], int]:
    """A sender's last number of each lane and target, and how many events wait for the relay."""
    rows = await connection.execute(
        text(
            "SELECT c.topic, c.partition, c.lane, c.last_sequence, COALESCE(r.sent_sequence, 0)"
            " FROM lane_counter c LEFT JOIN relay_position r ON r.lane = c.lane AND r.topic = c.topic"
            " AND r.partition = c.partition AND r.log_id = :log_id"
        ),
        {"log_id": log_id},
    )
    last: dict[Target, int] = {}
    waiting = 0
    for topic, partition, lane, sequence, sent in rows:
        last[topic, partition, lane] = sequence
        waiting += max(0, sequence - sent)
    return last, waiting


async def received_numbers(connection: AsyncConnection, consumer: str) -> dict[tuple[str, Target], int]:
    """A consumer's last applied number of each sender's lanes."""
    rows = await connection.execute(
        text(
            "SELECT sender, topic, partition, lane, last_sequence FROM lane_received WHERE consumer = :name"
        ),
        {"name": consumer},
    )
    return {(sender, (topic, partition, lane)): last for sender, topic, partition, lane, last in rows}


async def backlog(connections: Mapping[str, AsyncConnection], now: datetime, log: LogLook) -> Backlog:
    """What is under way at this moment."""
    found = Backlog()
    sent: dict[str, dict[Target, int]] = {}
    for service, connection in connections.items():
        sent[service], waiting = await sent_numbers(connection, log.log_id)
        found.unrelayed += waiting
        found.marks[f"{service} sent"] = sum(sent[service].values())
    for service, topics in CONSUMES.items():
        connection = connections[service]
        received = await received_numbers(connection, service)
        found.unreceived += _missing(service, topics, sent, received)
        if CORE_BANK.name in topics:
            found.unread += await _unread(connection, service, log)
            found.marks[f"{service} read"] = await _read(connection, service)
        found.due_timers += await _count(connection, "timer WHERE due_at <= :now", now)
        found.replaying += await _count(connection, "dead_letter WHERE status = 'replaying'")
    found.dispatching = await _count(
        connections["outreach"], "contact WHERE state IN ('permitted', 'dispatching')"
    )
    return found


def _missing(
    service: str,
    topics: frozenset[str],
    sent: Mapping[str, Mapping[Target, int]],
    received: Mapping[tuple[str, Target], int],
) -> int:
    missing = 0
    for sender, numbers in sent.items():
        for target, last in numbers.items():
            if target[0] in topics:
                missing += max(0, last - received.get((sender, target), 0))
    return missing


async def _unread(connection: AsyncConnection, consumer: str, log: LogLook) -> int:
    rows = await connection.execute(
        text(
            "SELECT partition, next_offset FROM consumer_position"
            " WHERE consumer = :consumer AND topic = :topic AND log_id = :log_id"
        ),
        {"consumer": consumer, "topic": CORE_BANK.name, "log_id": log.log_id},
    )
    positions = {row.partition: row.next_offset for row in rows}
    # A partition without a position in this log counts, so that a new log is noticed before it fills.
    return sum(max(0, end - positions.get(number, -1)) for number, end in log.bank_ends.items())


async def _read(connection: AsyncConnection, consumer: str) -> int:
    statement = text("SELECT COALESCE(sum(next_offset), 0) FROM consumer_position WHERE consumer = :consumer")
    return int((await connection.execute(statement, {"consumer": consumer})).scalar_one())


async def _count(connection: AsyncConnection, what: str, now: datetime | None = None) -> int:
    statement = text(f"SELECT count(*) FROM {what}")  # noqa: S608  # our own words
    return int((await connection.execute(statement, {"now": now} if now else {})).scalar_one())


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

    async def settle(self, now: datetime, seconds: float = 300.0) -> Backlog:
        """Wait until nothing is under way; returns the last backlog, whose total is then zero.

        Quiet means: nothing waits, and nothing moved over some looks. One is not enough: the embedded broker
        tells too low an end of a log.
        """
        deadline = monotonic() + seconds
        before: Backlog | None = None
        quiet = 0
        while True:
            found = await self._look(now)
            quiet = quiet + 1 if _is_still(before, found) else 0
            if found is not None and quiet >= QUIET_LOOKS:
                return found
            if monotonic() > deadline:
                return found or Backlog(unread=1)
            before = found
            await asyncio.sleep(0.05)

    async def _look(self, now: datetime) -> Backlog | None:
        """The backlog now; None while the broker or the database is away."""
        log = await self._reader.look()
        if log is None:
            return None
        try:
            async with AsyncExitStack() as stack:
                connections = {
                    name: await stack.enter_async_context(engine.connect())
                    for name, engine in self._engines.items()
                }
                return await backlog(connections, now, log)
        except (DBAPIError, OSError):
            return None


def _is_still(before: Backlog | None, now: Backlog | None) -> bool:
    """Whether nothing waits and nothing moved since the look before."""
    return before is not None and now is not None and now.total == 0 and before.marks == now.marks


async def settle(stores: Stores, now: datetime, seconds: float = 300.0) -> Backlog:
    """Wait until nothing is under way; returns the last backlog, whose total is then zero."""
    async with Settler(stores) as settler:
        return await settler.settle(now, seconds)
