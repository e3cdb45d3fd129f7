"""The retention job: judges everything on file about persons and deletes what has to go.

A run takes some persons in each transaction, so it can be stopped at any moment and goes on where it was.
What is deleted leaves a leaf in the same transaction: counts by class and a digest, no person. Leaves
themselves stay, and with them every proof.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

import structlog

from services.compliance.domain.gate.facts import Place
from services.compliance.domain.packs.choosing import EVERYWHERE
from services.compliance.domain.packs.library import Library
from services.compliance.domain.past import Past
from services.compliance.domain.retention.judging import judge
from services.compliance.domain.retention.ledger import Ledger, added, digest_of
from services.compliance.domain.retention.run import DAILY, FRESH, Mode, Run, RunState
from services.compliance.journal import Journal
from services.compliance.leaves import Pseudonyms
from services.compliance.store import retention_erasing, retention_facts, retention_items
from services.compliance.store import retention_runs as store
from shared.ids import derive_id
from shared.stream.transaction import Transactions
from shared.stream.work import Work

log = structlog.get_logger()
PERSONS_A_STEP = 200
BY_CLOCK = "compliance"


class NoDryRunError(Exception):
    """Nobody has seen what would be deleted: there is no dry run of the last days that is done."""


class RunningError(Exception):
    """A run goes on already."""


async def start(mode: Mode, by: str, name: str, work: Work) -> Run:
    """Begin a run; the job takes it up. Raises RunningError, and NoDryRunError for one that deletes."""
    if mode is Mode.EXECUTE:
        seen = await store.last_started(work.connection, Mode.DRY_RUN)
        if seen is None or seen.finished_at is None or seen.finished_at < work.now - FRESH:
            raise NoDryRunError
    return await _begin(mode, by, name, work)


async def _begin(mode: Mode, by: str, name: str, work: Work) -> Run:
    run = Run(run_id=name, mode=mode, started_by=by, started_at=work.now)
    if not await store.begin(work.connection, run):
        raise RunningError
    return run


def homes_of(library: Library) -> dict[str, Place]:
    """Where each pack applies, by its id; those of every place are left out."""
    grounds = {pack.id: pack.jurisdiction for pack in library.packs}
    return {
        name: Place(country=ground.country, state=ground.state, city=ground.city)
        for name, ground in grounds.items()
        if ground.country != EVERYWHERE
    }


@dataclass(slots=True)
class RetentionJob:
    """Carries out runs, one at a time. With `daily`, it begins one that deletes a day by itself.

    That is the bank's decision and off unless configured; a dry run is not asked for then.
    """

    transactions: Transactions
    library: Library
    past: Past
    pseudonyms: Pseudonyms
    daily: bool = False
    seconds: float = 10.0
    persons: int = PERSONS_A_STEP

    async def run(self) -> None:
        """Work for ever."""
        while True:
            if self.daily:
                await self.begin_daily()
            while await self.step():
                pass
            await asyncio.sleep(self.seconds)

    async def begin_daily(self) -> bool:
        """Begin today's run unless it was; whether it was begun now."""
        async with self.transactions.begin() as work:
            last = await store.last_started(work.connection, Mode.EXECUTE)
            if last is not None and last.started_at > work.now - DAILY:
                return False
            try:
                await _begin(Mode.EXECUTE, BY_CLOCK, derive_id("retention", work.now.isoformat()), work)
            except RunningError:
                return False
        return True

    async def step(self) -> bool:
        """Take the next persons of the run that goes on; False where there is none for this process."""
        async with self.transactions.begin() as work:
            run = await store.running(work.connection)
            if run is None:
                return False
            persons = await retention_facts.next_persons(work.connection, run.last_person, self.persons)
            if persons:
                await self._take(run, persons, work)
            else:
                await self._finish(run, work)
        return True

    async def _take(self, run: Run, persons: Sequence[str], work: Work) -> None:
        if run.mode is Mode.EXECUTE:
            await retention_facts.lock(work.connection, persons)
        ledger = await self._judged(run, persons, work)
        run.counts = added(run.counts, ledger.counts())
        erased: dict[str, int] = {}
        if run.mode is Mode.EXECUTE:
            erased = await retention_erasing.erase(work.connection, ledger, run, work.now)
        run.erased = {
            kind: run.erased.get(kind, 0) + erased.get(kind, 0) for kind in sorted({*run.erased, *erased})
        }
        first_after, run.last_person = run.last_person, persons[-1]
        await store.keep(work.connection, run)
        if erased:
            step = derive_id("step", run.run_id, first_after)
            said = {"run": run.run_id, "erased": erased, "digest": digest_of(ledger.due)}
            await self._tell(f"retention:{run.run_id}/{step}", "retention_erased", said, run, work)

    async def _judged(self, run: Run, persons: Sequence[str], work: Work) -> Ledger:
        at = run.started_at
        subjects = await retention_facts.subjects_of(work.connection, persons, at, homes_of(self.library))
        packs = {name: self.library.in_force(one.places, at) for name, one in subjects.items()}
        since = self.past.before(at).since
        items = await retention_items.items_of(
            work.connection, persons, at=at, since=since, lasting=self.past.lasting
        )
        ledger = Ledger()
        for item in items:
            ledger.take(item, judge(item, subjects[item.person_id], packs[item.person_id], at))
        return ledger

    async def _finish(self, run: Run, work: Work) -> None:
        run.state, run.finished_at = RunState.DONE, work.now
        await store.keep(work.connection, run)
        said = {"mode": run.mode, "by": run.started_by, "counts": run.counts, "erased": run.erased}
        await self._tell(f"retention:{run.run_id}", f"retention_{run.mode}", said, run, work)
        log.info("retention.done", mode=run.mode, erased=sum(run.erased.values()))

    async def _tell(self, event_id: str, kind: str, said: object, run: Run, work: Work) -> None:
        """Write a leaf about no person: the run stands in the person's place."""
        journal = Journal(self.pseudonyms)
        journal.add(event_id, kind, run.run_id, work.now, payload=said)
        await journal.write(work)
