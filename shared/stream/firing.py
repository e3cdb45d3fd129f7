"""Due timers, handled as a batch in one transaction; one that cannot be handled becomes a dead letter."""

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from shared.stream import dead_letters, timers
from shared.stream.applying import failure_reason
from shared.stream.dead_letters import TIMER_TOPIC, DeadLetter, Sealer
from shared.stream.failures import explain, is_transient
from shared.stream.replaying import attempt_timers
from shared.stream.timers import Timer
from shared.stream.transaction import Transactions, finish
from shared.stream.work import Consumer, Work


@dataclass(frozen=True, slots=True)
class _TimerRecord:
    """A failed timer in the shape of a record."""

    topic: str
    partition: int
    key: bytes
    value: bytes
    offset: int = 0
    headers: tuple[tuple[str, bytes], ...] = ()


async def fire(
    consumer: Consumer,
    transactions: Transactions,
    sealer: Sealer,
    partitions: Sequence[int],
    limit: int = 1000,
) -> int:
    """Handle the timers that are due in these partitions; returns how many there were."""
    if consumer.on_timers is None or not partitions:
        return 0
    try:
        return await _fire(consumer, transactions, sealer, partitions, limit, careful=False)
    except Exception as error:
        if is_transient(error):
            raise
    return await _fire(consumer, transactions, sealer, partitions, limit, careful=True)


async def _fire(
    consumer: Consumer,
    transactions: Transactions,
    sealer: Sealer,
    partitions: Sequence[int],
    limit: int,
    *,
    careful: bool,
) -> int:
    assert consumer.on_timers is not None
    engine, now = transactions.engine, transactions.clock.now()
    async with engine.connect() as connection, connection.begin():
        due = await timers.take_due(connection, partitions, now, limit)
        if not due:
            return 0
        work = Work(connection, now, transactions.partitions)
        letters: list[DeadLetter] = []
        if careful:
            letters = await _one_by_one(consumer, due, work)
        else:
            await consumer.on_timers(due, work)
        kept = await dead_letters.keep(connection, consumer.name, letters, sealer, now)
        await finish(work, kept.announced)
    if work.emissions:
        transactions.committed.set()
    return len(due)


async def _one_by_one(consumer: Consumer, due: Sequence[Timer], work: Work) -> list[DeadLetter]:
    letters = []
    for timer in due:
        error = await attempt_timers(consumer, [timer], work)
        if error is not None:
            record = _TimerRecord(
                TIMER_TOPIC + timer.kind, timer.partition, timer.key.encode(), msgspec.json.encode(timer)
            )
            letters.append(DeadLetter(record, failure_reason(error), explain(error)))
    return letters
