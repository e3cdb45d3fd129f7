"""A lane whose sender has lost events stops, and goes on when they are there again or given up."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from prometheus_client import REGISTRY
from sqlalchemy import text

from shared.contracts.topics import PARTIES
from shared.stream import consuming, gap_watch, relay
from shared.stream.broker import Place
from shared.stream.gap_watch import ASK_STOPPED_AGAIN_SECONDS, REFUSE_WITHIN_SECONDS
from shared.stream.lanes import Lane
from tests.conftest import EngineFor
from tests.integration.stream.lane_actors import CONSUMER, SENDER, STREAMS, Receiver, Ticks, target_of
from tests.integration.stream.lane_world import World
from tests.support import toy
from tests.support.toy import effects

ALONE = STREAMS[3]
LANE = Lane(PARTIES.name, target_of(ALONE)[2], SENDER, target_of(ALONE)[0])


@pytest_asyncio.fixture
async def world(engine_for: EngineFor, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[World]:
    """A receiver that has applied event 1, misses 2 and 3, and knows that its sender has them no more."""
    ticks = Ticks()
    for module in (consuming, gap_watch, relay):
        monkeypatch.setattr(module, "monotonic", ticks)
    world = World(await engine_for("intake", toy.metadata), ticks)
    await world.open()
    await commit_one(world)
    await world.receive(receiver_of(world), 200)
    for _ in range(2):
        await commit_one(world)
    world.broker.lose_tail(Place(*LANE[:2]), 2)
    async with world.engine.begin() as connection:
        await connection.execute(text("CREATE TABLE backup AS SELECT * FROM outbox"))
    await world.purge()
    await commit_one(world)
    await turns(world)
    yield world
    await world.close()


def receiver_of(world: World) -> Receiver:
    return world.receivers[0]


async def commit_one(world: World) -> None:
    await world.commit({ALONE: 1})
    await world.relay_step()


async def turns(world: World, seconds: float = 0.0) -> int:
    """Some time later everything turns a few times; returns how often the sender was asked."""
    asked = 0
    world.ticks.seconds += seconds
    for _ in range(4):
        await world.receive(receiver_of(world), 200)
        asked += len(world.requests)
        while world.requests:
            world.deliver_request(0, again=False)
        await world.relay_step()
        world.deliver_refusals()
    return asked


async def restore(world: World) -> None:
    async with world.engine.begin() as connection:
        await connection.execute(text("INSERT INTO outbox SELECT * FROM backup ON CONFLICT DO NOTHING"))


async def applied(world: World) -> list[int]:
    return [version for _, version in await effects(world.engine)]


def shown() -> float | None:
    return REGISTRY.get_sample_value("lanes_stopped", {"consumer": CONSUMER, "topic": PARTIES.name})


async def test_the_sender_of_a_stopped_lane_is_asked_again_now_and_then(world: World) -> None:
    watch = receiver_of(world).session.gap_watch
    for _ in range(3):
        assert set(watch.stopped) == {LANE}
        assert await turns(world, REFUSE_WITHIN_SECONDS + 1) == 0
        assert await turns(world, ASK_STOPPED_AGAIN_SECONDS) == 1
    assert shown() == 1
    assert LANE.place in receiver_of(world).member.paused
    assert await applied(world) == [1]


async def test_a_stopped_lane_goes_on_when_the_outbox_of_its_sender_is_restored(world: World) -> None:
    await turns(world, 3)
    await restore(world)
    assert await turns(world, ASK_STOPPED_AGAIN_SECONDS) == 1
    assert await applied(world) == [1]
    await turns(world, REFUSE_WITHIN_SECONDS)
    await turns(world, 3)
    assert await applied(world) == [1, 2, 3, 4]
    assert not receiver_of(world).session.gap_watch.stopped
    assert shown() == 0
    await commit_one(world)
    await turns(world)
    assert await applied(world) == [1, 2, 3, 4, 5]


async def test_a_lane_whose_loss_is_accepted_goes_on_behind_it(world: World) -> None:
    async with world.engine.begin() as connection:
        await connection.execute(text("UPDATE lane_received SET last_sequence = 3"))
    await turns(world, 3)
    await turns(world, 6)  # the announcement of the idle lane shows that 4 was skipped
    assert await applied(world) == [1, 4]
    assert not receiver_of(world).session.gap_watch.stopped
    assert shown() == 0


async def test_a_lane_whose_sender_is_away_is_still_shown_as_stopped_until_it_goes_on(world: World) -> None:
    await turns(world, 3)
    world.ticks.seconds += ASK_STOPPED_AGAIN_SECONDS
    await world.receive(receiver_of(world), 200)
    world.requests.clear()  # nobody hears it
    await turns(world, REFUSE_WITHIN_SECONDS)
    assert LANE.place not in receiver_of(world).member.paused
    await turns(world, 3)  # the sender is back, and refuses
    await turns(world, 3)
    assert LANE.place in receiver_of(world).member.paused
    assert set(receiver_of(world).session.gap_watch.stopped) == {LANE}
    assert shown() == 1
