"""An act on a complaint outside the register: its leaf, its events, its timers."""

from services.compliance.domain.complaints.clocks import Running, running
from services.compliance.domain.complaints.draft import Step
from services.compliance.domain.complaints.file import File
from services.compliance.domain.complaints.words import ActKind
from services.compliance.journal import Journal
from shared.contracts.complaints import ComplaintClock
from shared.stream.work import Work


def draft_step(step: Step, work: Work, journal: Journal) -> None:
    """Draft the leaf and publish the events. The leaf's payload holds the act; its texts stay sealed."""
    complaint, act = step.complaint, step.act
    is_first = act.act is ActKind.RECEIVED
    said = {
        "complaint": act.complaint_id,
        "number": act.number,
        "act": act.act,
        "actor": act.actor,
        "before": act.before,
        "after": act.after,
        "details": act.details,
        "sealed_reason": act.sealed_reason,
    }
    journal.add(
        act.leaf_id,
        f"complaint_{act.act}",
        complaint.person_id,
        complaint.opened_at if is_first else act.at,
        payload={name: value for name, value in said.items() if value is not None},
        contact=complaint.contact_id,
        until=complaint.due_at,
    )
    for event in step.events:
        work.emit(event, key=complaint.person_id)


def set_clocks(before: File | None, after: File, work: Work) -> None:
    """Set the timers of clocks that run after the act, and forget those of clocks that stopped."""
    wanted = {_name(clock.clock, clock.key): clock for clock in running(after)}
    known: dict[tuple[str, str], Running] = {}
    if before is not None:
        known = {_name(clock.clock, clock.key): clock for clock in running(before)}
    for (kind, key), clock in wanted.items():
        if known.get((kind, key)) != clock:
            work.set_timer(kind, key, clock.due_at, aggregate=after.complaint.person_id)
    for kind, key in known.keys() - wanted.keys():
        work.cancel_timer(kind, key)


def _name(clock: ComplaintClock, key: str) -> tuple[str, str]:
    return f"complaint_{clock}", key
