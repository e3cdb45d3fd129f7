"""What the runtime expects of a broker: the fake, the embedded one and Apache Kafka alike."""

import asyncio
import random
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from shared.contracts.topics import CONTROL
from shared.stream.broker import NAMELESS, BrokerError, Outbound, Place
from tests.integration.stream.ports import BROKERS, Harness, Seat, group, harness_of, outbound, values
from tests.integration.stream.strange_batches import write_with_broken_names
from tests.unit.stream.batches import TO_BREAK

CONTROL_PLACE = Place(CONTROL.name, 0)


@pytest.fixture(params=BROKERS)
def harness(request: pytest.FixtureRequest) -> Harness:
    """Each of the brokers."""
    return harness_of(request)


@pytest_asyncio.fixture
async def seats() -> AsyncIterator[list[Seat]]:
    """Members of groups, which leave at the end."""
    taken = [Seat(), Seat()]
    yield taken
    await asyncio.gather(*(seat.member.stop() for seat in taken if hasattr(seat, "member")))


async def test_records_come_in_the_order_of_their_partition_with_keys_and_headers(
    harness: Harness, seats: list[Seat]
) -> None:
    topic = await harness.topic(2)
    producer = await harness.port.producer()
    sent = [outbound(b"%d" % number, key=b"key-%d" % (number % 3)) for number in range(300)]
    for start in range(0, 300, 100):
        await asyncio.gather(
            producer.send(Place(topic, 0), sent[start : start + 100]),
            producer.send(Place(topic, 1), sent[start : start + 100]),
        )
    await producer.stop()
    await seats[0].take(harness, group(), topic)
    await seats[0].owns(2)
    records = await seats[0].read(600)
    for partition in (0, 1):
        found = [record for record in records if record.partition == partition]
        assert [record.offset for record in found] == list(range(300))
        assert [(record.key, record.value) for record in found] == [(one.key, one.value) for one in sent]
        assert [list(record.headers) for record in found] == [one.headers for one in sent]


async def test_more_than_one_request_holds_is_written_in_order(harness: Harness, seats: list[Seat]) -> None:
    topic = await harness.topic(1)
    noise = random.Random(7)
    sent = [noise.randbytes(20_000) for _ in range(60)] + [noise.randbytes(900_000), b"last"]
    await harness.write(Place(topic, 0), *sent)
    await seats[0].take(harness, group(), topic)
    await seats[0].owns(1)
    assert values(await seats[0].read(len(sent))) == sent


async def test_a_fetch_brings_at_most_as_many_as_asked_and_seek_moves_both_ways(
    harness: Harness, seats: list[Seat]
) -> None:
    topic = await harness.topic(1)
    place = Place(topic, 0)
    await harness.write(place, *(b"%d" % number for number in range(10)))
    seat = seats[0]
    await seat.take(harness, group(), topic)
    await seat.owns(1)
    seat.member.seek(place, 7)
    assert values(await seat.read(3)) == [b"7", b"8", b"9"]
    seat.member.seek(place, 2)
    async with asyncio.timeout(10):
        while not (found := await seat.member.fetch(0.2, 3)):
            pass
    assert values(found) == [b"2", b"3", b"4"]
    assert values(await seat.read(5)) == [b"5", b"6", b"7", b"8", b"9"]
    assert await seat.nothing_comes()
    assert seat.member.lag(place, 10) == 0


async def test_a_position_past_the_end_begins_again_at_the_first_record(
    harness: Harness, seats: list[Seat], request: pytest.FixtureRequest
) -> None:
    _known_of_the_embedded_broker(request, harness, "it waits there instead; it cannot lose a tail alone")
    topic = await harness.topic(1)
    await harness.write(Place(topic, 0), b"0", b"1")
    await seats[0].take(harness, group(), topic)
    await seats[0].owns(1)
    seats[0].member.seek(Place(topic, 0), 50)
    assert values(await seats[0].read(2, seconds=2)) == [b"0", b"1"]


async def test_nothing_of_a_new_partition_arrives_before_it_is_resumed(
    harness: Harness, seats: list[Seat]
) -> None:
    topic = await harness.topic(1)
    place = Place(topic, 0)
    await harness.write(place, b"0", b"1", b"2")
    seat = seats[0]
    await seat.take(harness, group(), topic)
    async with asyncio.timeout(20):
        while not seat.owned:
            assert not await seat.member.fetch(0.05, 10)
    assert await seat.nothing_comes()
    seat.member.seek(place, 1)
    assert await seat.nothing_comes()
    seat.member.resume([place])
    assert values(await seat.read(2)) == [b"1", b"2"]


async def test_a_paused_partition_keeps_its_place_while_others_flow(
    harness: Harness, seats: list[Seat]
) -> None:
    topic = await harness.topic(2)
    seat = seats[0]
    await seat.take(harness, group(), topic)
    await seat.owns(2)
    seat.member.pause([Place(topic, 0)])
    await harness.write(Place(topic, 0), b"held")
    await harness.write(Place(topic, 1), b"flows")
    assert values(await seat.read(1)) == [b"flows"]
    assert await seat.nothing_comes()
    seat.member.resume([Place(topic, 0), Place("test.not-ours.v1", 0)])
    assert values(await seat.read(1)) == [b"held"]


async def test_the_bounds_of_a_partition_are_its_first_and_its_next_offset(
    harness: Harness, seats: list[Seat], request: pytest.FixtureRequest
) -> None:
    _known_of_the_embedded_broker(request, harness, "its end is the second offset of the last batch")
    topic = await harness.topic(2)
    await harness.write(Place(topic, 1), b"0", b"1", b"2")
    await seats[0].take(harness, group(), topic)
    places = [Place(topic, 0), Place(topic, 1)]
    assert await seats[0].member.bounds(places) == {places[0]: (0, 0), places[1]: (0, 3)}


async def test_two_members_share_the_same_partition_numbers_of_all_topics_and_one_that_leaves_gives_back(
    harness: Harness, seats: list[Seat]
) -> None:
    topics = [await harness.topic(4), await harness.topic(4)]
    name = group()
    first, second = seats
    await first.take(harness, name, *topics)
    await first.owns(8)
    assert first.revoked in ([], [frozenset()])
    joining = asyncio.create_task(second.take(harness, name, *topics))
    await first.owns(4)
    await joining
    await second.owns(4)
    assert first.owned | second.owned == {Place(topic, number) for topic in topics for number in range(4)}
    assert not first.owned & second.owned
    for seat in seats:
        by_topic = [{place.partition for place in seat.owned if place.topic == topic} for topic in topics]
        assert by_topic[0] == by_topic[1]
    assert len(first.revoked[-1]) == 8
    await second.member.stop()
    await first.owns(8)


# Two joins after a leave take the embedded broker five seconds, and nothing reads what is mirrored there.
@pytest.mark.parametrize("harness", [BROKERS[0], BROKERS[2]], indirect=True)
async def test_positions_are_mirrored_without_effect_on_what_is_read(
    harness: Harness, seats: list[Seat]
) -> None:
    topic = await harness.topic(1)
    place = Place(topic, 0)
    await harness.write(place, b"0", b"1")
    name = group()
    await seats[0].take(harness, name, topic)
    await seats[0].owns(1)
    await seats[0].read(2)
    await seats[0].member.mirror({place: 2, Place("test.not-ours.v1", 3): 9})
    await seats[0].member.stop()
    await seats[1].take(harness, name, topic)
    await seats[1].owns(1)
    assert values(await seats[1].read(2)) == [b"0", b"1"]


async def test_the_log_keeps_its_first_name_whoever_names_it_again(harness: Harness) -> None:
    await harness.port.ensure_topics({CONTROL.name: 1})
    reader, other = await harness.port.control(), await harness.port.control()
    name = await reader.log_id()
    assert name
    await asyncio.gather(*(harness.port.name_log() for _ in range(3)))
    assert [await reader.log_id(), await other.log_id(), await reader.log_id()] == [name] * 3
    await asyncio.gather(reader.stop(), other.stop())


async def test_topics_may_be_ensured_again_and_by_several_at_once(
    harness: Harness, seats: list[Seat]
) -> None:
    topic = await harness.topic(3)
    wanted = {topic: 3, f"{topic}.more": 2}
    await asyncio.gather(*(harness.port.ensure_topics(wanted) for _ in range(3)))
    await seats[0].take(harness, group(), *wanted)
    await seats[0].owns(5)


async def test_a_control_reader_sees_what_is_written_after_it_began_and_all_of_that(
    harness: Harness,
) -> None:
    await harness.port.ensure_topics({CONTROL.name: 1})
    await harness.write(CONTROL_PLACE, b"before")
    reader = await harness.port.control()
    await harness.write(CONTROL_PLACE, b"1", b"2")
    seen: list[bytes | None] = []
    async with asyncio.timeout(15):
        while len(seen) < 2:
            seen += values(await reader.fetch(0.3))
            await reader.log_id()
        await harness.write(CONTROL_PLACE, b"3")
        while len(seen) < 3:
            seen += values(await reader.fetch(0.3))
    assert seen == [b"1", b"2", b"3"]
    await reader.stop()


@pytest.mark.usefixtures("impatient")
async def test_a_topic_that_is_missing_is_an_error_in_time(harness: Harness) -> None:
    producer = await harness.port.producer()
    with pytest.raises(BrokerError):
        await producer.send(Place("test.never-made.v1", 0), [Outbound(b"", b"", [])])
    await producer.stop()


async def test_a_partition_that_is_missing_is_an_error(harness: Harness) -> None:
    topic = await harness.topic(2)
    producer = await harness.port.producer()
    with pytest.raises(BrokerError):
        await producer.send(Place(topic, 7), [Outbound(b"", b"", [])])
    await producer.stop()


@pytest.mark.parametrize("harness", BROKERS[1:], indirect=True)
async def test_a_header_name_that_is_no_text_does_not_hide_the_records_around_it(
    harness: Harness, seats: list[Seat]
) -> None:
    topic = await harness.topic(1)
    place = Place(topic, 0)
    await harness.write(place, b"before")
    broken = Outbound(b"key", b"broken", [("ce_id", b"1"), (TO_BREAK, b"x")])
    fine = outbound(b"1"), outbound(b"3")
    await write_with_broken_names(harness.port.servers, place, fine[0], broken, fine[1], broken)
    await harness.write(place, b"after")
    await seats[0].take(harness, group(), topic)
    await seats[0].owns(1)
    found = await seats[0].read(6)
    assert values(found) == [b"before", b"1", b"broken", b"3", b"broken", b"after"]
    assert [record.offset for record in found] == list(range(6))
    assert found[2].headers == [("ce_id", b"1"), (NAMELESS, b"x")]
    assert found[3].headers == outbound(b"3").headers
    seats[0].member.seek(place, 3)
    assert values(await seats[0].read(3)) == [b"3", b"broken", b"after"]


@pytest.mark.parametrize("harness", [BROKERS[0], BROKERS[2]], indirect=True)  # the embedded one keeps all
async def test_records_that_expired_are_out_of_the_bounds_and_reading_goes_on_behind_them(
    harness: Harness, seats: list[Seat]
) -> None:
    topic = await harness.topic(1)
    place = Place(topic, 0)
    await harness.write(place, *(b"%d" % number for number in range(5)))
    await harness.expire(place, 3)
    await seats[0].take(harness, group(), topic)
    await seats[0].owns(1)
    assert await seats[0].member.bounds([place]) == {place: (3, 5)}
    seats[0].member.seek(place, 1)
    assert values(await seats[0].read(2)) == [b"3", b"4"]


def _known_of_the_embedded_broker(request: pytest.FixtureRequest, harness: Harness, reason: str) -> None:
    if harness.name == "embedded":
        raises = (AssertionError, TimeoutError)
        request.applymarker(pytest.mark.xfail(strict=True, reason=reason, raises=raises))
