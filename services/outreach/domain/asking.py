"""From the treatment to the permit: looking up the debtor, asking the gate, taking its answer."""

from collections.abc import Sequence
from datetime import datetime

from msgspec.structs import replace

from services.outreach.domain.contact import FINAL, NO_LEASE, WITHDRAWABLE, Contact, ContactState
from services.outreach.domain.facts import (
    AskAgain,
    PartyArrived,
    PartyMissing,
    PermitExpired,
    Step,
    Stopped,
    TimerKind,
    Treated,
    Wake,
)
from services.outreach.domain.party import Party
from services.outreach.domain.steps import failed, failure, moved, withdrawal, withdrawn
from services.outreach.domain.words import Words
from shared.contracts.decisions import (
    ContactAllowed,
    ContactDeferred,
    ContactDenied,
    ContactReferred,
    Effect,
    Reason,
)
from shared.contracts.requests import ContactRequested

NO_PARTY = "no party on file"
NO_CONTACT_POINT = "no contact point"
TOO_LATE = "permit came too late"
_LONGEST_REASON = 200


def treated(contact: Contact, fact: Treated, now: datetime) -> Step:
    """A treatment asks for its debtor at once, or waits for the debtor to come on file."""
    if fact.party is None:
        waiting = moved(contact, ContactState.AWAITING_PARTY, now)
        return Step(waiting, (), Wake(TimerKind.AWAIT_PARTY, fact.give_up_at))
    return _ask(contact, fact.party, fact.words, now)


def party_arrived(contact: Contact, fact: PartyArrived, now: datetime) -> Step:
    """The debtor is here: ask."""
    if contact.state is not ContactState.AWAITING_PARTY:
        return Step(contact)
    return _ask(contact, fact.party, fact.words, now)._replace(wake=Wake(TimerKind.AWAIT_PARTY, None))


def party_missing(contact: Contact, _fact: PartyMissing, now: datetime) -> Step:
    """The debtor did not come in time: give up."""
    if contact.state is not ContactState.AWAITING_PARTY:
        return Step(contact)
    return failed(contact, NO_PARTY, now)


def ask_again(contact: Contact, fact: AskAgain, now: datetime) -> Step:
    """The time that the gate had named is here."""
    if contact.state is not ContactState.DEFERRED:
        return Step(contact)
    return _ask(contact, fact.party, fact.words, now, fact.max_asks)


def permit_expired(contact: Contact, fact: PermitExpired, now: datetime) -> Step:
    """The permit cannot be used any more: ask for another, unless strategy has stopped the contact."""
    holding = contact.state in (ContactState.PERMITTED, ContactState.DISPATCHING)
    if not holding or contact.permit_id != fact.permit_id:
        return Step(contact)
    if contact.stop_reason:
        return withdrawn(contact, contact.stop_reason, now)
    return _ask(contact, fact.party, fact.words, now, fact.max_asks)


def allowed(contact: Contact, fact: ContactAllowed, now: datetime) -> Step:
    """The gate gave a permit."""
    if contact.state in FINAL and fact.ask == contact.ask and contact.permit_id is None:
        # The contact ended while the gate decided: the reservation must not count against the person.
        return Step(contact, (withdrawal(contact, fact.permit_id, TOO_LATE, now),))
    if not _answers(contact, fact.ask):
        return Step(contact)
    permitted = moved(
        contact,
        ContactState.PERMITTED,
        now,
        permit_id=fact.permit_id,
        valid_until=fact.valid_until,
        queued_at=now,
        lease_until=NO_LEASE,
    )
    return Step(permitted)


def deferred(contact: Contact, fact: ContactDeferred, now: datetime) -> Step:
    """The gate named a time: wait for it."""
    if not _answers(contact, fact.ask):
        return Step(contact)
    waiting = moved(contact, ContactState.DEFERRED, now, _named(fact.reasons, Effect.DEFER))
    return Step(waiting, (), Wake(TimerKind.ASK_AGAIN, fact.until))


def denied(contact: Contact, fact: ContactDenied, now: datetime) -> Step:
    """The gate said no."""
    return _turned_down(contact, fact.ask, ContactState.DENIED, _named(fact.reasons, Effect.DENY), now)


def referred(contact: Contact, fact: ContactReferred, now: datetime) -> Step:
    """The gate left it to a human."""
    return _turned_down(contact, fact.ask, ContactState.REFERRED, _named(fact.reasons, Effect.REVIEW), now)


def stopped(contact: Contact, fact: Stopped, now: datetime) -> Step:
    """Strategy wants nothing more of this case to leave."""
    if contact.state in WITHDRAWABLE:
        return withdrawn(contact, fact.reason, now)
    if contact.state is ContactState.DISPATCHING and contact.stop_reason is None:
        # The dispatch in progress decides whether anything has left.
        return Step(replace(contact, stop_reason=fact.reason))
    return Step(contact)


def _answers(contact: Contact, ask: int) -> bool:
    return contact.state is ContactState.REQUESTED and contact.ask == ask


def _turned_down(contact: Contact, ask: int, state: ContactState, rules: str, now: datetime) -> Step:
    if not _answers(contact, ask):
        return Step(contact)
    reason = f"{state}: {rules}"[:_LONGEST_REASON]
    return Step(moved(contact, state, now, reason), (failure(contact, reason, now, left_bank=False),))


def _named(reasons: Sequence[Reason], effect: Effect) -> str:
    """The rules that led to the answer, as ids."""
    return ", ".join(reason.rule_id for reason in reasons if reason.effect == effect)[:_LONGEST_REASON]


def _ask(contact: Contact, party: Party | None, words: Words, now: datetime, max_asks: int = 1) -> Step:
    if party is None:
        return failed(contact, NO_PARTY, now)
    point = party.point_for(contact.channel)
    if point is None:
        return failed(contact, NO_CONTACT_POINT, now)
    if words.missing is not None:
        return failed(contact, words.missing, now)
    if contact.ask >= max_asks:
        return failed(contact, f"not permitted after {contact.ask} asks", now)
    asking = moved(
        contact,
        ContactState.REQUESTED,
        now,
        person_id=party.person_id,
        role=party.role,
        language=party.language,
        contact_point_id=point.contact_point_id,
        ask=contact.ask + 1,
        template_version=words.version,
        permit_id=None,
        valid_until=None,
        handed_over=False,
    )
    return Step(asking, (_request(asking, party, point.contact_point_id, words, now),))


def _request(
    contact: Contact, party: Party, contact_point_id: str, words: Words, now: datetime
) -> ContactRequested:
    return ContactRequested(
        contact_id=contact.contact_id,
        ask=contact.ask,
        person_id=party.person_id,
        customer_id=contact.customer_id,
        case_id=contact.case_id,
        treatment_id=contact.treatment_id,
        role=party.role,
        channel=contact.channel,
        purpose=contact.purpose,
        contact_point_id=contact_point_id,
        template=contact.template,
        language=party.language,
        jurisdiction=party.jurisdiction,
        time_zone=party.time_zone,
        requested_at=now,
        content_tags=None if words.tags is None else list(words.tags),
        linter=words.linter,
        template_version=words.version,
        template_digest=words.digest,
    )
