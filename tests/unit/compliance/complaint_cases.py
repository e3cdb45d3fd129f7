"""Complaints for tests: files, commands, and a complaint brought into any state."""

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from services.compliance.complaint_policy import policy_rules
from services.compliance.domain.complaints import commands as c
from services.compliance.domain.complaints.draft import Step, file_after
from services.compliance.domain.complaints.file import File
from services.compliance.domain.complaints.machine import apply
from services.compliance.domain.complaints.opening import Intake, open_complaint
from services.compliance.domain.complaints.policy import ComplaintPolicy
from services.compliance.domain.complaints.terms import Place
from services.compliance.domain.complaints.words import EvidenceKind, State
from services.compliance.pack_files import load_library
from shared.contracts.complaints import (
    ComplaintCategory,
    ComplaintFinding,
    ComplaintSource,
    RootCause,
    Severity,
)

NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
"""Monday 2026-03-02, 12:00 in Shanghai."""
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
LIBRARY = load_library()
POLICY = ComplaintPolicy(library=LIBRARY, rules=policy_rules())
CLERK, INVESTIGATOR, DECIDER = "clerk", "investigator", "decider"
COLLECTOR, SUPERVISOR = "collector-7", "lead-3"


def opened(policy: ComplaintPolicy = POLICY, jurisdiction: str = "CN", **changes: Any) -> Step:
    values: dict[str, Any] = {
        "complaint_id": "complaint-1",
        "person_id": "person-1",
        "customer_id": "customer-1",
        "received_at": NOON,
        "category": ComplaintCategory.HARASSMENT,
        "source": ComplaintSource.HOTLINE,
        "severity": Severity.MEDIUM,
        "contact_ids": ("contact-1",),
        "collector_id": COLLECTOR,
        "supervisor_id": SUPERVISOR,
        "branch_id": "branch-1",
    }
    intake = Intake(**(values | changes))
    return open_complaint(intake, Place(jurisdiction, "Asia/Shanghai"), CLERK, NOON, policy)


def classify(**changes: Any) -> c.Classify:
    values: dict[str, Any] = {
        "category": ComplaintCategory.HARASSMENT,
        "severity": Severity.HIGH,
        "collector_id": COLLECTOR,
        "supervisor_id": SUPERVISOR,
    }
    return c.Classify(**(values | changes))


def proposal(finding: ComplaintFinding = ComplaintFinding.UPHELD, **changes: Any) -> c.ProposeDecision:
    values: dict[str, Any] = {"finding": finding, "sealed_findings": "sealed"}
    if finding is not ComplaintFinding.REJECTED:
        values |= {"root_cause": RootCause.STAFF_CONDUCT, "sealed_cause": "sealed"}
    return c.ProposeDecision(**(values | changes))


def summary(**changes: Any) -> c.ProposeSummary:
    """The same in the short procedure."""
    return c.ProposeSummary(**msgspec.structs.asdict(proposal(**changes)))


def action(action_id: str = "action-1", due_at: datetime = NOON + 90 * DAY) -> c.AddAction:
    return c.AddAction(action_id=action_id, owner_id="owner", due_at=due_at, sealed_description="sealed")


def one_of_each() -> list[c.Command]:
    """A command of every kind."""
    return [
        c.Acknowledge(),
        classify(),
        c.Assign(assignee_id=INVESTIGATOR),
        c.StartInvestigation(),
        c.AddEvidence(items=[(EvidenceKind.CONTACT, "contact-9")]),
        c.AskExtension(),
        c.ApproveExtension(),
        c.RefuseExtension(),
        proposal(),
        summary(),
        c.ApproveDecision(),
        c.RefuseDecision(),
        action(),
        c.FinishAction(action_id="action-1"),
        c.Close(),
        c.Withdraw(),
        c.Reopen(),
    ]


ALONE: list[tuple[c.Command, str]] = [
    (c.Acknowledge(), CLERK),
    (c.Assign(assignee_id=INVESTIGATOR), CLERK),
    (c.StartInvestigation(), INVESTIGATOR),
    (proposal(), INVESTIGATOR),
    (c.ApproveDecision(), DECIDER),
    (action(), CLERK),
    (c.FinishAction(action_id="action-1"), CLERK),
    (c.Close(), DECIDER),
    (c.Reopen(), CLERK),
]
"""A complaint's whole way, upheld."""

_STEPS_TO = {
    State.RECEIVED: 0,
    State.ACKNOWLEDGED: 1,
    State.INVESTIGATING: 3,
    State.DECIDED: 5,
    State.RECTIFYING: 6,
    State.CLOSED: 8,
    State.REOPENED: 9,
}


def done(file: File, *acts: tuple[c.Command, str], at: datetime = NOON) -> File:
    """The file after these acts."""
    for command, actor in acts:
        file = file_after(file, apply(file, command, actor, at, POLICY))
    return file


def in_state(state: State, **changes: Any) -> File:
    """A file in this state."""
    file = file_after(None, opened(**changes))
    if state is State.WITHDRAWN:
        return done(file, (c.Withdraw(), DECIDER))
    return done(file, *ALONE[: _STEPS_TO[state]])
