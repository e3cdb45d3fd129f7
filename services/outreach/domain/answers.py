"""From the provider to the outcome: delivery receipts, replies, collectors' records."""

from datetime import datetime

from services.outreach.domain.contact import Contact, ContactState
from services.outreach.domain.facts import OutcomeReported, ReceiptCame, ReceiptStatus, Step
from services.outreach.domain.steps import failed, moved
from shared.contracts.base import Event
from shared.contracts.contacts import ContactAnswered, ContactDelivered, OptedOut, OutcomeRecorded
from shared.contracts.vocabulary import OutcomeCode
from shared.ids import derive_id

_OPEN = frozenset({ContactState.DISPATCHED, ContactState.UNCONFIRMED, ContactState.DELIVERED})
_UNDELIVERED = frozenset({ContactState.DISPATCHED, ContactState.UNCONFIRMED})
_NOT_REACHED = frozenset({OutcomeCode.NO_ANSWER, OutcomeCode.BUSY, OutcomeCode.WRONG_NUMBER})
_AS_OUTCOME = {
    ReceiptStatus.NO_ANSWER: OutcomeCode.NO_ANSWER,
    ReceiptStatus.BUSY: OutcomeCode.BUSY,
}


def receipt_came(contact: Contact, fact: ReceiptCame, now: datetime) -> Step:
    """A receipt never takes a contact back: delivered stays delivered, failed stays failed."""
    as_outcome = _AS_OUTCOME.get(fact.status)
    if as_outcome is not None:
        if contact.state not in _UNDELIVERED:
            return Step(contact)
        outcome_id = derive_id("outcome", contact.contact_id, "receipt", as_outcome)
        return outcome_reported(contact, OutcomeReported(outcome_id, as_outcome, fact.at), now)
    if fact.status is ReceiptStatus.ANSWERED:
        return _answered(contact, fact.at, now)
    if contact.state not in _UNDELIVERED:
        return Step(contact)
    if fact.status is ReceiptStatus.FAILED:
        return _not_reached(contact, fact.reason or "not delivered", fact.at, now)
    return Step(moved(contact, ContactState.DELIVERED, now), (_delivered(contact, fact.at),))


def outcome_reported(contact: Contact, fact: OutcomeReported, now: datetime) -> Step:
    """An outcome is always published; it moves the contact where it is still open."""
    if fact.outcome in _NOT_REACHED:
        step = _not_reached(contact, fact.outcome, fact.at, now)
    else:
        step = _answered(contact, fact.at, now)
    return step._replace(events=(*step.events, *_said(contact, fact)))


def _said(contact: Contact, fact: OutcomeReported) -> list[Event]:
    said: list[Event] = [
        OutcomeRecorded(
            outcome_id=fact.outcome_id,
            contact_id=contact.contact_id,
            person_id=contact.person_id,
            customer_id=contact.customer_id,
            case_id=contact.case_id,
            channel=contact.channel,
            outcome=fact.outcome,
            promised=fact.promised,
            promise_due=fact.promise_due,
            recorded_at=fact.at,
        )
    ]
    if fact.opted_out:
        said.append(
            OptedOut(
                person_id=contact.person_id,
                customer_id=contact.customer_id,
                channel=contact.channel,
                contact_point_id=contact.contact_point_id,
                opted_out_at=fact.at,
            )
        )
    return said


def _answered(contact: Contact, at: datetime, now: datetime) -> Step:
    if contact.state not in _OPEN:
        return Step(contact)
    event = ContactAnswered(
        contact_id=contact.contact_id,
        permit_id=contact.permit_id,
        person_id=contact.person_id,
        customer_id=contact.customer_id,
        case_id=contact.case_id,
        channel=contact.channel,
        answered_at=at,
    )
    return Step(moved(contact, ContactState.ANSWERED, now), (event,))


def _not_reached(contact: Contact, reason: str, at: datetime, now: datetime) -> Step:
    if contact.state not in _OPEN:
        return Step(contact)
    return failed(contact, reason, now, left_bank=True, at=at)


def _delivered(contact: Contact, at: datetime) -> ContactDelivered:
    return ContactDelivered(
        contact_id=contact.contact_id,
        permit_id=contact.permit_id or "",
        person_id=contact.person_id,
        customer_id=contact.customer_id,
        case_id=contact.case_id,
        channel=contact.channel,
        delivered_at=at,
    )
