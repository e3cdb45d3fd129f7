"""An event that no broker would take is refused where it is emitted, and stops nobody else."""

from collections.abc import Sequence
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import text
from structlog.testing import capture_logs

from shared.contracts.base import Event
from shared.contracts.parties import PartyRemoved
from shared.contracts.topics import PARTIES
from shared.runtime import Runtime
from shared.stream.outbox import LARGEST_EVENT
from shared.stream.received import Received
from shared.stream.work import Consumer, Work
from tests.conftest import EngineFor
from tests.support import toy
from tests.support.fake_broker import FakeBroker
from tests.support.toy import Receiver, effects, fact, send, until, working


@pytest_asyncio.fixture
async def pair(engine_for: EngineFor) -> list[Runtime[Any]]:
    """A sender and a receiver."""
    return [toy.runtime_on(name, await engine_for(name, toy.metadata)) for name in ("intake", "outreach")]


def huge() -> PartyRemoved:
    return PartyRemoved(person_id="p" * LARGEST_EVENT, customer_id="c", version=0)


async def test_a_command_that_emits_one_fails_and_leaves_nothing(pair: list[Runtime[Any]]) -> None:
    sender, receiver = pair
    with pytest.raises(ValueError, match=r"party\.removed\.v1 is too large: \d+ bytes"):
        async with sender.transactions.begin() as work:
            work.emit(fact("a", 1), key="a")
            work.emit(huge(), key="a")
    broker = FakeBroker()
    await send(sender, [("a", 2)])
    async with working(
        toy.worker(sender, toy.sending_consumer(), broker),
        toy.worker(receiver, Receiver().consumer(), broker),
    ):
        await until(lambda: _applied(receiver, 1))
    assert await effects(receiver.engine) == [("a", 2)]


async def test_a_record_whose_handler_emits_one_is_a_dead_letter(pair: list[Runtime[Any]]) -> None:
    sender, receiver = pair
    bench = Receiver()

    async def handle(batch: Sequence[Received[Event]], work: Work) -> None:
        await bench.handle(batch, work)
        for received in batch:
            if received.key == "b":
                work.emit(huge(), key="b")

    broker = FakeBroker()
    await send(sender, [("a", 1), ("b", 1), ("c", 1)])
    workers = (
        toy.worker(sender, toy.sending_consumer(), broker),
        toy.worker(receiver, Consumer("receiver", (PARTIES,), handle), broker),
    )
    with capture_logs():  # a traceback with its local variables would be long
        async with working(*workers):
            await until(lambda: _applied(receiver, 2), 3)
    assert sorted(await effects(receiver.engine)) == [("a", 1), ("c", 1)]
    async with receiver.engine.connect() as connection:
        (letter,) = await connection.execute(text("SELECT key, reason, explanation FROM dead_letter"))
    assert (letter.key, letter.reason) == ("b", "refused")
    assert "party.removed.v1 is too large" in letter.explanation


async def _applied(receiver: Runtime[Any], number: int) -> bool:
    return len(await effects(receiver.engine)) >= number
