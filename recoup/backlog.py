"""What is under way between the stores and within them: conservation, hop by hop."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from recoup.broker_log import LogLook
from recoup.services import CONSUMES
from shared.contracts.topics import CORE_BANK

T = TypeVar("T")

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


async def backlog(
    connections: Mapping[str, AsyncConnection], now: datetime, look: Callable[[], Awaitable[LogLook | None]]
) -> Backlog | None:
    """What is under way; None while the broker is away.

    What was received is read before what goes on within the services, and that before what was sent. Numbers
    only grow, so where they agree nothing was on its way at any moment between the first reading and the
    last, and whoever was still at work in between has sent what came of it by the last. Read the other way
    round, an event could be taken and answered between two readings and show in neither.
    """
    received = await of_each(connections, received_numbers)
    places = {name: await bank_positions(connections[name], name) for name in _readers_of_bank()}
    found = Backlog()
    log = await look()
    if log is None:
        return None
    for name, positions in places.items():
        found.unread += _unread(positions, log)
        found.marks[f"{name} read"] = sum(position for _, position in positions.values())
    await _within(connections, now, found)
    sent = await of_each(connections, lambda connection, _: sent_numbers(connection, log.log_id))
    for service, (numbers, waiting) in sent.items():
        found.unrelayed += waiting
        found.marks[f"{service} sent"] = sum(numbers.values())
    for service, topics in CONSUMES.items():
        numbered = {sender: numbers for sender, (numbers, _) in sent.items()}
        found.unreceived += _missing(topics, numbered, received[service])
    return found


async def of_each(
    connections: Mapping[str, AsyncConnection], ask: Callable[[AsyncConnection, str], Awaitable[T]]
) -> dict[str, T]:
    """The answer of each service's store, asked side by side."""
    asked = (ask(connection, name) for name, connection in connections.items())
    # All have ended before one's error is raised: a connection in use cannot be given back.
    answers = await asyncio.gather(*asked, return_exceptions=True)
    found: dict[str, T] = {}
    for name, answer in zip(connections, answers, strict=True):
        if isinstance(answer, BaseException):
            raise answer
        found[name] = answer
    return found


async def _within(connections: Mapping[str, AsyncConnection], now: datetime, found: Backlog) -> None:
    """Count what services still do of themselves: deadlines, replays, dispatches."""

    async def of_one(connection: AsyncConnection, service: str) -> tuple[int, int, int]:
        rows = await connection.execute(
            text(
                "SELECT (SELECT count(*) FROM timer WHERE due_at <= :now),"
                " (SELECT count(*) FROM dead_letter WHERE status = 'replaying')"
            ),
            {"now": now},
        )
        due, replaying = rows.one()
        return due, replaying, await _dispatching(connection) if service == "outreach" else 0

    for due, replaying, dispatching in (await of_each(connections, of_one)).values():
        found.due_timers += due
        found.replaying += replaying
        found.dispatching += dispatching


def _missing(
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


def _readers_of_bank() -> list[str]:
    return [service for service, topics in CONSUMES.items() if CORE_BANK.name in topics]


async def bank_positions(connection: AsyncConnection, consumer: str) -> dict[int, tuple[str, int]]:
    """How far a consumer has read each partition of the bank's topic: (identity of the log, next offset)."""
    rows = await connection.execute(
        text(
            "SELECT partition, log_id, next_offset FROM consumer_position"
            " WHERE consumer = :consumer AND topic = :topic"
        ),
        {"consumer": consumer, "topic": CORE_BANK.name},
    )
    return {partition: (log_id, following) for partition, log_id, following in rows}


def _unread(positions: Mapping[int, tuple[str, int]], log: LogLook) -> int:
    known = {number: following for number, (log_id, following) in positions.items() if log_id == log.log_id}
    # A partition without a position in this log counts, so that a new log is noticed before it fills.
    return sum(max(0, end - known.get(number, -1)) for number, end in log.bank_ends.items())


async def _dispatching(connection: AsyncConnection) -> int:
    statement = text("SELECT count(*) FROM contact WHERE state IN ('permitted', 'dispatching')")
    return int((await connection.execute(statement)).scalar_one())
