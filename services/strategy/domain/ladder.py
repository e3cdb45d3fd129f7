"""The ladder of treatments: which step is taken when."""

from datetime import timedelta

import msgspec

from services.strategy.domain.customer_file import Draft
from services.strategy.domain.policy import Ladder, LadderEnd, Placement, Segment, Step
from services.strategy.domain.records import Case
from services.strategy.domain.suspension import suspend, suspended_until
from shared.contracts.treatments import SegmentAssigned, SuspensionReason, TreatmentAssigned
from shared.ids import derive_id


def enter(draft: Draft, case: Case, placement: Placement) -> None:
    """Put the case at the foot of a segment's ladder; what the ladder before had open is withdrawn."""
    segment = placement.segment
    if case.step:
        suspend(draft, SuspensionReason.RESEGMENTED, draft.now)
    draft.case = msgspec.structs.replace(
        case,
        stage=segment.stage,
        segment=segment.name,
        policy=draft.policy.tag,
        reasons=placement.reasons,
        segment_since=draft.now,
        round=case.round + 1,
        step=0,
        next_due_at=draft.policy.due(draft.now, segment.ladder.steps[0].interval),
    )
    say_segment(draft, draft.case)


def say_segment(draft: Draft, case: Case) -> None:
    """Publish which segment the case is in, and why."""
    draft.events.append(
        SegmentAssigned(
            case_id=case.case_id,
            customer_id=case.customer_id,
            segment=case.segment,
            policy=case.policy,
            reasons=list(case.reasons),
        )
    )
    draft.tell(segment=case.segment, policy=case.policy, reasons=case.reasons)


def advance(draft: Draft) -> None:
    """Take the next step if it is due and nothing suspends the case."""
    case = draft.open_case
    if case is None or case.next_due_at is None or case.next_due_at > draft.now:
        return
    until = suspended_until(draft)
    if until is not None and until > draft.now:
        return
    if draft.policy.easing is not None and (awake := draft.policy.due(draft.now, timedelta())) > draft.now:
        # A pause that ended on a day on which nothing is taken.
        draft.case = msgspec.structs.replace(case, next_due_at=awake)
        return
    segment = draft.policy.segments[case.segment]
    step, taken_in = coming(case, segment.ladder)
    if step.channel in draft.customer.opted_out:
        _skip(draft, case, step, segment.ladder)
    else:
        _take(draft, case, step, taken_in, segment)


def resume_at_last(draft: Draft) -> None:
    """After a broken promise, a ladder that holds at its last step takes that step again."""
    case = draft.open_case
    if case is None or case.next_due_at is not None:
        return
    if draft.policy.segments[case.segment].ladder.end is LadderEnd.HOLD_AT_LAST:
        draft.case = msgspec.structs.replace(case, next_due_at=draft.now)


def coming(case: Case, ladder: Ladder) -> tuple[Step, int]:
    """The step that comes, and the round it belongs to: repeating the last step is a new round."""
    if case.step < len(ladder.steps):
        return ladder.steps[case.step], case.round
    return ladder.steps[-1], case.round + 1


def _skip(draft: Draft, case: Case, step: Step, ladder: Ladder) -> None:
    # Repeating a step on a channel that the person refused would only fill the timeline.
    again = step.number < len(ladder.steps)
    pause = ladder.pause_after(step.number) if again else None
    draft.case = msgspec.structs.replace(
        case, step=step.number, next_due_at=None if pause is None else draft.policy.due(draft.now, pause)
    )
    draft.tell(skipped=step.number, channel=step.channel, why="opted_out")


def _take(draft: Draft, case: Case, step: Step, taken_in: int, segment: Segment) -> None:
    pause = segment.ladder.pause_after(step.number)
    treatment_id = derive_id("treatment", case.case_id, taken_in, step.number)
    draft.case = msgspec.structs.replace(
        case,
        round=taken_in,
        step=step.number,
        policy=draft.policy.tag,
        next_due_at=None if pause is None else draft.policy.due(draft.now, pause),
    )
    draft.events.append(
        TreatmentAssigned(
            treatment_id=treatment_id,
            case_id=case.case_id,
            customer_id=case.customer_id,
            segment=segment.name,
            policy=draft.policy.tag,
            step=step.number,
            channel=step.channel,
            purpose=step.purpose,
            template=step.template,
            assigned_at=draft.now,
            days_past_due=case.days_past_due,
            arrears=case.arrears,
        )
    )
    draft.tell(treatment=treatment_id, step=step.number, channel=step.channel)
