"""A contact: one attempt to reach one person because of one treatment, and where it stands."""

from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum

import msgspec

from shared.contracts.base import Money
from shared.contracts.treatments import TreatmentAssigned
from shared.contracts.vocabulary import Channel, PartyRole, Purpose
from shared.ids import derive_id


class ContactState(StrEnum):
    """Where a contact stands."""

    AWAITING_PARTY = "awaiting_party"
    REQUESTED = "requested"
    DEFERRED = "deferred"
    PERMITTED = "permitted"
    DISPATCHING = "dispatching"
    DISPATCHED = "dispatched"
    UNCONFIRMED = "unconfirmed"
    DELIVERED = "delivered"
    ANSWERED = "answered"
    FAILED = "failed"
    DENIED = "denied"
    REFERRED = "referred"
    WITHDRAWN = "withdrawn"


WITHDRAWABLE = frozenset(
    {
        ContactState.AWAITING_PARTY,
        ContactState.REQUESTED,
        ContactState.DEFERRED,
        ContactState.PERMITTED,
    }
)
"""Nothing has left: a suspension withdraws these."""

MADE = frozenset(
    {
        ContactState.DISPATCHED,
        ContactState.UNCONFIRMED,
        ContactState.DELIVERED,
        ContactState.ANSWERED,
    }
)
"""It left the bank, or may have: receipts and outcomes belong here."""

FINAL = frozenset({ContactState.FAILED, ContactState.DENIED, ContactState.REFERRED, ContactState.WITHDRAWN})
"""Nothing changes these any more."""

NO_LEASE = datetime(1970, 1, 1, tzinfo=UTC)
"""`lease_until` of a contact that any dispatcher may take."""


_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(list[Money]).decode


class Contact(msgspec.Struct, frozen=True):
    """One contact; the fields are the columns of its table, in the same order.

    `arrears` is JSON, read only to write the message. `queued_at` is set while the contact is permitted or
    being dispatched; `lease_until`, by the database's wall clock, is until when one dispatcher has it.
    `template_version` is the approved text that the gate was told of, and the only one that may be sent.
    `handed_over` is set before a channel that cannot be asked later takes the message. `stop_reason` waits
    for a dispatch in progress to end.
    """

    contact_id: str
    treatment_id: str
    case_id: str
    customer_id: str
    person_id: str
    role: PartyRole
    channel: Channel
    purpose: Purpose
    template: str
    days_past_due: int
    arrears: str
    correlation: str | None
    created_at: datetime
    language: str
    contact_point_id: str | None
    state: ContactState
    changed_at: datetime
    version: int = 1
    reason: str | None = None
    ask: int = 0
    template_version: int | None = None
    permit_id: str | None = None
    valid_until: datetime | None = None
    queued_at: datetime | None = None
    lease_until: datetime = NO_LEASE
    handed_over: bool = False
    stop_reason: str | None = None
    provider: str | None = None
    provider_reference: str | None = None
    cost: Decimal | None = None
    cost_currency: str | None = None
    text_digest: str | None = None


class HistoryEntry(msgspec.Struct, frozen=True):
    """A state that a contact entered; `version` counts them."""

    contact_id: str
    version: int
    state: ContactState
    at: datetime
    ask: int
    reason: str | None


def contact_id_of(treatment_id: str, customer_id: str) -> str:
    """The id of a treatment's contact with the customer's debtor, known before the debtor is on file.

    An individual debtor's person id is the customer id.
    """
    return derive_id("contact", treatment_id, customer_id)


def arrears_text(arrears: list[Money]) -> str:
    """Amounts as a contact keeps them."""
    return _encode(arrears).decode()


def arrears_of(text: str) -> list[Money]:
    """The amounts that a contact keeps."""
    return _decode(text)


def planned(treatment: TreatmentAssigned, correlation: str | None, now: datetime) -> Contact:
    """The contact of a treatment before its debtor was looked up; the customer stands in for the person."""
    return Contact(
        contact_id_of(treatment.treatment_id, treatment.customer_id),
        treatment.treatment_id,
        treatment.case_id,
        treatment.customer_id,
        treatment.customer_id,
        PartyRole.DEBTOR,
        treatment.channel,
        treatment.purpose,
        treatment.template,
        treatment.days_past_due,
        arrears_text(treatment.arrears),
        correlation,
        now,
        "",
        None,
        ContactState.AWAITING_PARTY,
        now,
        version=0,
    )


def history_of(contact: Contact) -> HistoryEntry:
    """The entry that tells of the contact's present state."""
    return HistoryEntry(
        contact.contact_id,
        contact.version,
        contact.state,
        contact.changed_at,
        contact.ask,
        contact.reason,
    )
