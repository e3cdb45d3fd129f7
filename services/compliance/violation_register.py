"""The violation register: each act is decided on the locked row and kept with leaf, events and timer."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from services.compliance.domain.inspection import violations
from services.compliance.domain.inspection.acts import Step
from services.compliance.domain.inspection.violations import Found, Violation
from services.compliance.inspection_telling import RECTIFICATION, draft_violation
from services.compliance.journal import Journal
from services.compliance.store import inspection_violations as store
from shared.stream.timers import Timer
from shared.stream.work import Work


async def register(found: Sequence[Found], actor: str, work: Work, journal: Journal) -> list[Violation]:
    """Put violations into the register, each once by its `parts`; gives the new ones.

    For whoever finds violations: leaf and event are told here. The leaves are written by the caller.
    """
    steps = {
        step.record.violation_id: step for step in (violations.found(one, actor, work.now) for one in found)
    }
    for name in await store.known(work.connection, steps):
        del steps[name]
    await store.save(work.connection, list(steps.values()))
    for step in steps.values():
        draft_violation(step, None, work, journal)
    return [step.record for step in steps.values()]


@dataclass(frozen=True, slots=True)
class ViolationRegister:
    """The register in one transaction."""

    work: Work
    journal: Journal

    async def act(
        self, violation_id: str, decide: Callable[[Violation], Step[Violation]]
    ) -> Violation | None:
        """The violation after the act; None where there is no such one. Raises Refused."""
        found = (await store.locked(self.work.connection, [violation_id])).get(violation_id)
        if found is None:
            return None
        step = decide(found)
        await store.save(self.work.connection, [step])
        draft_violation(step, found, self.work, self.journal)
        await self.journal.write(self.work)
        return step.record


async def on_timers(due: Sequence[Timer], work: Work, journal: Journal) -> None:
    """Say of violations that were not put right in time that they are late; the leaves are the caller's."""
    ended = [timer.key for timer in due if timer.kind == RECTIFICATION]
    if not ended:
        return
    found = await store.locked(work.connection, ended)
    late = [(found[name], violations.run_out(found[name], work.now)) for name in sorted(found)]
    steps = [(before, step) for before, step in late if step is not None]
    await store.save(work.connection, [step for _, step in steps])
    for before, step in steps:
        draft_violation(step, before, work, journal)
