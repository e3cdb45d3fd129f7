"""An act on an inspection or a violation outside its table: its leaf, its events, its timer."""

from services.compliance.domain.inspection.acts import R, Step
from services.compliance.domain.inspection.inspecting import Inspection
from services.compliance.domain.inspection.violations import Violation, running
from services.compliance.domain.inspection.words import ActKind
from services.compliance.journal import Journal
from shared.stream.work import Work

RECTIFICATION = "violation_rectification"
"""The timer kind of violations: one a violation that has to be put right."""


def draft_inspection(step: Step[Inspection], work: Work, journal: Journal) -> None:
    """Draft the leaf and publish the events."""
    inspection = step.record
    journal.add(
        step.act.leaf_id,
        f"inspection_{step.act.act}",
        inspection.person_id,
        step.act.at,
        payload=_said(step),
        contact=inspection.contact_id,
    )
    for event in step.events:
        work.emit(event, key=inspection.person_id)


def draft_violation(step: Step[Violation], before: Violation | None, work: Work, journal: Journal) -> None:
    """Draft the leaf, publish the events, and set or forget the timer."""
    violation, act = step.record, step.act.act
    journal.add(
        step.act.leaf_id,
        # The first leaf is of the same kind as that of a violation which the gate finds.
        "violation" if act is ActKind.FOUND else f"violation_{act}",
        violation.person_id or f"violation/{violation.violation_id}",
        step.act.at,
        payload=_said(step),
        contact=violation.contact_id,
        records=violation.records if act is ActKind.FOUND else (),
        rule=violation.rule_id,
        until=violation.due_at if act is ActKind.RECTIFICATION_SET else None,
    )
    for event in step.events:
        work.emit(event, key=violation.key)
    _set_timer(before, violation, work)


def _set_timer(before: Violation | None, after: Violation, work: Work) -> None:
    due_at = running(after)
    if due_at is not None:
        work.set_timer(RECTIFICATION, after.violation_id, due_at, aggregate=after.key)
    elif before is not None and running(before) is not None:
        work.cancel_timer(RECTIFICATION, after.violation_id)


def _said(step: Step[R]) -> dict[str, object]:
    """What the leaf commits to. The note stays sealed, and is nowhere else."""
    act = step.act
    said = {
        "about": act.about,
        "number": act.number,
        "act": act.act,
        "actor": act.actor,
        "before": act.before,
        "after": act.after,
        "details": act.details,
        "note": step.note,
    }
    return {name: value for name, value in said.items() if value is not None}
