"""Samples are drawn: by command, or by the clock, once a plan and period whoever does it."""

import asyncio
from dataclasses import dataclass, field

import structlog

from services.compliance.domain.inspection import plans, sampling
from services.compliance.domain.inspection.inspecting import Reason
from services.compliance.domain.inspection.periods import Period
from services.compliance.domain.inspection.plans import Plan
from services.compliance.domain.inspection.policy import RANK, InspectionPolicy
from services.compliance.domain.inspection.words import Cause
from services.compliance.inspections import Wanted, enqueue
from services.compliance.journal import Journal
from services.compliance.leaves import Pseudonyms
from services.compliance.store import inspection_documents as documents
from services.compliance.store import inspection_population, inspection_transcripts
from services.compliance.store.inspection_documents import Draw
from shared.ids import derive_id
from shared.stream.transaction import Transactions
from shared.stream.work import Work

log = structlog.get_logger()

SAMPLER = "sampler"
"""Who draws what the clock asks for."""


async def draw_sample(plan: Plan, period: Period, actor: str, work: Work, journal: Journal) -> Draw | None:
    """Draw a plan's sample of a period and queue it; None where that was done before.

    The leaves are written by the caller.
    """
    population = await inspection_population.candidates(
        work.connection, period.starts_at, period.ends_at, plan.channels
    )
    sample = await asyncio.to_thread(sampling.draw, plan, population)
    made = Draw(
        plan_id=plan.plan_id,
        first=period.first,
        version=plan.version,
        starts_at=period.starts_at,
        ends_at=period.ends_at,
        population=sample.population,
        selected=len(sample.contact_ids),
        digest=sample.digest,
        drawn_by=actor,
        drawn_at=work.now,
    )
    if not await documents.add_draw(work.connection, made):
        return None
    journal.add(
        derive_id("draw", plan.plan_id, period.first.isoformat()),
        "sample_drawn",
        f"plan/{plan.plan_id}",
        work.now,
        payload={"plan": plan, "draw": made, "contacts": sample.contact_ids},
    )
    reason = Reason(cause=Cause.SAMPLE, plan_id=plan.plan_id, version=plan.version, period=period.first)
    contacts = await inspection_transcripts.contacts(work.connection, sample.contact_ids)
    graves = {one.contact_id: RANK[one.finding] for one in population if one.finding is not None}
    wanted = {name: Wanted(one, [reason], graves.get(name, 0)) for name, one in contacts.items()}
    await enqueue(wanted, actor, work, journal)
    return made


@dataclass(slots=True)
class Sampler:
    """Draws samples in the background as their periods end, looking every `seconds`."""

    transactions: Transactions
    pseudonyms: Pseudonyms
    policy: InspectionPolicy = field(default_factory=InspectionPolicy)
    seconds: float = 60.0

    async def run(self) -> None:
        """Draw for ever."""
        while True:
            await self.step()
            await asyncio.sleep(self.seconds)

    async def step(self) -> int:
        """Draw what is due, a sample a transaction; how many."""
        done = 0
        for plan, period in await self._due():
            async with self.transactions.begin() as work:
                journal = Journal(self.pseudonyms)
                made = await draw_sample(plan, period, SAMPLER, work, journal)
                await journal.write(work)
            if made is not None:
                done += 1
                log.info(
                    "sample.drawn", plan=plan.plan_id, population=made.population, selected=made.selected
                )
        return done

    async def _due(self) -> list[tuple[Plan, Period]]:
        now = self.transactions.clock.now()
        since, until = (now - self.policy.back).date(), now - self.policy.settling
        async with self.transactions.engine.connect() as connection:
            known = await documents.plans(connection)
            drawn = await documents.drawn(connection, known, since)
        return [one for versions in known.values() for one in plans.due(versions, drawn, since, until)]
