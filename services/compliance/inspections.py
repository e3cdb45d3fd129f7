"""Inspections: each act is decided on the locked row and kept with its leaf and its events."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from services.compliance.domain.inspection import completing, inspecting
from services.compliance.domain.inspection.acts import Step
from services.compliance.domain.inspection.completing import Completion, Result
from services.compliance.domain.inspection.contact import Contact
from services.compliance.domain.inspection.inspecting import Inspection, Reason
from services.compliance.domain.inspection.policy import InspectionPolicy
from services.compliance.inspection_telling import draft_inspection, draft_violation
from services.compliance.journal import Journal
from services.compliance.store import inspection_transcripts, inspection_violations, people
from services.compliance.store import inspections as store
from shared.contracts.vocabulary import Channel
from shared.stream.work import Work


class Wanted(NamedTuple):
    """A contact to inspect and why; without reasons only who made it is said."""

    contact: Contact
    reasons: Sequence[Reason]
    priority: int = 0


class Enqueued(NamedTuple):
    """The last inspection of each contact that has one, and of which contacts it is new or changed."""

    inspections: dict[str, Inspection]
    changed: frozenset[str]


async def enqueue(wanted: Mapping[str, Wanted], actor: str, work: Work, journal: Journal) -> Enqueued:
    """Have these contacts, by id, inspected.

    The leaves are written by the caller.
    """
    await people.lock(work.connection, {one.contact.person_id for one in wanted.values()})
    found = await store.last_of(work.connection, wanted)
    steps: list[Step[Inspection]] = []
    for name in sorted(wanted):
        contact, reasons, priority = wanted[name]
        if name in found:
            _take(inspecting.name_collector(found[name], contact, actor, work.now), steps, found)
        if reasons:
            last = found.get(name)
            _take(inspecting.queue(contact, last, reasons, priority, actor, work.now), steps, found)
    await store.save(work.connection, steps)
    for step in steps:
        draft_inspection(step, work, journal)
    return Enqueued(found, frozenset(step.record.contact_id for step in steps))


@dataclass(frozen=True, slots=True)
class Queue:
    """The inspection queue in one transaction."""

    work: Work
    journal: Journal
    policy: InspectionPolicy

    async def claim_next(self, actor: str, channel: Channel | None) -> Inspection | None:
        """The actor gets the gravest, then oldest, that waits; None where nothing does."""
        found = await store.next_for(self.work.connection, actor, channel, self.work.now)
        if found is None:
            return None
        return await self._keep(inspecting.claim(found, actor, self.work.now, self.policy))

    async def act(
        self, inspection_id: str, decide: Callable[[Inspection], Step[Inspection]]
    ) -> Inspection | None:
        """The inspection after the act; None where there is no such one. Raises Refused."""
        found = await store.locked(self.work.connection, inspection_id)
        return None if found is None else await self._keep(decide(found))

    async def complete(self, inspection_id: str, result: Result, actor: str) -> Completion | None:
        """Keep the result with its violations; None where there is no such inspection. Raises Refused."""
        connection = self.work.connection
        found = await store.locked(connection, inspection_id)
        if found is None:
            return None
        findings = await inspection_transcripts.findings_of(connection, found.contact_id)
        transcript = await inspection_transcripts.of_contact(connection, found.contact_id)
        leaf = transcript.transcript_id if transcript else None
        done = completing.complete(found, findings, result, actor, self.work.now, leaf)
        await inspection_transcripts.judge(connection, done.judged)
        await inspection_violations.save(connection, done.violations)
        await store.save(connection, [done.inspection])
        draft_inspection(done.inspection, self.work, self.journal)
        for step in done.violations:
            draft_violation(step, None, self.work, self.journal)
        await self.journal.write(self.work)
        return done

    async def _keep(self, step: Step[Inspection]) -> Inspection:
        await store.save(self.work.connection, [step])
        draft_inspection(step, self.work, self.journal)
        await self.journal.write(self.work)
        return step.record


def _take(step: Step[Inspection] | None, steps: list[Step[Inspection]], found: dict[str, Inspection]) -> None:
    if step is not None:
        steps.append(step)
        found[step.record.contact_id] = step.record
