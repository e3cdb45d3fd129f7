"""The daily audit pass: once a day, whoever runs it, all contacts of the last days are looked at again."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

import structlog

from services.compliance import hindsight
from services.compliance.gate import Gate
from services.compliance.journal import Journal
from services.compliance.leaves import Pseudonyms
from services.compliance.store import passes
from shared.stream.transaction import Transactions

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Sweeper:
    """Looks every `seconds` whether a day has ended (UTC) over which no pass was made, and makes it.

    A pass goes over the contacts of `days` days, so that each is looked at again when what came late is
    known too. It takes some persons at a time, with a pause of `pause` seconds for other work; after a crash
    any process goes on with it.
    """

    transactions: Transactions
    gate: Gate
    pseudonyms: Pseudonyms
    seconds: float = 60.0
    days: int = 2
    pause: float = 0.2

    async def run(self) -> None:
        """Sweep for ever."""
        while True:
            is_going_on = await self.step()
            await asyncio.sleep(self.pause if is_going_on else self.seconds)

    async def step(self) -> bool:
        """Look at the next persons; False where today's pass is done, or another process is at it."""
        async with self.transactions.begin() as work:
            today = work.now.date()
            taken = await passes.take(work.connection, today, self.days)
            if taken is None:
                return False
            journal = Journal(self.pseudonyms)
            window = _midnight(taken.since), _midnight(today)
            after = await hindsight.sweep(*window, self.gate, work, journal, taken.after)
            finished_at = work.now if after is None else None
            # The row is ours already: keeping it waits for nobody while the log's head is held.
            await passes.go_on(work.connection, today, after or taken.after, finished_at)
        if finished_at is not None:
            log.info("audit_pass.finished", until=today.isoformat())
        return finished_at is None


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
