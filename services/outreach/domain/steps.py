"""The steps that several decisions share."""

from datetime import datetime
from typing import Any

from msgspec.structs import replace

from services.outreach.domain.contact import Contact, ContactState
from services.outreach.domain.facts import Step, TimerKind, Wake
from shared.contracts.contacts import ContactFailed, ContactWithdrawn

_WAITS_FOR = {
    ContactState.AWAITING_PARTY: TimerKind.AWAIT_PARTY,
    ContactState.DEFERRED: TimerKind.ASK_AGAIN,
}


def moved(
    contact: Contact, state: ContactState, now: datetime, reason: str | None = None, **changes: Any
) -> Contact:
    """The contact in another state, one version on, and out of the dispatcher's queue."""
    changes.setdefault("queued_at", None)
    version = contact.version + 1
    return replace(contact, state=state, changed_at=now, version=version, reason=reason, **changes)


def failed(
    contact: Contact,
    reason: str,
    now: datetime,
    *,
    left_bank: bool = False,
    at: datetime | None = None,
    **changes: Any,
) -> Step:
    """The contact ends without having reached the person; `at` is when, where that was before `now`."""
    event = failure(contact, reason, at or now, left_bank=left_bank)
    return Step(moved(contact, ContactState.FAILED, now, reason, **changes), (event,))


def failure(contact: Contact, reason: str, at: datetime, *, left_bank: bool) -> ContactFailed:
    """The event of a contact that did not reach the person."""
    return ContactFailed(
        contact_id=contact.contact_id,
        permit_id=contact.permit_id,
        person_id=contact.person_id,
        customer_id=contact.customer_id,
        case_id=contact.case_id,
        channel=contact.channel,
        reason=reason,
        left_bank=left_bank,
        failed_at=at,
    )


def withdrawn(contact: Contact, reason: str, now: datetime) -> Step:
    """The contact will not be made; whatever it waited for is forgotten."""
    waited = _WAITS_FOR.get(contact.state)
    return Step(
        moved(contact, ContactState.WITHDRAWN, now, reason),
        (withdrawal(contact, contact.permit_id, reason, now),),
        Wake(waited, None) if waited else None,
    )


def withdrawal(contact: Contact, permit_id: str | None, reason: str, now: datetime) -> ContactWithdrawn:
    """The event that gives the reservation back."""
    return ContactWithdrawn(
        contact_id=contact.contact_id,
        permit_id=permit_id,
        person_id=contact.person_id,
        customer_id=contact.customer_id,
        case_id=contact.case_id,
        reason=reason,
        withdrawn_at=now,
    )
