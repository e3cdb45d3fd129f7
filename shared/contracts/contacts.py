"""`outreach.contacts.v1`, keyed by person: what became of each contact."""

from shared.contracts.base import Day, Event, Id, Instant, Money
from shared.contracts.vocabulary import Channel, OutcomeCode


class ContactDispatched(Event, frozen=True, kw_only=True):
    """Handed to the provider (or to a human, for calls, letters and visits) under a redeemed permit."""

    type_ = "contact.dispatched.v1"
    contact_id: Id
    permit_id: Id
    person_id: Id
    customer_id: Id
    case_id: Id
    treatment_id: Id
    channel: Channel
    provider: str
    dispatched_at: Instant
    cost: Money


class ContactDelivered(Event, frozen=True, kw_only=True):
    """The provider says it arrived."""

    type_ = "contact.delivered.v1"
    contact_id: Id
    permit_id: Id
    person_id: Id
    customer_id: Id
    case_id: Id
    channel: Channel
    delivered_at: Instant


class ContactFailed(Event, frozen=True, kw_only=True):
    """It did not arrive. `left_bank` tells whether an attempt was made, which counts against caps."""

    type_ = "contact.failed.v1"
    contact_id: Id
    permit_id: Id | None
    person_id: Id
    customer_id: Id
    case_id: Id
    channel: Channel
    reason: str
    left_bank: bool
    failed_at: Instant


class ContactAnswered(Event, frozen=True, kw_only=True):
    """A human answered."""

    type_ = "contact.answered.v1"
    contact_id: Id
    permit_id: Id | None
    person_id: Id
    customer_id: Id
    case_id: Id
    channel: Channel
    answered_at: Instant


class ContactWithdrawn(Event, frozen=True, kw_only=True):
    """The contact will not be made: superseded, cured, refused at dispatch. Its reservation is free again."""

    type_ = "contact.withdrawn.v1"
    contact_id: Id
    permit_id: Id | None
    person_id: Id
    customer_id: Id
    case_id: Id
    reason: str
    withdrawn_at: Instant


class OutcomeRecorded(Event, frozen=True, kw_only=True):
    """What the person said or did, by their reply or by the collector's note."""

    type_ = "contact.outcome_recorded.v1"
    outcome_id: Id
    contact_id: Id | None
    person_id: Id
    customer_id: Id
    case_id: Id | None
    channel: Channel
    outcome: OutcomeCode
    promised: Money | None = None
    promise_due: Day | None = None
    recorded_at: Instant


class OptedOut(Event, frozen=True, kw_only=True):
    """The person wants no more messages on this channel (None: on any)."""

    type_ = "contact.opted_out.v1"
    person_id: Id
    customer_id: Id
    channel: Channel | None
    contact_point_id: Id | None
    opted_out_at: Instant


EVENTS: tuple[type[Event], ...] = (
    ContactDispatched,
    ContactDelivered,
    ContactFailed,
    ContactAnswered,
    ContactWithdrawn,
    OutcomeRecorded,
    OptedOut,
)
