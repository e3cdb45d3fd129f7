"""A worker that has lost its partitions without knowing changes nothing, however offsets coincide."""

import asyncio
from collections.abc import AsyncIterator

import pytest_asyncio
from sqlalchemy import text

from shared.contracts.topics import PARTIES
from shared.stream import positions
from shared.stream.broker import Place
from shared.stream.positions import Position
from tests.conftest import EngineFor
from tests.integration.stream.lane_actors import CONSUMER, STREAMS, Ticks, target_of
from tests.integration.stream.lane_world import World
from tests.support import toy
from tests.support.toy import effects

ALONE = STREAMS[3]
PLACE = Place(PARTIES.name, target_of(ALONE)[2])


@pytest_asyncio.fixture
async def world(engine_for: EngineFor) -> AsyncIterator[World]:
    world = World(await engine_for("outreach", toy.metadata), Ticks())
    await world.open()
    yield world
    await world.close()


async def versions(world: World) -> list[int]:
    return [version for _, version in await effects(world.engine)]


async def position(world: World) -> Position:
    async with world.engine.begin() as connection:
        return (await positions.read(connection, CONSUMER, [PLACE]))[PLACE]


async def test_a_zombie_whose_offset_was_given_out_again_applies_nothing_twice(world: World) -> None:
    await world.commit({ALONE: 4})
    await world.relay_step()
    zombie = world.receivers[0]
    await world.receive(zombie, 1)
    await world.make_zombie(zombie, 200, with_batch=True)  # holds 2, 3, 4 and expects offset 1
    await world.join()
    await world.receive(world.receivers[0], 200)
    assert await versions(world) == [1, 2, 3, 4]
    world.broker.lose_tail(PLACE, 4)
    await world.commit({ALONE: 1})
    await world.relay_step()
    await world.receive(world.receivers[0], 200)
    assert (await position(world)).next_offset == 1  # the same offset, another record
    await world.wake_zombie(zombie, 200)
    assert await versions(world) == [1, 2, 3, 4, 5]


async def test_of_two_workers_that_place_a_new_consumer_the_late_one_moves_nothing_back(
    world: World,
) -> None:
    found = {PLACE: Position(0, "log")}
    async with world.engine.begin() as late:
        assert await positions.read(late, "new", [PLACE]) == {}
        async with world.engine.begin() as quick:
            await positions.place(quick, "new", found)
            await positions.advance(quick, "new", "log", {PLACE: (0, 7)})
        await positions.place(late, "new", found)
    async with world.engine.begin() as connection:
        assert (await positions.read(connection, "new", [PLACE]))[PLACE].next_offset == 7


async def test_a_new_log_ends_the_right_to_start_unknown_lanes_anywhere(world: World) -> None:
    async with world.engine.begin() as connection:
        await positions.place(connection, "new", {PLACE: Position(5, "old log", adopt_until=1000)})
        await positions.place(connection, "new", {PLACE: Position(0, "new log")})
        assert (await positions.read(connection, "new", [PLACE]))[PLACE] == Position(0, "new log")


async def test_a_batch_is_rolled_back_as_a_whole_when_one_of_its_partitions_is_another_workers(
    world: World,
) -> None:
    await world.commit(dict.fromkeys(STREAMS, 2))
    await world.relay_step()
    async with world.engine.begin() as connection:
        await connection.execute(
            text("INSERT INTO consumer_position VALUES (:consumer, :topic, :partition, 0, :log_id)"),
            {"consumer": CONSUMER, **PLACE._asdict(), "log_id": world.log_id},
        )
    receiver = world.receivers[0]
    await receiver.session._place(receiver.member)
    async with world.engine.begin() as connection:
        await positions.advance(connection, CONSUMER, world.log_id, {PLACE: (0, 1)})
    await world.receive(receiver, 200)
    assert await versions(world) == []
    await world.receive(receiver, 200)
    await asyncio.sleep(0)
    assert len(await versions(world)) > 0
