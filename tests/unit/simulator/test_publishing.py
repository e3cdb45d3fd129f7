"""Publishing outlives the broker's absence and the loss of its log."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from time import monotonic

import msgspec
import pytest

from shared.contracts.control import ReplayRequested
from shared.contracts.topics import CONTROL, CORE_BANK
from shared.stream.broker import Outbound, Place
from shared.stream.envelope import CONTENT_TYPE, SPEC_VERSION
from simulator import publisher as publishing
from simulator.journal import SOURCE, Journal, line_of
from simulator.publisher import Publisher
from simulator.replay import ReplayDesk
from tests.support.fake_broker import FakeBroker

PLACE = Place(CORE_BANK.name, 0)
TOPICS = {CORE_BANK.name: 1, CONTROL.name: 1}


class Bank:
    """A journal with its publisher on a fake broker."""

    def __init__(self, folder: Path) -> None:
        self.broker = FakeBroker(topics=dict(TOPICS), identity="the first one")
        self.journal = Journal(folder, 1)
        self.publisher = Publisher(self.broker, self.journal)
        self.desk = ReplayDesk(self.broker, self.publisher, 1)

    def say(self, first: int, last: int) -> None:
        for number in range(first, last + 1):
            event = ReplayRequested(source="s", topic="t", partition=number, last_event_id=None)
            self.journal.append(0, line_of(f"e{number}", "key", "2026-03-02T00:00:00+00:00", event))

    def published(self) -> list[str]:
        return [dict(record.headers)["ce_id"].decode() for record in self.broker.log.get(PLACE, [])]

    async def lose_log(self) -> None:
        self.broker.lose_log()
        await self.broker.ensure_topics(TOPICS)
        self.broker.identity = "the new one"

    def ask(self, last_event_id: str | None, source: str = SOURCE, partition: int = 0) -> None:
        event = ReplayRequested(
            source=source, topic=CORE_BANK.name, partition=partition, last_event_id=last_event_id
        )
        headers = [
            SPEC_VERSION,
            ("ce_id", b"1"),
            ("ce_source", b"/x"),
            ("ce_type", event.type_.encode()),
            CONTENT_TYPE,
        ]
        self.broker.write(Place(CONTROL.name, 0), [Outbound(b"", msgspec.json.encode(event), headers)])


async def until(condition: Callable[[], bool], seconds: float = 10.0) -> None:
    deadline = monotonic() + seconds
    while not condition():
        assert monotonic() < deadline, "it did not happen in time"
        await asyncio.sleep(0.02)


@asynccontextmanager
async def at_work(bank: Bank) -> AsyncIterator[None]:
    tasks = [asyncio.create_task(loop) for loop in (bank.publisher.run(), bank.desk.run())]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def names(first: int, last: int) -> list[str]:
    return [f"e{number}" for number in range(first, last + 1)]


async def test_what_was_said_is_published_in_order(tmp_path: Path) -> None:
    bank = Bank(tmp_path)
    async with at_work(bank):
        bank.say(1, 2000)
        await bank.publisher.caught_up()
        assert bank.publisher.unpublished == 0
    assert bank.published() == names(1, 2000)


async def test_a_broker_that_is_away_is_waited_for(tmp_path: Path) -> None:
    bank = Bank(tmp_path)
    bank.broker.down = True
    async with at_work(bank):
        bank.say(1, 10)
        waiting = asyncio.create_task(bank.publisher.caught_up())
        await asyncio.sleep(0.5)
        assert not waiting.done() and bank.publisher.unpublished == 10
        bank.broker.down = False
        await asyncio.wait_for(waiting, 10)
    assert bank.published() == names(1, 10)


async def test_what_was_not_acknowledged_is_sent_again(tmp_path: Path) -> None:
    bank = Bank(tmp_path)
    bank.broker.lose_acknowledgements = 1
    async with at_work(bank):
        bank.say(1, 3)
        await asyncio.wait_for(bank.publisher.caught_up(), 10)
    assert bank.published() == names(1, 3) * 2


async def test_all_events_after_the_named_one_are_published_again(tmp_path: Path) -> None:
    bank = Bank(tmp_path)
    async with at_work(bank):
        bank.say(1, 10)
        await bank.publisher.caught_up()
        await until(lambda: bank.desk.log_id is not None)
        await bank.lose_log()
        await until(lambda: bank.publisher.unpublished == 10)  # held back: nothing may overtake
        bank.say(11, 12)
        bank.ask("e7")
        await asyncio.wait_for(bank.publisher.caught_up(), 10)
    assert bank.published() == names(8, 12)


@pytest.mark.parametrize("last", [None, "never published"])
async def test_everything_is_published_again_where_nothing_known_is_named(
    tmp_path: Path, last: str | None
) -> None:
    bank = Bank(tmp_path)
    async with at_work(bank):
        bank.say(1, 4)
        await bank.publisher.caught_up()
        await until(lambda: bank.desk.log_id is not None)
        bank.ask(last)
        await until(lambda: bank.desk.replays == 1)
        await asyncio.wait_for(bank.publisher.caught_up(), 10)
    assert bank.published() == names(1, 4) * 2


async def test_a_new_log_is_filled_even_where_nobody_asks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(publishing, "HOLD_SECONDS", 0.5)
    bank = Bank(tmp_path)
    async with at_work(bank):
        bank.say(1, 4)
        await bank.publisher.caught_up()
        await until(lambda: bank.desk.log_id is not None)
        await bank.lose_log()
        await until(lambda: bank.published() == names(1, 4))


async def test_requests_to_others_change_nothing(tmp_path: Path) -> None:
    bank = Bank(tmp_path)
    async with at_work(bank):
        bank.say(1, 4)
        await bank.publisher.caught_up()
        await until(lambda: bank.desk.log_id is not None)
        bank.ask(None, source="/import/jsonl")
        bank.ask(None, partition=7)
        bank.broker.write(Place(CONTROL.name, 0), [Outbound(b"", b"{", [])])
        bank.ask("e3")
        await until(lambda: bank.desk.replays == 1)
        await asyncio.wait_for(bank.publisher.caught_up(), 10)
    assert bank.published() == [*names(1, 4), "e4"]
