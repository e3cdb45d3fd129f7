"""A complaint comes in."""

from datetime import datetime, timedelta

import msgspec

from services.compliance.domain.complaints.draft import Draft, Step
from services.compliance.domain.complaints.file import Complaint, Evidence, File
from services.compliance.domain.complaints.policy import ComplaintPolicy
from services.compliance.domain.complaints.terms import Place
from services.compliance.domain.complaints.words import ActKind, EvidenceKind, State
from shared.contracts.complaints import ComplaintCategory, ComplaintSource, Severity
from shared.contracts.conduct import ComplaintOpened
from shared.contracts.vocabulary import Channel
from shared.ids import derive_id


class Intake(msgspec.Struct, frozen=True, kw_only=True):
    """What is known when it comes in. `contact_ids` are the contacts that it is about or was made in."""

    complaint_id: str
    person_id: str
    customer_id: str
    received_at: datetime
    category: ComplaintCategory
    source: ComplaintSource
    severity: Severity
    channel: Channel | None = None
    contact_ids: tuple[str, ...] = ()
    branch_id: str | None = None
    agency_id: str | None = None
    collector_id: str | None = None
    supervisor_id: str | None = None
    sealed_text: str | None = None
    hold_id: str | None = None
    """The hold that it brings about, where that has its name already."""


def open_complaint(intake: Intake, place: Place, actor: str, now: datetime, policy: ComplaintPolicy) -> Step:
    """The new file. Even the person complained about may register a complaint: that is no handling of it."""
    ends = policy.ends(place, intake.received_at)
    known = {
        name: getattr(intake, name)
        for name in Intake.__struct_fields__
        if name not in ("received_at", "contact_ids", "hold_id")
    }
    made = Complaint(
        **known,
        contact_id=intake.contact_ids[0] if intake.contact_ids else None,
        opened_at=intake.received_at,
        received_on=ends.received_on,
        registered_at=now,
        registered_by=actor,
        state=State.RECEIVED,
        jurisdiction=place.jurisdiction,
        zone=ends.zone,
        due_at=ends.instants[0],
        ends=ends.instants,
        term_cite=ends.cite,
        acknowledge_by=intake.received_at + timedelta(days=policy.rules.acknowledge_days),
        changed_at=now,
    )
    draft = Draft(File(made), actor, now, policy, made)
    stop_collection(draft, intake.hold_id)
    draft.evidence = [
        Evidence(
            complaint_id=made.complaint_id,
            kind=EvidenceKind.CONTACT,
            reference=contact_id,
            added_by=actor,
            added_at=now,
        )
        for contact_id in dict.fromkeys(intake.contact_ids)
    ]
    draft.say(category=made.category, source=made.source, severity=made.severity, due_at=made.due_at)
    draft.say(policy=policy.rules.tag)
    draft.tell(
        ComplaintOpened,
        contact_id=made.contact_id,
        opened_at=made.opened_at,
        due_at=made.due_at,
        category=made.category,
        source=made.source,
        severity=made.severity,
        branch_id=made.branch_id,
        agency_id=made.agency_id,
        collector_id=made.collector_id,
    )
    return draft.step(ActKind.RECEIVED, None, None)


def stop_collection(draft: Draft, hold_id: str | None = None) -> None:
    """The hold that the policy asks for while the complaint is open; each round has its own."""
    complaint = draft.complaint
    if complaint.category not in draft.policy.rules.without_hold:
        draft.places_hold = hold_id or derive_id("hold", complaint.complaint_id, complaint.round)
        draft.change(hold_id=draft.places_hold)
