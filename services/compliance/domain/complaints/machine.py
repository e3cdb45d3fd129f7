"""What may be done to a complaint, in which state, by whom."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import msgspec

from services.compliance.domain.complaints import commands, deciding, ending, handling
from services.compliance.domain.complaints.commands import Command
from services.compliance.domain.complaints.draft import Draft, Refused, Step, Why
from services.compliance.domain.complaints.file import File
from services.compliance.domain.complaints.policy import ComplaintPolicy
from services.compliance.domain.complaints.words import ENDED, OPEN, UNDECIDED, ActKind, State


class Rule(msgspec.Struct, frozen=True):
    """The states in which an act is permitted; `done` completes the sentence that it cannot be."""

    act: ActKind
    states: frozenset[State]
    done: str
    do: Callable[[Draft, Any], None]


_RECEIVED = frozenset({State.RECEIVED})
_READY = frozenset({State.ACKNOWLEDGED, State.REOPENED})
_SHORT = frozenset({State.RECEIVED, State.ACKNOWLEDGED, State.INVESTIGATING})
_INVESTIGATING = frozenset({State.INVESTIGATING})
_RECTIFYING = frozenset({State.RECTIFYING})
_DECIDED = frozenset({State.DECIDED, State.RECTIFYING})

RULES: dict[type[Command], Rule] = {
    commands.Acknowledge: Rule(ActKind.ACKNOWLEDGED, _RECEIVED, "acknowledged", handling.acknowledge),
    commands.Classify: Rule(ActKind.CLASSIFIED, UNDECIDED, "classified", handling.classify),
    commands.Assign: Rule(ActKind.ASSIGNED, OPEN, "assigned", handling.assign),
    commands.StartInvestigation: Rule(
        ActKind.INVESTIGATION_STARTED, _READY, "investigated", handling.start_investigation
    ),
    commands.AddEvidence: Rule(ActKind.EVIDENCE_ADDED, OPEN, "given evidence", handling.add_evidence),
    commands.AskExtension: Rule(ActKind.EXTENSION_ASKED, UNDECIDED, "extended", handling.ask_extension),
    commands.ApproveExtension: Rule(ActKind.EXTENDED, UNDECIDED, "extended", handling.approve_extension),
    commands.RefuseExtension: Rule(
        ActKind.EXTENSION_REFUSED, UNDECIDED, "extended", handling.refuse_extension
    ),
    commands.ProposeDecision: Rule(ActKind.DECISION_PROPOSED, _INVESTIGATING, "decided", deciding.propose),
    commands.ProposeSummary: Rule(
        ActKind.SUMMARY_PROPOSED, _SHORT, "settled in the short procedure", deciding.propose_summary
    ),
    commands.ApproveDecision: Rule(ActKind.DECIDED, _INVESTIGATING, "decided", deciding.approve),
    commands.RefuseDecision: Rule(ActKind.DECISION_REFUSED, _INVESTIGATING, "decided", deciding.refuse),
    commands.AddAction: Rule(ActKind.ACTION_ADDED, _DECIDED, "rectified", ending.add_action),
    commands.FinishAction: Rule(ActKind.ACTION_DONE, _RECTIFYING, "rectified", ending.finish_action),
    commands.Close: Rule(ActKind.CLOSED, _DECIDED, "closed", ending.close),
    commands.Withdraw: Rule(ActKind.WITHDRAWN, UNDECIDED, "withdrawn", ending.withdraw),
    commands.Reopen: Rule(ActKind.REOPENED, ENDED, "reopened", ending.reopen),
}


def apply(file: File, command: Command, actor: str, at: datetime, policy: ComplaintPolicy) -> Step:
    """The file after `command`. Raises Refused with a sentence where it is not permitted.

    An act never stands before the one that it follows, even where the clocks of two processes differ.
    """
    complaint, rule = file.complaint, RULES[type(command)]
    if complaint.state not in rule.states:
        wanted = ", ".join(sorted(rule.states))
        raise Refused(
            Why.STATE,
            f"A complaint that is {complaint.state} cannot be {rule.done}; it has to be one of: {wanted}.",
        )
    if actor in complaint.recused:
        raise Refused(
            Why.RECUSED, "The person complained about and their supervisor have no part in handling it."
        )
    draft = Draft(file, actor, max(at, complaint.changed_at), policy, complaint)
    rule.do(draft, command)
    return draft.step(rule.act, complaint.state, command.sealed_reason)
