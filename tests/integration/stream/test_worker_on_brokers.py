"""The runtime end to end on real brokers that are killed under it."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from aiokafka.admin import AIOKafkaAdminClient
from sqlalchemy import text

from shared.contracts.topics import PARTIES
from shared.runtime import Runtime
from shared.stream.broker import Outbound, Place
from tests.conftest import EngineFor
from tests.integration.stream.ports import BROKERS, Harness, harness_of
from tests.integration.stream.strange_batches import write_with_broken_names
from tests.support import toy
from tests.support.brokers import wipe
from tests.support.toy import Receiver, by_key, effects, send, until, working
from tests.unit.stream.batches import TO_BREAK

PARTITIONS = 6
"""Another number than a broker would choose for a topic that it makes unasked."""


@pytest.fixture(params=BROKERS[1:])
def chosen(request: pytest.FixtureRequest) -> Harness:
    return harness_of(request)


@pytest_asyncio.fixture
async def harness(chosen: Harness) -> AsyncIterator[Harness]:
    """A real broker without topics; it runs again afterwards."""
    await wipe(chosen.port.servers)
    yield chosen
    await chosen.start()
    await wipe(chosen.port.servers)


@pytest_asyncio.fixture
async def pair(engine_for: EngineFor, monkeypatch: pytest.MonkeyPatch) -> list[Runtime[Any]]:
    """A sender and a receiver."""
    monkeypatch.setattr(toy, "PARTITIONS", PARTITIONS)
    return [toy.runtime_on(name, await engine_for(name, toy.metadata)) for name in ("intake", "outreach")]


def facts(first: int, last: int) -> list[tuple[str, int]]:
    return [(f"person-{number % 20}", number) for number in range(first, last + 1)]


@pytest.mark.usefixtures("impatient")
async def test_events_take_effect_once_and_in_order_through_poison_and_a_kill_of_the_broker(
    harness: Harness, pair: list[Runtime[Any]]
) -> None:
    sender, receiver = pair
    bench = Receiver(poison={105})
    workers = (
        toy.worker(sender, toy.sending_consumer(), harness.port),
        toy.worker(receiver, bench.consumer(), harness.port),
    )
    parked = len([version for key, version in facts(105, 400) if key == "person-5"])
    async with working(*workers):
        await send(sender, facts(1, 200))
        await until(lambda: _applied(receiver, 180))
        await harness.kill()
        await send(sender, facts(201, 300))
        await harness.start()
        await send(sender, facts(301, 400))
        await until(lambda: _applied(receiver, 400 - parked), 40)
        bench.poison.clear()
        async with receiver.engine.begin() as connection:
            await connection.execute(
                text("UPDATE dead_letter SET status = 'replaying' WHERE status = 'dead'")
            )
        await until(lambda: _applied(receiver, 400))
        assert by_key(await effects(receiver.engine)) == by_key(facts(1, 400))
        assert await _partitions(harness, "intake.parties.v1") == PARTITIONS


async def test_a_record_with_a_header_name_that_is_no_text_is_a_dead_letter_and_those_around_it_are_applied(
    harness: Harness, pair: list[Runtime[Any]]
) -> None:
    _, receiver = pair
    await harness.port.ensure_topics({PARTIES.name: PARTITIONS})
    value = b'{"person_id":"p","customer_id":"p","version":%d}'
    named = [("ce_id", b"1"), ("ce_source", b"/elsewhere"), ("ce_type", b"party.removed.v1")]
    fine = [Outbound(b"fine", value % number, named) for number in range(4)]
    broken = Outbound(b"broken", value % 9, [*named, (TO_BREAK, b"x")])
    place = Place(PARTIES.name, 1)
    for batch in ([fine[0]], [fine[1], broken, fine[2]], [fine[3]]):
        await write_with_broken_names(harness.port.servers, place, *batch)
    async with working(toy.worker(receiver, Receiver().consumer(), harness.port)):
        await until(lambda: _applied(receiver, 4))
    assert await effects(receiver.engine) == [("fine", number) for number in range(4)]
    async with receiver.engine.connect() as connection:
        columns = "partition, record_offset, key, reason, explanation"
        (letter,) = await connection.execute(text(f"SELECT {columns} FROM dead_letter"))
        position = await connection.execute(
            text("SELECT next_offset FROM consumer_position WHERE partition = 1")
        )
        assert position.scalar_one() == 5
    assert tuple(letter) == (1, 2, "broken", "not_utf8", "the name of a header is not valid UTF-8")


async def test_two_workers_share_the_work_and_one_takes_over_when_the_other_stops(
    harness: Harness, pair: list[Runtime[Any]], engine_for: EngineFor
) -> None:
    sender, receiver = pair
    bench = Receiver()
    first = toy.worker(receiver, bench.consumer(), harness.port)
    second = toy.worker(toy.runtime_on("outreach", receiver.engine), bench.consumer(), harness.port)
    async with working(toy.worker(sender, toy.sending_consumer(), harness.port), first):
        await send(sender, facts(1, 200))
        await until(lambda: _applied(receiver, 200))
        async with working(second):
            await until(lambda: _owned(second))
            for start in range(201, 401, 50):
                await send(sender, facts(start, start + 49))
            await until(lambda: _applied(receiver, 400))
        await send(sender, facts(401, 450))
        await until(lambda: _applied(receiver, 450))
        assert by_key(await effects(receiver.engine)) == by_key(facts(1, 450))


async def _applied(receiver: Runtime[Any], number: int) -> bool:
    return len(await effects(receiver.engine)) >= number


async def _owned(worker: Any) -> bool:
    await asyncio.sleep(0)
    return worker.session is not None and 0 < len(worker.session.owned) < PARTITIONS


async def _partitions(harness: Harness, topic: str) -> int:
    admin = AIOKafkaAdminClient(bootstrap_servers=harness.port.servers)
    await admin.start()
    (described,) = await admin.describe_topics([topic])
    await admin.close()
    return len(described["partitions"])
