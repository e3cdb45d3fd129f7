"""From receipt to investigation: acknowledging, classifying, assigning, evidence, longer terms."""

from services.compliance.domain.complaints.commands import (
    Acknowledge,
    AddEvidence,
    ApproveExtension,
    AskExtension,
    Assign,
    Classify,
    RefuseExtension,
    StartInvestigation,
)
from services.compliance.domain.complaints.draft import Draft, Refused, Why
from services.compliance.domain.complaints.file import Evidence
from services.compliance.domain.complaints.words import State
from shared.contracts.conduct import ComplaintAcknowledged, ComplaintClassified, ComplaintExtended


def acknowledge(draft: Draft, _command: Acknowledge) -> None:
    draft.change(state=State.ACKNOWLEDGED, acknowledged_at=draft.at)
    draft.tell(ComplaintAcknowledged, acknowledged_at=draft.at)


def classify(draft: Draft, command: Classify) -> None:
    """Whoever is named now loses the part that they had in it."""
    concerned = {
        "category": command.category,
        "severity": command.severity,
        "branch_id": command.branch_id,
        "agency_id": command.agency_id,
        "collector_id": command.collector_id,
    }
    draft.change(**concerned, supervisor_id=command.supervisor_id)
    complaint = draft.complaint
    if complaint.assignee_id in complaint.recused:
        draft.change(assignee_id=None)
    if complaint.proposal is not None and complaint.proposal.by in complaint.recused:
        draft.change(proposal=None)
    if complaint.extension_asked_by in complaint.recused:
        draft.change(extension_asked_by=None)
    draft.say(**concerned, supervisor_id=command.supervisor_id)
    draft.tell(ComplaintClassified, **concerned, classified_at=draft.at)


def assign(draft: Draft, command: Assign) -> None:
    """A decision that the one before proposed is no longer before the second person."""
    if command.assignee_id in draft.complaint.recused:
        raise Refused(
            Why.RECUSED,
            "The person complained about and their supervisor cannot be assigned to the complaint.",
        )
    if command.assignee_id != draft.complaint.assignee_id:
        draft.change(assignee_id=command.assignee_id, proposal=None)
    draft.say(assignee_id=command.assignee_id)


def start_investigation(draft: Draft, _command: StartInvestigation) -> None:
    require_assignee(draft)
    draft.change(state=State.INVESTIGATING)


def add_evidence(draft: Draft, command: AddEvidence) -> None:
    draft.evidence = [
        Evidence(
            complaint_id=draft.complaint.complaint_id,
            kind=kind,
            reference=reference,
            added_by=draft.actor,
            added_at=draft.at,
        )
        for kind, reference in dict.fromkeys(command.items)
    ]
    draft.say(**{f"{one.kind}:{one.reference}": "added" for one in draft.evidence})


def ask_extension(draft: Draft, _command: AskExtension) -> None:
    _next_end_exists(draft)
    _in_time(draft)
    if draft.complaint.extension_asked_by is not None:
        raise Refused(Why.STATE, "A longer term has been asked for already and waits for a second person.")
    draft.change(extension_asked_by=draft.actor)


def approve_extension(draft: Draft, _command: ApproveExtension) -> None:
    _second_person_on_extension(draft)
    _next_end_exists(draft)
    _in_time(draft)
    count = draft.complaint.extensions + 1
    due_at = draft.complaint.ends[count]
    draft.change(extensions=count, due_at=due_at, extension_asked_by=None)
    draft.say(extension=count, due_at=due_at)
    draft.tell(ComplaintExtended, extension=count, due_at=due_at, extended_at=draft.at)


def refuse_extension(draft: Draft, _command: RefuseExtension) -> None:
    _second_person_on_extension(draft)
    draft.change(extension_asked_by=None)


def require_assignee(draft: Draft) -> None:
    """Refused unless the actor is the one to whom the complaint is assigned."""
    if draft.complaint.assignee_id is None:
        raise Refused(Why.STATE, "The complaint is assigned to nobody yet.")
    if draft.complaint.assignee_id != draft.actor:
        raise Refused(Why.STATE, "This is for the one to whom the complaint is assigned.")


def _second_person_on_extension(draft: Draft) -> None:
    asked_by = draft.complaint.extension_asked_by
    if asked_by is None:
        raise Refused(Why.STATE, "No longer term has been asked for.")
    if asked_by == draft.actor:
        raise Refused(Why.FOUR_EYES, "Who asked for a longer term cannot approve or refuse it as well.")


def _next_end_exists(draft: Draft) -> None:
    if draft.complaint.extensions + 1 >= len(draft.complaint.ends):
        raise Refused(Why.TERM, "The rule that sets the term grants no further extension.")


def _in_time(draft: Draft) -> None:
    if draft.at >= draft.complaint.due_at:
        raise Refused(Why.TERM, "The term has run out; it cannot be extended any more.")
