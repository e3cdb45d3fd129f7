"""The clocks of a complaint: which ones run, until when, and what happens when one runs out."""

from datetime import datetime

import msgspec

from services.compliance.domain.complaints.draft import Draft, Step
from services.compliance.domain.complaints.file import File, Rectification
from services.compliance.domain.complaints.policy import ComplaintPolicy
from services.compliance.domain.complaints.words import UNDECIDED, ActKind, State
from shared.contracts.complaints import ComplaintClock
from shared.contracts.conduct import ComplaintOverdue

CLOCK = "clock"
"""The actor of what time does."""


class Running(msgspec.Struct, frozen=True):
    """A clock and its end. `key` is the complaint's id, or the action's."""

    clock: ComplaintClock
    key: str
    due_at: datetime


def running(file: File) -> list[Running]:
    """The clocks that run and have not been found late yet."""
    complaint = file.complaint
    found = []
    if complaint.state is State.RECEIVED and not complaint.late_to_acknowledge:
        clock = ComplaintClock.ACKNOWLEDGEMENT
        found.append(Running(clock, complaint.complaint_id, complaint.acknowledge_by))
    if complaint.state in UNDECIDED and not complaint.late_to_decide:
        found.append(Running(ComplaintClock.DECISION, complaint.complaint_id, complaint.due_at))
    found += [
        Running(ComplaintClock.RECTIFICATION, action.action_id, action.due_at)
        for action in file.actions
        if action.done_at is None and not action.late
    ]
    return found


def run_out(
    file: File, clock: ComplaintClock, key: str, at: datetime, policy: ComplaintPolicy
) -> Step | None:
    """The file after this clock was found at its end; None where it does not run, or not out yet."""
    ended = [one for one in running(file) if (one.clock, one.key) == (clock, key) and one.due_at <= at]
    if not ended:
        return None
    complaint = file.complaint
    draft = Draft(file, CLOCK, max(at, complaint.changed_at), policy, complaint)
    action = _mark(draft, clock, key)
    action_id = action.action_id if action else None
    draft.say(clock=clock, due_at=ended[0].due_at, action_id=action_id)
    draft.tell(ComplaintOverdue, clock=clock, action_id=action_id, due_at=ended[0].due_at, found_at=draft.at)
    return draft.step(ActKind.OVERDUE, complaint.state, None)


def _mark(draft: Draft, clock: ComplaintClock, key: str) -> Rectification | None:
    if clock is ComplaintClock.ACKNOWLEDGEMENT:
        draft.change(late_to_acknowledge=True)
    elif clock is ComplaintClock.DECISION:
        draft.change(late_to_decide=True)
    else:
        late = next(action for action in draft.file.actions if action.action_id == key)
        draft.actions.append(msgspec.structs.replace(late, late=True))
        return late
    return None
