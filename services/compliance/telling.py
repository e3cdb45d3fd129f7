"""Facts of our own about conduct: each gets its leaf and its event."""

from datetime import datetime
from typing import Any

from services.compliance.domain.conduct import Complaint, PlacedHold
from services.compliance.journal import Journal
from shared.contracts.conduct import ComplaintOpened, HoldPlaced, HoldReleased, ViolationFound
from shared.ids import derive_id
from shared.stream.work import Work


def placed(hold: PlacedHold, work: Work, journal: Journal) -> None:
    """Draft the leaf of a new hold and tell of it.

    A hold on one contact point stops no case: the contract's event would say that it does.
    """
    journal.add(
        f"placed:{hold.hold_id}",
        "hold_placed",
        hold.person_id,
        hold.placed_at,
        hold=hold.hold_id,
        rule=hold.kind,
        until=hold.until,
    )
    if hold.contact_point_id is None:
        event = HoldPlaced(
            hold_id=hold.hold_id,
            person_id=hold.person_id,
            customer_id=hold.customer_id,
            kind=hold.kind,
            placed_at=hold.placed_at,
            until=hold.until,
        )
        work.emit(event, key=hold.person_id)


def released(hold: PlacedHold, at: datetime, reason: str, work: Work, journal: Journal) -> None:
    """Draft the leaf of a hold's end and tell of it."""
    journal.add(
        f"released:{hold.hold_id}", "hold_released", hold.person_id, at, hold=hold.hold_id, rule=hold.kind
    )
    if hold.contact_point_id is None:
        event = HoldReleased(
            hold_id=hold.hold_id,
            person_id=hold.person_id,
            customer_id=hold.customer_id,
            kind=hold.kind,
            released_at=at,
            reason=reason,
        )
        work.emit(event, key=hold.person_id)


def complained(complaint: Complaint, work: Work, journal: Journal) -> None:
    """Draft the leaf of a complaint and tell of it."""
    journal.add(
        complaint.complaint_id,
        "complaint_received",
        complaint.person_id,
        complaint.opened_at,
        contact=complaint.contact_id,
        until=complaint.due_at,
    )
    event = ComplaintOpened(
        complaint_id=complaint.complaint_id,
        person_id=complaint.person_id,
        customer_id=complaint.customer_id,
        contact_id=complaint.contact_id,
        opened_at=complaint.opened_at,
        due_at=complaint.due_at,
    )
    work.emit(event, key=complaint.person_id)


def violated(fact: str, contact: Any, rule_id: str, work: Work, journal: Journal) -> None:
    """Draft the leaf of a violation that the fact about this contact shows, and tell of it."""
    event = ViolationFound(
        violation_id=derive_id("violation", rule_id, fact),
        person_id=contact.person_id,
        customer_id=contact.customer_id,
        contact_id=contact.contact_id,
        rule_id=rule_id,
        found_at=work.now,
    )
    journal.add(
        event.violation_id,
        "violation",
        contact.person_id,
        work.now,
        contact=contact.contact_id,
        rule=rule_id,
    )
    work.emit(event, key=contact.person_id)
