"""What a batch knows of each entity: the rows that are merged into the tables.

Attributes are named as the columns; None and 0 mean that the batch says nothing. A wide table has a row for
each part that changes on its own, because empty columns cost as much time as full ones.
"""

from datetime import date, datetime
from decimal import Decimal

import msgspec


class AccountRow(msgspec.Struct):
    """An account that was overdue."""

    account_id: str
    customer_id: str
    product: str | None = None
    currency: str | None = None
    as_of: datetime | None = None
    days_past_due: int | None = None
    bucket: str | None = None
    arrears: Decimal | None = None
    outstanding: Decimal | None = None
    overdue: bool | None = None
    cured_at: datetime | None = None
    cure_cause: str | None = None
    times_overdue: int = 0
    times_cured: int = 0
    classification: str | None = None


class CaseRow(msgspec.Struct):
    """A case as it begins. `opening_known_at` is when the platform said so."""

    case_id: str
    customer_id: str
    opened_at: datetime | None = None
    opened_stage: str | None = None
    bucket: str | None = None
    days_past_due: int | None = None
    opening_known_at: datetime | None = None
    segment: str | None = None
    policy: str | None = None
    treatments: int = 0


class CaseCourseRow(msgspec.Struct):
    """What became of a case."""

    case_id: str
    customer_id: str
    legal_step: str | None = None
    agency_id: str | None = None
    closed_at: datetime | None = None
    outcome: str | None = None
    closing_known_at: datetime | None = None


class CaseContactsRow(msgspec.Struct):
    """How often a case was contacted."""

    case_id: str
    contacts: int
    first_contact_at: datetime


class CaseAmountRow(msgspec.Struct):
    """A case's arrears at entry in one currency."""

    case_id: str
    currency: str
    arrears: Decimal


class RequestRow(msgspec.Struct):
    """A contact that outreach asks for."""

    contact_id: str
    customer_id: str
    case_id: str
    treatment_id: str
    channel: str
    purpose: str
    requested_at: datetime
    asks: int


class DecisionRow(msgspec.Struct):
    """The gate's answers about a contact."""

    contact_id: str
    allowed_at: datetime | None = None
    deferrals: int = 0
    denied_at: datetime | None = None
    denial_rule: str | None = None
    referred_at: datetime | None = None


class DispatchRow(msgspec.Struct):
    """A contact that left the bank."""

    contact_id: str
    dispatched_at: datetime
    cost: Decimal
    currency: str


class ReceiptRow(msgspec.Struct):
    """A contact that arrived."""

    contact_id: str
    delivered_at: datetime | None = None
    answered_at: datetime | None = None


class EndingRow(msgspec.Struct):
    """A contact that failed, was withdrawn, or came to something; it may never have been requested."""

    contact_id: str
    customer_id: str
    case_id: str | None = None
    channel: str | None = None
    failed_at: datetime | None = None
    failure: str | None = None
    left_bank: bool | None = None
    withdrawn_at: datetime | None = None
    withdrawal: str | None = None
    outcome: str | None = None


class PaymentRow(msgspec.Struct):
    """A payment."""

    payment_id: str
    customer_id: str
    account_id: str
    amount: Decimal
    currency: str
    effective_at: datetime | None = None
    known_at: datetime | None = None
    reversed_at: datetime | None = None


class PromiseRow(msgspec.Struct):
    """A promise to pay."""

    promise_id: str
    case_id: str
    customer_id: str
    promised: Decimal | None = None
    paid: Decimal | None = None
    currency: str | None = None
    due_date: date | None = None
    made_at: datetime | None = None
    kept_at: datetime | None = None
    broken_at: datetime | None = None


class HoldRow(msgspec.Struct):
    """A hold."""

    hold_id: str
    customer_id: str
    kind: str
    placed_at: datetime | None = None
    until: datetime | None = None
    released_at: datetime | None = None


class ComplaintRow(msgspec.Struct):
    """A complaint."""

    complaint_id: str
    customer_id: str
    contact_id: str | None = None
    opened_at: datetime | None = None
    due_at: datetime | None = None
    decided_at: datetime | None = None
    upheld: bool | None = None


class RuleCountRow(msgspec.Struct):
    """How often a rule had an effect on a day."""

    rule_id: str
    effect: str
    day: date
    shard: int
    count: int


class EventCountRow(msgspec.Struct):
    """Events of a type on a day."""

    topic: str
    type: str
    day: date
    shard: int
    count: int


class FlowTickRow(msgspec.Struct):
    """Events of a type projected within five seconds of the wall clock."""

    tick: datetime
    type: str
    shard: int
    count: int


class TopicProgressRow(msgspec.Struct):
    """How far a topic's projection is."""

    topic: str
    shard: int
    events: int
    last_event_at: datetime
    projected_at: datetime
    lag_seconds: Decimal
