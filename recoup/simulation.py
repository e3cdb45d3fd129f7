"""Months in minutes: the clock steps from moment to moment, each when all work of the last is done."""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from pathlib import Path
from time import monotonic
from zoneinfo import ZoneInfo

from sqlalchemy.exc import DBAPIError

from recoup.errors import Mistake
from recoup.settled import PAUSE_SECONDS, Settler
from recoup.stores import Stores
from recoup.world import Standing, World
from shared.calendar.clock import FileClock, set_file_clock

ZONE = ZoneInfo("Asia/Shanghai")
START = datetime(2026, 3, 2, 1, 0, tzinfo=ZONE)
"""A Monday, before the core bank's night run."""

MOMENTS = (time(2, 30), time(9, 0), time(12, 30), time(18, 0), time(21, 0))
"""Local times of a day at which the clock stands: after the night run, in contact hours, at their end."""

SETTLE_SECONDS = 600.0
SEEN_SECONDS = 2 * FileClock.LOOK_EVERY_SECONDS
"""After this every process has seen the new time."""
BANK = "/corebank/main"
"""How the simulated core bank names itself."""


@dataclass(slots=True)
class Simulation:
    """Drives the world and the clock; the services run as they always do."""

    stores: Stores
    world: World
    clock_file: Path
    accounts: int
    days: int
    seed: int = 1
    on_step: Callable[[int, int, datetime], None] = lambda done, all_, now: None

    async def run(self) -> None:
        """Run all days. Raises Mistake when work is not done within ten minutes of a step."""
        async with Settler(self.stores) as settler:
            await self.world.start(self.accounts, self.seed, START)
            await self._hear_out(settler, START)
            steps = list(moments(self.days))
            before = START
            for number, moment in enumerate(steps, start=1):
                # What happened on the way comes first, then the deadlines: else the two would race.
                await self.world.advance(moment)
                await self._hear_out(settler, before)
                # Each deadline at its own instant, for services do not wait for each other's.
                while (due := await settler.next_due(moment)) is not None and due > before:
                    before = due
                    await self._turn_clock(settler, due)
                await self._turn_clock(settler, moment)
                before = moment
                self.on_step(number, len(steps), moment)

    async def _hear_out(self, settler: Settler, now: datetime) -> None:
        """Work off what the world has to say, round by round."""
        await self.settle(settler, now)
        while (await self.world.standing()).waits_for_a_round:
            await self.world.next_round()
            await self.settle(settler, now)

    async def _turn_clock(self, settler: Settler, to: datetime) -> None:
        set_file_clock(self.clock_file, to)
        await asyncio.sleep(SEEN_SECONDS)
        await self.settle(settler, to)

    async def settle(self, settler: Settler, now: datetime) -> None:
        """Wait until all work of this moment is done, receipts of the outside world included.

        The stores are looked at between two looks at the world. Where it stood still in between, with all of
        its receipts taken and all that the bank said read, the stores' quiet is that of everything.
        """
        deadline = monotonic() + SETTLE_SECONDS
        while True:
            standing = await self.world.standing()
            if standing.waiting == 0 and await self._bank_is_read(settler, standing):
                left = await settler.settle(now, SETTLE_SECONDS, looks=1)
                if left.total:
                    raise Mistake(f"work is not done after {SETTLE_SECONDS:.0f} s: {left}")
                if await self.world.standing() == standing:
                    return
            if monotonic() > deadline:
                raise Mistake("receipts of the simulated provider or events of the bank are not taken")
            await asyncio.sleep(PAUSE_SECONDS)

    async def _bank_is_read(self, settler: Settler, standing: Standing) -> bool:
        """Whether intake has the bank's last word: the embedded broker tells too low an end of a log."""
        try:
            return await settler.read_of_bank(BANK) == standing.last_event_ids
        except (DBAPIError, OSError):
            return False


def moments(days: int) -> Iterator[datetime]:
    """The instants at which the clock stands."""
    for day in range(days):
        date = START.date() + timedelta(days=day)
        for moment in MOMENTS:
            yield datetime.combine(date, moment, ZONE)
