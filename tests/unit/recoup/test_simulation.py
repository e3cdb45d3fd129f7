"""When a step of a simulation is over: the stores are quiet, and the world outside stood still meanwhile."""

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, cast

import pytest

from recoup.backlog import Backlog
from recoup.errors import Mistake
from recoup.settled import Settler
from recoup.simulation import START, Simulation
from recoup.stores import Stores
from recoup.world import Standing, World

STILL = Standing(waiting=0, receipts_sent=3, last_event_ids={0: "one"}, waits_for_a_round=False)


@dataclass
class ToldWorld:
    """Stands as told, one answer after the other; the last one for ever."""

    standings: list[Standing]
    asked: int = 0

    async def standing(self) -> Standing:
        self.asked += 1
        return self.standings.pop(0) if len(self.standings) > 1 else self.standings[0]


@dataclass
class ToldStores:
    """A settler of stores that are quiet, and of an intake that has read as told."""

    read: list[dict[int, str]] = field(default_factory=lambda: [{0: "one"}])
    backlog: Backlog = field(default_factory=Backlog)
    settled: int = 0
    read_when_settled: list[dict[int, str]] = field(default_factory=list)

    async def read_of_bank(self, source: str) -> dict[int, str]:
        return self.read.pop(0) if len(self.read) > 1 else self.read[0]

    async def settle(self, now: datetime, seconds: float, looks: int) -> Backlog:
        self.settled += 1
        self.read_when_settled.append(self.read[0])
        return self.backlog


async def end_a_step(world: ToldWorld, stores: ToldStores) -> None:
    simulation = Simulation(cast(Stores, None), cast(World, world), Path(), 1, 1)
    await simulation.settle(cast(Settler, stores), START)


async def test_a_quiet_step_ends_at_once() -> None:
    world, stores = ToldWorld([STILL]), ToldStores()
    await end_a_step(world, stores)
    assert (stores.settled, world.asked) == (1, 2)


async def test_the_stores_are_looked_at_only_when_intake_has_the_banks_last_word() -> None:
    stores = ToldStores(read=[{}, {0: "before"}, {0: "one"}])
    await end_a_step(ToldWorld([STILL]), stores)
    assert stores.read_when_settled == [{0: "one"}]


@pytest.mark.parametrize(
    "meanwhile",
    [
        {"receipts_sent": 4},  # a receipt came and was taken behind the look at outreach's store
        {"waiting": 1},
        {"last_event_ids": {0: "one", 1: "two"}},
    ],
    ids=str,
)
async def test_what_the_world_says_during_the_look_is_worked_off_too(meanwhile: dict[str, Any]) -> None:
    values = {name: getattr(STILL, name) for name in Standing.__dataclass_fields__}
    stores = ToldStores()
    await end_a_step(ToldWorld([STILL, Standing(**{**values, **meanwhile}), STILL]), stores)
    assert stores.settled == 2


async def test_work_that_does_not_end_is_a_mistake() -> None:
    stores = ToldStores(backlog=Backlog(unreceived=1))
    with pytest.raises(Mistake, match="work is not done"):
        await end_a_step(ToldWorld([STILL]), stores)
