"""Facts of our own about conduct: each gets its leaf and its event."""

from datetime import datetime
from typing import Any

from services.compliance.domain.conduct import PlacedHold
from services.compliance.domain.record import DecisionRecord
from services.compliance.journal import Journal
from shared.contracts.base import Event
from shared.contracts.conduct import HoldPlaced, HoldReleased
from shared.contracts.decisions import (
    ContactAllowed,
    ContactDeferred,
    ContactDenied,
    ContactReferred,
    Effect,
)
from shared.stream.work import Work


def placed(hold: PlacedHold, work: Work, journal: Journal) -> None:
    """Draft the leaf of a new hold and tell of it.

    A hold on one contact point or one debt stops no case: the contract's event would say that it does.
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
    if _stops_cases(hold):
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
        f"released:{hold.hold_id}",
        "hold_released",
        hold.person_id,
        at,
        {"reason": reason},
        hold=hold.hold_id,
        rule=hold.kind,
    )
    if _stops_cases(hold):
        event = HoldReleased(
            hold_id=hold.hold_id,
            person_id=hold.person_id,
            customer_id=hold.customer_id,
            kind=hold.kind,
            released_at=at,
            reason=reason,
        )
        work.emit(event, key=hold.person_id)


def announcement(made: DecisionRecord, leaf_index: int) -> Event:
    """The event that tells a decision."""
    common: dict[str, Any] = {
        "decision_id": made.decision_id,
        "contact_id": made.contact_id,
        "ask": made.ask,
        "person_id": made.person_id,
        "customer_id": made.customer_id,
        "decided_at": made.decided_at,
        "leaf_index": leaf_index,
        "reasons": list(made.reasons),
    }
    if made.permit_id is not None and made.valid_until is not None:
        return ContactAllowed(
            permit_id=made.permit_id,
            valid_until=made.valid_until,
            obligations=list(made.obligations),
            **common,
        )
    if made.until is not None:
        return ContactDeferred(until=made.until, **common)
    return _FINAL[made.effect](**common)


_FINAL: dict[Effect, type[ContactDenied] | type[ContactReferred]] = {
    Effect.DENY: ContactDenied,
    Effect.REVIEW: ContactReferred,
}


def _stops_cases(hold: PlacedHold) -> bool:
    return hold.contact_point_id is None and hold.debt is None
