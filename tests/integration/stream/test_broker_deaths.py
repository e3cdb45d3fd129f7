"""A broker dies: every call ends in time, and what comes back is known for what it is."""

import asyncio
from collections.abc import AsyncIterator, Awaitable
from time import monotonic
from typing import Any

import pytest
import pytest_asyncio

from shared.contracts.base import Event
from shared.contracts.control import ResendRequested
from shared.contracts.topics import CONTROL
from shared.stream.broker import BrokerError, Place
from shared.stream.control_topic import control_record
from shared.stream.log_watch import LogWatch
from tests.integration.stream.ports import BROKERS, Harness, Seat, group, harness_of, outbound, values
from tests.support.toy import until

CONTROL_PLACE = Place(CONTROL.name, 0)


@pytest.fixture(params=BROKERS)
def mortal(request: pytest.FixtureRequest) -> Harness:
    return harness_of(request)


@pytest_asyncio.fixture
async def harness(mortal: Harness) -> AsyncIterator[Harness]:
    """Each of the brokers; it runs again afterwards, whatever a test did to it."""
    yield mortal
    await mortal.start()


async def outcome(call: Awaitable[Any]) -> tuple[object, float]:
    """What a call raised or returned, and after how many seconds."""
    started = monotonic()
    try:
        return await call, monotonic() - started
    except Exception as error:
        return error, monotonic() - started


@pytest.mark.usefixtures("impatient")
async def test_every_call_on_a_dead_broker_ends_within_its_deadline(harness: Harness) -> None:
    topic = await harness.topic(1)
    place = Place(topic, 0)
    await harness.port.ensure_topics({CONTROL.name: 1})
    producer, reader, seat = await harness.port.producer(), await harness.port.control(), Seat()
    await producer.send(place, [outbound(b"before")])
    await seat.take(harness, group(), topic)
    await seat.owns(1)
    await seat.read(1)
    before = asyncio.all_tasks()
    await harness.kill()
    calls = {
        "send": outcome(producer.send(place, [outbound(b"after")])),
        "mirror": outcome(seat.member.mirror({place: 1})),
        "fetch": outcome(seat.member.fetch(0.2, 10)),
        "control": outcome(reader.fetch(0.2)),
        "log_id": outcome(reader.log_id()),
        "a new producer": outcome(harness.port.producer()),
        "a new reader": outcome(harness.port.control()),
        "making topics": outcome(harness.port.ensure_topics({"test.more.v1": 1})),
    }
    outcomes = dict(zip(calls, await asyncio.gather(*calls.values()), strict=True))
    for call, (result, seconds) in outcomes.items():
        assert seconds < 8, f"{call} took {seconds:.1f} s"
        expected = (list, BrokerError) if call in ("fetch", "control") else BrokerError
        assert isinstance(result, expected), f"{call}: {result!r}"
    stops = await asyncio.gather(*(outcome(client.stop()) for client in (producer, reader, seat.member)))
    assert all(result is None and seconds < 7 for result, seconds in stops), stops
    await asyncio.sleep(0.1)
    left = {task for task in asyncio.all_tasks() - before if not task.done()}
    assert not left, f"still running: {left}"


@pytest.mark.usefixtures("impatient")
async def test_after_a_death_the_watch_knows_whether_the_log_was_lost_and_hears_requests_again(
    harness: Harness,
) -> None:
    heard: list[Event] = []
    topic = f"{await harness.topic(6)}.watched"
    watch = LogWatch(harness.port, {CONTROL.name: 1, topic: 6}, heard.append)
    watching = asyncio.create_task(_keep(watch))
    try:
        first = await asyncio.wait_for(watch.current(), 15)
        requests = [_request(number) for number in range(1, 101)]
        producer = await harness.port.producer()
        await producer.send(CONTROL_PLACE, [control_record(request) for request in requests])
        await producer.stop()
        await until(lambda: _among(heard, requests[-1]))
        await harness.write(Place(topic, 3), b"0", b"1")
        await harness.kill()
        await harness.start()
        if not harness.keeps_its_log:
            await until(lambda: _another(watch, first))
        await _heard(harness, heard)
        assert (watch.log_id == first) is harness.keeps_its_log
        await _holds(harness, topic, [b"0", b"1"] if harness.keeps_its_log else [])
    finally:
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)


async def _among(heard: list[Event], event: Event) -> bool:
    return event in heard


async def _another(watch: LogWatch, first: str) -> bool:
    return watch.log_id != first


async def _holds(harness: Harness, topic: str, expected: list[bytes]) -> None:
    seat = Seat()
    await seat.take(harness, group(), topic)
    await seat.owns(6)  # as many as were wished for, not as many as the broker would make
    assert values(await seat.read(len(expected))) == expected
    assert await seat.nothing_comes()
    await seat.member.stop()


async def _keep(watch: LogWatch) -> None:
    while True:
        try:
            await watch.run()
        except BrokerError:
            await asyncio.sleep(0.1)


def _request(first: int) -> ResendRequested:
    return ResendRequested(sender="intake", lane=0, topic="t", partition=0, first=first, consumer="c")


async def _heard(harness: Harness, heard: list[Event]) -> None:
    """Ask as a receiver does, again and again, until the watch hears it."""
    async with asyncio.timeout(20):
        while _request(1000) not in heard:
            producer = await harness.port.producer()
            await producer.send(CONTROL_PLACE, [control_record(_request(1000))])
            await producer.stop()
            await asyncio.sleep(0.5)
