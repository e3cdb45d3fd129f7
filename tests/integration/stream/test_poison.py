"""What cannot be applied never stops the rest, and comes back in its order when it is replayed."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import text

from shared.contracts.base import Event
from shared.contracts.topics import PARTIES
from shared.runtime import Runtime
from shared.stream import consuming
from shared.stream.broker import Outbound, Place
from shared.stream.received import Received
from shared.stream.timers import Timer
from shared.stream.work import Consumer, Work
from tests.conftest import EngineFor
from tests.support import toy
from tests.support.fake_broker import FakeBroker
from tests.support.toy import Receiver, by_key, effects, until, working

TOPIC = "intake.parties.v1"
HEADERS: list[tuple[str, Any]] = [
    ("ce_id", b"1"),
    ("ce_source", b"/elsewhere"),
    ("ce_type", b"party.removed.v1"),
]


def good(key: str, version: int) -> Outbound:
    value = b'{"person_id":"p","customer_id":"p","version":%d}' % version
    return Outbound(key.encode(), value, HEADERS)


def unreadable(key: str) -> Outbound:
    return Outbound(key.encode(), b"{", HEADERS)


@dataclass
class Bench:
    """A receiver whose topic a test fills by hand."""

    broker: FakeBroker
    runtime: Runtime[Any]
    toy: Receiver

    def write(self, *records: Outbound, partition: int = 0) -> None:
        self.broker.write(Place(TOPIC, partition), records)

    def running(self) -> Any:
        return working(toy.worker(self.runtime, self.toy.consumer(), self.broker))

    async def written(self) -> list[tuple[str, int]]:
        return await effects(self.runtime.engine)

    async def query(self, statement: str, **values: Any) -> list[tuple[Any, ...]]:
        async with self.runtime.engine.begin() as connection:
            found = await connection.execute(text(statement), values)
            return [tuple(row) for row in found] if found.returns_rows else []

    async def letters(self) -> dict[str, int]:
        counts = await self.query("SELECT status, count(*) FROM dead_letter GROUP BY status")
        return dict(counts)  # type: ignore[arg-type]  # rows of two

    async def replay(self) -> None:
        await self.query("UPDATE dead_letter SET status = 'replaying' WHERE status = 'dead'")


@pytest_asyncio.fixture
async def bench(engine_for: EngineFor) -> AsyncIterator[Bench]:
    runtime = toy.runtime_on("outreach", await engine_for("outreach", toy.metadata))
    broker = FakeBroker()
    await broker.ensure_topics({TOPIC: toy.PARTITIONS})
    yield Bench(broker, runtime, Receiver())


async def test_an_event_before_an_unreadable_one_of_its_key_is_applied_although_another_key_is_poisoned(
    bench: Bench,
) -> None:
    bench.toy.poison = {8}
    bench.write(good("a", 1), good("b", 8), unreadable("a"), good("a", 3), good("c", 1))
    async with bench.running():
        await until(lambda: _applied(bench, 2))
    assert by_key(await bench.written()) == {"a": [1], "c": [1]}
    assert await bench.letters() == {"dead": 2, "parked": 1}


async def test_a_poisoned_event_is_in_front_of_a_later_unreadable_one_of_its_key(bench: Bench) -> None:
    bench.toy.poison = {1}
    bench.write(good("a", 1), unreadable("a"), good("a", 3))
    async with bench.running():
        await until(lambda: _settled(bench, {"dead": 1, "parked": 2}))
        bench.toy.poison = set()
        await bench.replay()
        await until(lambda: _settled(bench, {"replayed": 1, "dead": 1, "parked": 1}))
        assert await bench.written() == [("a", 1)]
        await bench.query(
            "UPDATE dead_letter SET status = 'discarded', settled_at = now() WHERE status = 'dead'"
        )
        await until(lambda: _settled(bench, {"replayed": 2, "discarded": 1}))
    assert await bench.written() == [("a", 1), ("a", 3)]


async def test_more_parked_events_than_one_replay_takes_are_all_released_in_order(bench: Bench) -> None:
    bench.toy.poison = {1}
    bench.write(*(good("a", version) for version in range(1, 252)))
    async with bench.running():
        await until(lambda: _settled(bench, {"dead": 1, "parked": 250}))
        bench.toy.poison = set()
        await bench.replay()
        await until(lambda: _applied(bench, 10))
        bench.write(*(good("a", version) for version in range(252, 260)))
        await until(lambda: _applied(bench, 259))
    assert await bench.written() == [("a", version) for version in range(1, 260)]


async def test_where_keys_are_not_parked_each_replay_stands_for_itself(bench: Bench) -> None:
    bench.toy.park = False
    bench.toy.poison = {1, 2}
    bench.write(good("a", 1), good("a", 2), good("a", 3))
    async with bench.running():
        await until(lambda: _settled(bench, {"dead": 2}))
        bench.toy.poison = {1}
        await bench.replay()
        await until(lambda: _settled(bench, {"dead": 1, "replayed": 1}))
    assert await bench.written() == [("a", 3), ("a", 2)]


async def test_a_failed_replay_is_dead_again_whatever_its_error_says(bench: Bench) -> None:
    complaint = "the first"

    async def handle(batch: Sequence[Received[Event]], work: Work) -> None:
        raise ValueError(complaint)

    bench.toy.consumer = lambda: Consumer("receiver", (PARTIES,), handle)  # type: ignore[method-assign]
    bench.write(good("a", 1))
    async with bench.running():
        await until(lambda: _settled(bench, {"dead": 1}))
        complaint = "NUL \x00 and half a pair \ud800"
        await bench.replay()
        await until(lambda: _explained(bench, "NUL"))
    assert await bench.letters() == {"dead": 1}


async def test_headers_that_no_lane_can_have_stop_nothing(bench: Bench) -> None:
    strange: list[tuple[bytes, bytes]] = [
        (b"intake\x00/1", b"1"),
        (b"intake/99999999999", b"1"),
        (b"intake/1", b"9" * 5000),
        (b"intake/" + b"9" * 5000, b"1"),
        (b"\xff/1", b"1"),
        ("intake/\u0663".encode(), b"1"),
        (b"", b""),
    ]
    for lane, sequence in strange:
        bench.write(Outbound(b"x", b"{", [*HEADERS, ("ce_lane", lane), ("ce_sequence", sequence)]))
    bench.toy.park = False
    bench.write(good("y", 1))
    async with bench.running():
        await until(lambda: _applied(bench, 1))


async def test_an_absent_header_value_and_bottomless_nesting_are_dead_letters(bench: Bench) -> None:
    deep = b'{"person_id":"p","customer_id":"p","version":1,"x":' + b"[" * 100_000
    bench.write(Outbound(b"a", good("a", 1).value, [*HEADERS[:2], ("ce_type", None)]))  # type: ignore[list-item]
    bench.write(Outbound(b"b", deep, HEADERS), good("c", 1))
    async with bench.running():
        await until(lambda: _applied(bench, 1))
    reasons = await bench.query("SELECT key, reason FROM dead_letter ORDER BY dead_letter_id")
    assert reasons == [("a", "missing_attribute"), ("b", "nested_too_deeply")]


async def test_a_timer_that_fails_is_a_dead_letter_and_the_relay_goes_on(bench: Bench) -> None:
    async def fail(due: Sequence[Timer], work: Work) -> None:
        raise ValueError("no such stage")

    bench.toy.on_timers = fail  # type: ignore[method-assign]
    async with bench.running():
        async with bench.runtime.transactions.begin() as work:
            work.set_timer("stage", "case-1", toy.NOW)
        await until(lambda: _settled(bench, {"dead": 1}))
        bench.write(good("a", 1), unreadable("b"))
        await until(lambda: _relayed(bench, f"{TOPIC}.receiver.dlq"))
        await until(lambda: _relayed(bench, "timers.receiver.dlq"))


async def test_a_batch_that_outlives_the_revocation_is_rolled_back_and_the_worker_goes_on(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(consuming, "DRAIN_SECONDS", 0.1)
    waiting = asyncio.Event()
    handle = bench.toy.handle

    async def slow(batch: Sequence[Received[Event]], work: Work) -> None:
        await handle(batch, work)
        if not waiting.is_set():
            waiting.set()
            await asyncio.sleep(60)

    bench.toy.handle = slow  # type: ignore[method-assign]
    bench.write(good("a", 1), good("a", 2))
    async with bench.running():
        await waiting.wait()
        await bench.broker.rebalance("recoup.receiver")
        await until(lambda: _applied(bench, 2))
        bench.write(good("a", 3))
        await until(lambda: _applied(bench, 3))
    assert await bench.written() == [("a", 1), ("a", 2), ("a", 3)]


async def _applied(bench: Bench, number: int) -> bool:
    return len(await bench.written()) >= number


async def _settled(bench: Bench, expected: dict[str, int]) -> Any:
    found = await bench.letters()
    return found == expected


async def _explained(bench: Bench, words: str) -> bool:
    return bool(
        await bench.query("SELECT 1 FROM dead_letter WHERE explanation LIKE :words", words=f"%{words}%")
    )


async def _relayed(bench: Bench, topic: str) -> bool:
    return bool(bench.broker.log.get(Place(topic, 0)))
