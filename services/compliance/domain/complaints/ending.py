"""After the decision: putting right, closing; and withdrawal and reopening."""

from datetime import timedelta

import msgspec

from services.compliance.domain.complaints.commands import AddAction, Close, FinishAction, Reopen, Withdraw
from services.compliance.domain.complaints.draft import Draft, Refused, Why
from services.compliance.domain.complaints.file import Rectification
from services.compliance.domain.complaints.opening import stop_collection
from services.compliance.domain.complaints.terms import Place
from services.compliance.domain.complaints.words import State
from shared.contracts.complaints import ComplaintFinding
from shared.contracts.conduct import ComplaintClosed, ComplaintReopened, RectificationDone

_LONGEST = timedelta(days=3_653)


def add_action(draft: Draft, command: AddAction) -> None:
    if not draft.at < command.due_at <= draft.at + _LONGEST:
        raise Refused(Why.INCOMPLETE, "An action is due after it is added, within ten years.")
    action = Rectification(
        action_id=command.action_id,
        complaint_id=draft.complaint.complaint_id,
        owner_id=command.owner_id,
        due_at=command.due_at,
        sealed_description=command.sealed_description,
        added_by=draft.actor,
        added_at=draft.at,
    )
    draft.actions.append(action)
    draft.change(state=State.RECTIFYING)
    draft.say(action_id=action.action_id, owner_id=action.owner_id, due_at=action.due_at)


def finish_action(draft: Draft, command: FinishAction) -> None:
    action = next((one for one in draft.file.actions if one.action_id == command.action_id), None)
    if action is None:
        raise Refused(Why.INCOMPLETE, "The complaint has no such action.")
    if action.done_at is not None:
        raise Refused(Why.STATE, "The action was done before.")
    draft.actions.append(msgspec.structs.replace(action, done_by=draft.actor, done_at=draft.at))
    draft.say(action_id=action.action_id)
    draft.tell(RectificationDone, action_id=action.action_id, due_at=action.due_at, done_at=draft.at)


def close(draft: Draft, _command: Close) -> None:
    complaint = draft.complaint
    if complaint.finding is not ComplaintFinding.REJECTED and complaint.state is State.DECIDED:
        raise Refused(
            Why.INCOMPLETE,
            "A complaint that is upheld, also in part, is closed when something was put right.",
        )
    if any(action.done_at is None for action in draft.file.actions):
        raise Refused(Why.INCOMPLETE, "Actions are open; the complaint can be closed when all are done.")
    _end(draft, State.CLOSED)
    draft.tell(ComplaintClosed, withdrawn=False, closed_at=draft.at)


def withdraw(draft: Draft, _command: Withdraw) -> None:
    _end(draft, State.WITHDRAWN)
    draft.change(proposal=None, extension_asked_by=None)
    draft.tell(ComplaintClosed, withdrawn=True, closed_at=draft.at)


def reopen(draft: Draft, _command: Reopen) -> None:
    """A new round with terms of its own; what was decided before stays in the history."""
    ends = draft.policy.ends(Place(draft.complaint.jurisdiction, draft.complaint.zone), draft.at)
    due_at = ends.instants[0]
    draft.change(
        state=State.REOPENED,
        round=draft.complaint.round + 1,
        due_at=due_at,
        ends=ends.instants,
        term_cite=ends.cite,
        extensions=0,
        assignee_id=None,
        finding=None,
        root_cause=None,
        decided_at=None,
        decided_by=None,
        closed_at=None,
        late_to_decide=False,
    )
    stop_collection(draft)
    draft.say(round=draft.complaint.round, due_at=due_at)
    draft.tell(ComplaintReopened, round=draft.complaint.round, due_at=due_at, reopened_at=draft.at)


def _end(draft: Draft, state: State) -> None:
    draft.releases_hold = draft.complaint.hold_id
    draft.change(state=state, closed_at=draft.at, hold_id=None)
