"""The runtime end to end: a sender's outbox, a broker, a receiver's tables."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest_asyncio
from sqlalchemy import text

from shared.runtime import Runtime
from shared.stream.broker import Outbound, Place
from shared.stream.worker import Worker
from tests.conftest import EngineFor
from tests.support import toy
from tests.support.fake_broker import FakeBroker
from tests.support.toy import Receiver, by_key, effects, send, until, working


@dataclass
class Pair:
    broker: FakeBroker
    sender: Runtime[Any]
    receiver: Runtime[Any]
    toy: Receiver

    def workers(self) -> tuple[Worker, Worker]:
        # An engine is disposed with its worker and connects anew for the next: that is a restart.
        return (
            toy.worker(self.sender, toy.sending_consumer(), self.broker),
            toy.worker(self.receiver, self.toy.consumer(), self.broker),
        )

    async def written(self) -> list[tuple[str, int]]:
        return await effects(self.receiver.engine)

    async def has(self, number: int) -> bool:
        return len(await self.written()) >= number


@pytest_asyncio.fixture
async def pair(engine_for: EngineFor) -> AsyncIterator[Pair]:
    sender = toy.runtime_on("intake", await engine_for("intake", toy.metadata))
    receiver = toy.runtime_on("outreach", await engine_for("outreach", toy.metadata))
    yield Pair(FakeBroker(), sender, receiver, Receiver())


def facts(first: int, last: int, keys: int = 7) -> list[tuple[str, int]]:
    return [(f"person-{number % keys}", number) for number in range(first, last + 1)]


def in_order(written: list[tuple[str, int]], expected: list[tuple[str, int]]) -> None:
    assert by_key(written) == by_key(expected)


async def test_events_arrive_once_and_in_order_per_key(pair: Pair) -> None:
    async with working(*pair.workers()):
        await send(pair.sender, facts(1, 300))
        await send(pair.sender, facts(301, 500))
        await until(lambda: pair.has(500))
    in_order(await pair.written(), facts(1, 500))


async def test_what_was_committed_while_no_worker_ran_is_relayed_later(pair: Pair) -> None:
    await send(pair.sender, facts(1, 50))
    async with working(*pair.workers()):
        await until(lambda: pair.has(50))
    in_order(await pair.written(), facts(1, 50))


async def test_a_lost_acknowledgement_sends_again_and_the_repeats_are_dropped(pair: Pair) -> None:
    pair.broker.lose_acknowledgements = 3
    async with working(*pair.workers()):
        await send(pair.sender, facts(1, 100))
        await until(lambda: pair.has(100))
        await send(pair.sender, facts(101, 150))
        await until(lambda: pair.has(150))
    in_order(await pair.written(), facts(1, 150))


async def test_a_lost_log_is_refilled_from_the_outbox(pair: Pair) -> None:
    async with working(*pair.workers()):
        await send(pair.sender, facts(1, 100))
        await until(lambda: pair.has(100))
        pair.broker.lose_log()
        await send(pair.sender, facts(101, 200))
        await until(lambda: pair.has(200))
    in_order(await pair.written(), facts(1, 200))


async def test_a_lost_tail_is_sent_again_when_the_gap_shows(pair: Pair) -> None:
    sender, receiver = pair.workers()
    async with working(sender):
        await send(pair.sender, facts(1, 100))
        await until(lambda: _relayed(pair, 100))
        for place in [place for place in pair.broker.log if place.topic == "intake.parties.v1"]:
            pair.broker.lose_tail(place, 5)
        async with working(receiver):
            await send(pair.sender, facts(101, 150))
            await until(lambda: pair.has(150))
    in_order(await pair.written(), facts(1, 150))


async def test_a_lost_tail_without_later_events_shows_by_the_announcement(pair: Pair) -> None:
    sender, receiver = pair.workers()
    async with working(sender):
        await send(pair.sender, facts(1, 40))
        await until(lambda: _relayed(pair, 40))
        for place in [place for place in pair.broker.log if place.topic == "intake.parties.v1"]:
            pair.broker.lose_tail(place, 2)
        async with working(receiver):
            await until(lambda: pair.has(40), 30)
    in_order(await pair.written(), facts(1, 40))


async def _relayed(pair: Pair, number: int) -> bool:
    logs = pair.broker.log.items()
    return sum(len(log) for place, log in logs if place.topic == "intake.parties.v1") >= number


async def test_a_poison_event_is_set_aside_and_later_ones_of_its_key_wait_for_the_replay(pair: Pair) -> None:
    pair.toy.poison = {8}
    async with working(*pair.workers()):
        await send(pair.sender, facts(1, 28))
        expected_now = [fact for fact in facts(1, 28) if fact[0] != "person-1" or fact[1] < 8]
        await until(lambda: pair.has(len(expected_now)))
        in_order(await pair.written(), expected_now)
        assert await _letters(pair) == {"dead": 1, "parked": 2}
        pair.toy.poison = set()
        async with pair.receiver.engine.begin() as connection:
            await connection.execute(
                text("UPDATE dead_letter SET status = 'replaying' WHERE status = 'dead'")
            )
        await until(lambda: pair.has(28))
        assert await _letters(pair) == {"replayed": 3}
        await send(pair.sender, facts(29, 35))
        await until(lambda: pair.has(35))
    in_order(await pair.written(), facts(1, 35))


async def _letters(pair: Pair) -> dict[str, int]:
    async with pair.receiver.engine.connect() as connection:
        rows = await connection.execute(text("SELECT status, count(*) FROM dead_letter GROUP BY status"))
        return {status: count for status, count in rows}


async def test_unreadable_records_are_set_aside_with_a_reason_and_the_rest_is_applied(pair: Pair) -> None:
    await pair.broker.ensure_topics({"intake.parties.v1": toy.PARTITIONS})
    headers = [
        ("ce_id", b"1"),
        ("ce_source", b"/elsewhere"),
        ("ce_type", b"party.removed.v1"),
    ]
    good = b'{"person_id":"p","customer_id":"p","version":1}'
    bad = [
        Outbound(b"p", b"{", headers),
        Outbound(b"q", b'{"person_id":"\xff"}', headers),
        Outbound(b"r", b'{"person_id":1,"customer_id":"p","version":1}', headers),
        Outbound(b"s", good, [*headers[:2], ("ce_type", b"nobody.knows.v9")]),
        Outbound(b"t", good, headers[:1]),
        Outbound(b"u", b'{"person_id":"a\\u0000b","customer_id":"p","version":1}', headers),
        Outbound(b"v", b"", headers),
        Outbound(b"w", b" " * 1_100_000 + good, headers),
    ]
    pair.broker.write(Place("intake.parties.v1", 0), [Outbound(b"x", good, headers), *bad])
    pair.broker.write(Place("intake.parties.v1", 0), [Outbound(b"y", good, headers)])
    async with working(*pair.workers()):
        await until(lambda: pair.has(2))
    assert [key for key, _ in await pair.written()] == ["x", "y"]
    async with pair.receiver.engine.connect() as connection:
        rows = await connection.execute(text("SELECT key, reason FROM dead_letter ORDER BY dead_letter_id"))
        assert [tuple(row) for row in rows] == [
            ("p", "not_json"),
            ("q", "not_utf8"),
            ("r", "invalid_field"),
            ("s", "unknown_type"),
            ("t", "missing_attribute"),
            ("u", "nul_character"),
            ("v", "empty"),
            ("w", "too_large"),
        ]


async def test_two_workers_share_the_partitions_and_nothing_is_doubled_when_they_rebalance(
    pair: Pair, engine_for: EngineFor
) -> None:
    sender, first = pair.workers()
    other = toy.runtime_on("outreach", pair.receiver.engine)
    second = toy.worker(other, pair.toy.consumer(), pair.broker)
    async with working(sender, first):
        await send(pair.sender, facts(1, 400))
        async with working(second):
            for start in range(401, 1001, 100):
                await send(pair.sender, facts(start, start + 99))
                await pair.broker.rebalance("recoup.receiver")
        await until(lambda: pair.has(1000))
    in_order(await pair.written(), facts(1, 1000))


async def test_a_due_timer_fires_once_and_a_cancelled_one_never(pair: Pair) -> None:
    async with working(*pair.workers()):
        async with pair.receiver.transactions.begin() as work:
            work.set_timer("stage", "case-1", toy.NOW)
            work.set_timer("stage", "case-2", toy.NOW)
            work.cancel_timer("stage", "case-2")
        await until(lambda: _fired(pair, 1))
    assert [timer.key for timer in pair.toy.fired] == ["case-1"]


async def _fired(pair: Pair, number: int) -> bool:
    return len(pair.toy.fired) >= number
