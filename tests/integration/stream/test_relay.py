"""The sender's side of a lane: what is sent, sent again, refused, purged and announced."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from shared.contracts.topics import PARTIES
from shared.stream import relay as relaying
from shared.stream.broker import Place
from shared.stream.envelope import LANE_ANNOUNCED
from tests.conftest import EngineFor
from tests.integration.stream.lane_actors import STREAMS, Ticks, target_of
from tests.integration.stream.lane_world import World
from tests.support import toy

ALONE = STREAMS[3]
TARGET = target_of(ALONE)
PLACE = Place(PARTIES.name, TARGET[2])


@pytest_asyncio.fixture
async def world(engine_for: EngineFor, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[World]:
    ticks = Ticks()
    monkeypatch.setattr(relaying, "monotonic", ticks)
    world = World(await engine_for("intake", toy.metadata), ticks)
    await world.open()
    yield world
    await world.close()


def sent(world: World) -> list[int]:
    """The sequences in the log, in its order; announcements as negative numbers."""
    found = [dict(record.headers) for record in world.broker.log.get(PLACE, [])]
    announced = LANE_ANNOUNCED.encode()
    return [int(named["ce_sequence"]) * (-1 if named["ce_type"] == announced else 1) for named in found]


async def refusals(world: World, first: int) -> list[int | None]:
    """The oldest sequences kept that the relay names when it is asked for `first` and has not got it."""
    world.relay.rewinds.append((TARGET, first))
    await world.relay_step()
    found = [oldest for _, _, oldest in world.refusals]
    world.refusals.clear()
    return found


async def test_each_batch_is_sent_once_and_again_from_where_it_is_asked_for(world: World) -> None:
    await world.commit({ALONE: 2})
    await world.commit({ALONE: 2})
    await world.relay_step()
    await world.relay_step()
    assert sent(world) == [1, 2, 3, 4]
    assert await refusals(world, 3) == []
    assert sent(world) == [1, 2, 3, 4, 3, 4]


async def test_a_request_is_refused_only_where_something_was_sent_that_is_gone(world: World) -> None:
    assert await refusals(world, 1) == []  # nothing was ever sent
    await world.commit({ALONE: 2})
    await world.relay_step()
    assert await refusals(world, 3) == []  # nothing that late was ever sent
    await world.purge()
    assert await refusals(world, 3) == []
    assert await refusals(world, 2) == [None]
    await world.commit({ALONE: 1})
    await world.relay_step()
    assert await refusals(world, 2) == [3]
    assert await refusals(world, 3) == []


async def test_nothing_is_purged_that_this_log_has_not_acknowledged(world: World) -> None:
    await world.commit({ALONE: 2})
    await world.relay_step(["unacknowledged"])
    assert await world.purge() == 0
    await world.relay_step()
    await world.lose_log()
    world.new_relay()
    assert await world.purge() == 0
    await world.relay_step()
    assert sent(world) == [1, 2]
    assert await world.purge() == 1


async def test_an_idle_lane_is_announced_now_and_then_also_when_nothing_of_it_is_left(world: World) -> None:
    await world.commit({ALONE: 2})
    await world.relay_step()
    await world.purge()
    await world.lose_log()
    world.new_relay()
    for seconds, expected in [(0, []), (1, []), (5, [-2]), (5, [-2]), (60, [-2, -2]), (600, [-2, -2, -2])]:
        world.ticks.seconds += seconds
        await world.relay_step()
        assert sent(world) == expected
    await world.commit({ALONE: 1})
    await world.relay_step()
    assert sent(world)[-1] == 3


async def test_an_idle_lane_is_announced_also_while_others_always_have_something_to_send(
    world: World,
) -> None:
    await world.commit({ALONE: 2})
    await world.relay_step()
    for _ in range(70):
        world.ticks.seconds += 1
        await world.commit({STREAMS[0]: 1})
        assert await world.relay_step() == 1
    assert sent(world) == [1, 2, -2, -2]


async def test_a_late_acknowledgement_from_an_older_log_takes_nothing_from_the_newer_one(
    world: World,
) -> None:
    await world.commit({ALONE: 2})
    await world.relay_step(["hangs"])
    await world.lose_log()
    world.new_relay()
    await world.relay_step()
    await world.wake_zombie_relay(0, heard=True)
    await world.commit({ALONE: 1})
    await world.relay_step()
    assert sent(world)[:2] == [1, 2]
    assert sent(world)[-1] == 3
