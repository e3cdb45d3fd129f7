"""`intake.delinquency.v1`, keyed by customer: what became of the debt."""

from decimal import Decimal
from enum import StrEnum

from shared.contracts import book
from shared.contracts.base import Currency, Day, Event, Id, Instant, Money, Part
from shared.contracts.vocabulary import Product, RiskClassification


class CustomerPosition(Part, frozen=True, kw_only=True):
    """The customer's accounts together, after the event that carries it."""

    days_past_due: int
    bucket: str
    overdue_accounts: int
    arrears: list[Money]


class CureCause(StrEnum):
    PAYMENT = "payment"
    CLOSURE = "closure"
    CORRECTION = "correction"


class OverdueDetected(Event, frozen=True, kw_only=True):
    """An account became overdue; carries its first bucket."""

    type_ = "overdue.detected.v1"
    customer_id: Id
    account_id: Id
    product: Product
    currency: Currency
    as_of: Instant
    days_past_due: int
    bucket: str
    arrears: Decimal
    outstanding: Decimal
    oldest_unpaid: Day
    position: CustomerPosition


class OverdueUpdated(Event, frozen=True, kw_only=True):
    """An overdue account's arrears, days past due or oldest unpaid due date changed."""

    type_ = "overdue.updated.v1"
    customer_id: Id
    account_id: Id
    product: Product
    currency: Currency
    as_of: Instant
    days_past_due: int
    bucket: str
    arrears: Decimal
    outstanding: Decimal
    oldest_unpaid: Day
    position: CustomerPosition


class OverdueCured(Event, frozen=True, kw_only=True):
    """Nothing of the account is overdue any more."""

    type_ = "overdue.cured.v1"
    customer_id: Id
    account_id: Id
    as_of: Instant
    cause: CureCause
    position: CustomerPosition


class BucketChanged(Event, frozen=True, kw_only=True):
    """An account that stays overdue moved to another bucket: a roll forward or a roll back."""

    type_ = "bucket.changed.v1"
    customer_id: Id
    account_id: Id
    as_of: Instant
    before: str
    after: str
    days_past_due: int
    arrears: Decimal
    currency: Currency


class PaymentReceived(Event, frozen=True, kw_only=True):
    """Money arrived on an account, overdue or not.

    `paid_by`: the person who paid in the debtor's place, a guarantor for example (register row A3).
    """

    type_ = "payment.received.v1"
    customer_id: Id
    account_id: Id
    payment_id: Id
    paid: Money
    effective_at: Instant
    position: CustomerPosition
    paid_by: Id | None = None


class PaymentUndone(Event, frozen=True, kw_only=True):
    """A payment was reversed; what it had cleared is owed again."""

    type_ = "payment.reversed.v1"
    customer_id: Id
    account_id: Id
    payment_id: Id
    paid: Money
    effective_at: Instant
    position: CustomerPosition
    paid_by: Id | None = None


class ClassificationChanged(Event, frozen=True, kw_only=True):
    """The account's tier of risk classification changed (register row B1)."""

    type_ = "classification.changed.v1"
    customer_id: Id
    account_id: Id
    as_of: Instant
    before: RiskClassification
    after: RiskClassification
    reason: str


class Trigger(StrEnum):
    COVENANT_BREACH = "covenant_breach"
    EARLY_WARNING = "early_warning"


class TriggerRaised(Event, frozen=True, kw_only=True):
    """A reason to act that is not an overdue payment (register row A22)."""

    type_ = "trigger.raised.v1"
    customer_id: Id
    account_id: Id | None = None
    trigger: Trigger
    kind: str
    effective_at: Instant


EVENTS: tuple[type[Event], ...] = (
    OverdueDetected,
    OverdueUpdated,
    OverdueCured,
    BucketChanged,
    PaymentReceived,
    PaymentUndone,
    ClassificationChanged,
    TriggerRaised,
    *book.EVENTS,
)
