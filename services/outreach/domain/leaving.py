"""From the permit to the provider: what became of a dispatch. Every fact names its permit."""

from datetime import datetime
from decimal import Decimal

from msgspec.structs import replace

from services.outreach.domain.contact import NO_LEASE, Contact, ContactState
from services.outreach.domain.facts import Refused, Rejected, Released, Sent, Step, Undeliverable, Unknown
from services.outreach.domain.steps import failed, moved, withdrawn
from shared.contracts.base import Money
from shared.contracts.contacts import ContactDispatched


def released(contact: Contact, fact: Released, now: datetime) -> Step:
    """Certainly nothing was sent: back into the queue, or withdrawn if strategy stopped it meanwhile."""
    if not _dispatching(contact, fact.permit_id):
        return Step(contact)
    if contact.stop_reason:
        return withdrawn(contact, contact.stop_reason, now)
    state = ContactState.PERMITTED
    return Step(replace(contact, state=state, lease_until=NO_LEASE, handed_over=False))


def refused(contact: Contact, fact: Refused, now: datetime) -> Step:
    """The gate did not redeem the permit: withdrawn, with its rule."""
    if not _dispatching(contact, fact.permit_id):
        return Step(contact)
    return withdrawn(contact, fact.reason, now)


def undeliverable(contact: Contact, fact: Undeliverable, now: datetime) -> Step:
    """There is no message to send."""
    if not _dispatching(contact, fact.permit_id):
        return Step(contact)
    return failed(contact, fact.reason, now)


def rejected(contact: Contact, fact: Rejected, now: datetime) -> Step:
    """The provider did not take it: no attempt was made."""
    if not _dispatching(contact, fact.permit_id):
        return Step(contact)
    return failed(contact, fact.reason, now, provider=fact.provider)


def sent(contact: Contact, fact: Sent, now: datetime) -> Step:
    """The provider took it."""
    if not _dispatching(contact, fact.permit_id):
        return Step(contact)
    gone = _gone(contact, ContactState.DISPATCHED, fact, fact.provider_reference, now)
    return Step(gone, (_dispatched(gone, fact.permit_id, fact.provider, fact.cost, now),))


def unknown(contact: Contact, fact: Unknown, now: datetime) -> Step:
    """Nobody can tell: it counts as made, and stays unconfirmed."""
    if not _dispatching(contact, fact.permit_id):
        return Step(contact)
    gone = _gone(contact, ContactState.UNCONFIRMED, fact, None, now)
    return Step(gone, (_dispatched(gone, fact.permit_id, fact.provider, fact.cost, now),))


def _dispatching(contact: Contact, permit_id: str) -> bool:
    return contact.state is ContactState.DISPATCHING and contact.permit_id == permit_id


def _gone(
    contact: Contact, state: ContactState, fact: Sent | Unknown, reference: str | None, now: datetime
) -> Contact:
    cost: Decimal = fact.exact_cost
    return moved(
        contact,
        state,
        now,
        provider=fact.provider,
        provider_reference=reference,
        cost=cost,
        cost_currency=fact.cost.currency,
        text_digest=fact.text_digest,
    )


def _dispatched(
    contact: Contact, permit_id: str, provider: str, cost: Money, now: datetime
) -> ContactDispatched:
    return ContactDispatched(
        contact_id=contact.contact_id,
        permit_id=permit_id,
        person_id=contact.person_id,
        customer_id=contact.customer_id,
        case_id=contact.case_id,
        treatment_id=contact.treatment_id,
        channel=contact.channel,
        provider=provider,
        dispatched_at=now,
        cost=cost,
    )
