"""Rotation: who has been with the same person for too long is told, once a day."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from services.compliance.domain.staff.records import RotationTold
from services.compliance.domain.staff.rules import StaffRules
from services.compliance.domain.staff.tenure import DAY, Tenure, latest, tenure_of
from services.compliance.journal import Journal
from services.compliance.leaves import Pseudonyms
from services.compliance.store import staff_rotation as store
from services.compliance.store.staff_rotation import Long
from shared.contracts.staff import ReassignmentCause, RotationDue
from shared.ids import derive_id
from shared.stream.transaction import Transactions
from shared.stream.work import Work


@dataclass(slots=True)
class RotationSweep:
    """Looks once a day, by UTC, whoever runs it, at all who have been with a person for too long."""

    transactions: Transactions
    pseudonyms: Pseudonyms
    rules: StaffRules
    seconds: float = 300.0

    async def run(self) -> None:
        """Sweep for ever."""
        while True:
            await self.step()
            await asyncio.sleep(self.seconds)

    async def step(self) -> int:
        """Do today's sweep if nobody did it yet; how many have to be reassigned that were not told before."""
        day = self.transactions.clock.now().date()
        async with self.transactions.engine.connect() as connection:
            if await store.swept(connection, day):
                return 0
        async with self.transactions.begin() as work:
            if not await store.claim(work.connection, day, work.now):
                return 0
            journal = Journal(self.pseudonyms)
            found = await self._due(work)
            for told in found:
                _tell(told, work, journal)
            await store.tell(work.connection, found)
            await store.counted(work.connection, day, len(found))
            await journal.write(work)
        return len(found)

    async def _due(self, work: Work) -> list[RotationTold]:
        found = []
        async for pair, tenure in tenures(work.connection, self.rules, work.now):
            told = pair.told_at is not None and pair.told_at >= tenure.since
            if tenure.is_due(work.now) and not told and not pair.excepted:
                found.append(_told(pair, tenure, work.now))
        return found


async def tenures(
    connection: AsyncConnection,
    rules: StaffRules,
    at: datetime,
    near_days: int = 0,
    after: tuple[str, str] | None = None,
) -> AsyncIterator[tuple[Long, Tenure]]:
    """Who has been with a person for the limit less `near_days` or longer, by their ids, after a pair."""
    rotation = rules.rotation
    began_before = at - max(rotation.limit_of(None) - near_days, 0) * DAY
    ended_after = at - rotation.break_days * DAY
    async for pair in store.long_known(connection, at, began_before, ended_after, after):
        tenure = tenure_of(latest(pair.contacts, rotation.break_days), pair.role, rotation, at)
        if tenure is not None and at >= tenure.due_at - timedelta(days=near_days):
            yield pair, tenure


def _told(pair: Long, tenure: Tenure, at: datetime) -> RotationTold:
    return RotationTold(
        staff_id=pair.staff_id,
        person_id=pair.person_id,
        since=tenure.since,
        customer_id=pair.customer_id,
        case_id=pair.case_id,
        tenure_days=tenure.days,
        limit_days=tenure.limit_days,
        bars_from=tenure.bars_from,
        told_at=at,
    )


def _tell(told: RotationTold, work: Work, journal: Journal) -> None:
    """The leaf and the event of a stretch that is too long."""
    name = derive_id("rotation", told.staff_id, told.person_id, told.since.isoformat())
    journal.add(name, "rotation_due", told.person_id, told.told_at, payload=told, until=told.bars_from)
    event = RotationDue(
        staff_id=told.staff_id,
        person_id=told.person_id,
        customer_id=told.customer_id,
        case_id=told.case_id,
        cause=ReassignmentCause.TENURE,
        since=told.since,
        tenure_days=told.tenure_days,
        limit_days=told.limit_days,
        bars_from=told.bars_from,
        found_at=told.told_at,
    )
    work.emit(event, key=told.person_id)
