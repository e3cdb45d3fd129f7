"""Dead letters that someone asked to replay are applied again, with all that waits behind them."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import msgspec

from shared.stream import dead_letters
from shared.stream.applying import attempt, failure_reason, in_savepoint
from shared.stream.dead_letters import TIMER_TOPIC, Kept, Sealer
from shared.stream.envelope import Unreadable, attributes, decode
from shared.stream.failures import explain
from shared.stream.timers import Timer
from shared.stream.transaction import Transactions
from shared.stream.work import Consumer, Work


@dataclass(slots=True)
class _Outcome:
    settled: list[int] = field(default_factory=list)
    failed: dict[tuple[str, bytes, int], tuple[Kept, Exception, list[int]]] = field(default_factory=dict)


async def replay(
    consumer: Consumer,
    transactions: Transactions,
    sealer: Sealer,
    partitions: Sequence[int],
    limit: int = 200,
) -> int:
    """Apply what is marked for replay in these partitions, in one transaction; returns how many."""
    async with transactions.begin() as work:
        kept = await dead_letters.take_replays(work.connection, consumer.name, partitions, sealer, limit)
        outcome = _Outcome()
        for letter in kept:
            await _replay_one(consumer, letter, work, outcome)
        await dead_letters.settle(work.connection, outcome.settled, work.now)
        for letter, error, waiting in outcome.failed.values():
            reason = error.reason if isinstance(error, Unreadable) else failure_reason(error)
            await dead_letters.fail_again(work.connection, letter, reason, explain(error), waiting, work.now)
    return len(kept)


async def _replay_one(consumer: Consumer, letter: Kept, work: Work, outcome: _Outcome) -> None:
    # Where keys do not wait, and for timers, each letter stands for itself.
    waits = consumer.park and not letter.topic.startswith(TIMER_TOPIC)
    name = (letter.topic, letter.key or b"", 0 if waits else letter.dead_letter_id)
    if name in outcome.failed:
        outcome.failed[name][2].append(letter.dead_letter_id)
        return
    error = await _apply(consumer, letter, work)
    if error is None:
        outcome.settled.append(letter.dead_letter_id)
    else:
        outcome.failed[name] = (letter, error, [])


async def _apply(consumer: Consumer, letter: Kept, work: Work) -> Exception | None:
    if letter.topic.startswith(TIMER_TOPIC):
        return await attempt_timers(consumer, [msgspec.json.decode(letter.value or b"", type=Timer)], work)
    try:
        event = decode(letter, attributes(letter))
    except Unreadable as error:
        return error
    return await attempt(consumer, [event], work)


async def attempt_timers(consumer: Consumer, due: Sequence[Timer], work: Work) -> Exception | None:
    """Run the timer handler inside a savepoint; on failure undo its effects and return the error."""
    handle = consumer.on_timers
    assert handle is not None
    return await in_savepoint(work, lambda trial: handle(due, trial))
