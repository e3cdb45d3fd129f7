"""A loan account: what the bank told of it, and where it was last found to stand.

What was told is kept as sets that do not remember the order of arrival: the latest snapshot by version,
payments by id, the weightiest closure. Whatever the order, the same facts give the same account.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from services.intake.domain.account_facts import NO_ORDERS, NOTHING_SEEN, Orders, Seen, Terms
from services.intake.domain.allocation import Charges, Owed
from services.intake.domain.rules import CURRENT_BUCKET
from shared.contracts.corebank import (
    AccountClosed,
    AccountSnapshot,
    ClosureReason,
    PaymentPosted,
    PaymentReversed,
    UnpaidInstalment,
)
from shared.contracts.lending import LoanTerms
from shared.contracts.vocabulary import Product, RiskClassification

CENT = Decimal("0.01")
ZERO = Decimal("0.00")
Unpaid = tuple[tuple[date, Decimal], ...]
"""Due dates and what is still owed of each, oldest first."""


def in_cents(amount: Decimal) -> Decimal:
    """The same amount with two decimals, so that equal amounts are also written alike."""
    return amount.quantize(CENT)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The account as the bank saw it at `as_of`; later ones by `version` replace it.

    `charges` go with `unpaid`, one for each; empty where all of it is principal.
    """

    product: Product
    currency: str
    as_of: datetime
    sequence: int
    event_id: str
    outstanding: Decimal
    unpaid: Unpaid
    branch: str | None
    charges: tuple[Charges, ...] = ()

    @property
    def owed(self) -> list[Owed]:
        """The unpaid due dates with their charges, oldest first."""
        if not self.charges:
            return [Owed(due, amount) for due, amount in self.unpaid]
        return [
            Owed(due, amount, charges)
            for (due, amount), charges in zip(self.unpaid, self.charges, strict=True)
        ]

    @property
    def version(self) -> tuple[datetime, int, str]:
        """What orders snapshots; the event's id decides between two that the bank numbered alike."""
        return self.as_of, self.sequence, self.event_id


@dataclass(slots=True)
class Payment:
    """A payment as far as it is known: its reversal may arrive before it does.

    `paid_by`: the person who paid in the debtor's place (代偿).
    """

    account_id: str
    payment_id: str
    amount: Decimal | None = None
    currency: str | None = None
    effective_at: datetime | None = None
    reversed_at: datetime | None = None
    paid_by: str | None = None


@dataclass(frozen=True, slots=True)
class Closure:
    """The account left the book."""

    effective_at: datetime
    reason: ClosureReason

    @property
    def weight(self) -> tuple[bool, datetime, str]:
        """What orders closures: a write-off or sale outweighs a settlement, then the later one."""
        return self.reason is not ClosureReason.SETTLED, self.effective_at, self.reason


@dataclass(frozen=True, slots=True)
class Standing:
    """Where an account stood when it was last assessed; `ages_on` is when time alone changes that.

    `falling_due`: the due date last announced, while it lies ahead. `late_on` and `bad_on` are those of
    `Seen`, and what the payments since the snapshot add.
    """

    overdue: bool = False
    days_past_due: int = 0
    bucket: str = CURRENT_BUCKET
    arrears: Decimal = ZERO
    outstanding: Decimal = ZERO
    oldest_unpaid: date | None = None
    ages_on: date | None = None
    falling_due: date | None = None
    tier: RiskClassification = RiskClassification.NORMAL
    late_on: date | None = None
    bad_on: date | None = None


NOTHING_OWED = Standing()


@dataclass(slots=True)
class Account:
    """A loan account. `payments` holds those that can still matter beside the snapshot."""

    account_id: str
    customer_id: str
    snapshot: Snapshot | None = None
    closure: Closure | None = None
    payments: dict[str, Payment] = field(default_factory=dict)
    standing: Standing = NOTHING_OWED
    seen: Seen = NOTHING_SEEN
    terms: Terms | None = None
    orders: Orders = NO_ORDERS

    @property
    def closed(self) -> bool:
        """Whether it left the book. A settled account is back when a later snapshot shows it."""
        if self.closure is None:
            return False
        if self.snapshot is None or self.closure.reason is not ClosureReason.SETTLED:
            return True
        return self.snapshot.as_of <= self.closure.effective_at

    def take_snapshot(self, event: AccountSnapshot, event_id: str) -> None:
        """Keep the snapshot if it is the latest."""
        known = self.snapshot
        if known is not None and (event.as_of, event.sequence, event_id) <= known.version:
            return
        unpaid, charges = _unpaid(event)
        self.snapshot = Snapshot(
            event.product,
            event.currency,
            event.as_of,
            event.sequence,
            event_id,
            in_cents(event.outstanding),
            unpaid,
            event.branch,
            charges,
        )

    def take_terms(self, version: int, event_id: str, terms: LoanTerms) -> bool:
        """Keep the terms if they are the latest; whether they were."""
        known = self.terms
        if known is not None and (version, event_id) <= (known.version, known.event_id):
            return False
        self.terms = Terms(version, event_id, terms)
        return True

    def post(self, event: PaymentPosted) -> bool:
        """Keep the payment; False if it was known.

        ValueError for another currency than the account's, or the same id with another content.
        """
        known = self.payments.get(event.payment_id)
        told = (in_cents(event.amount), event.currency, event.effective_at)
        if known is not None and known.amount is not None:
            if (*told, event.paid_by) != (known.amount, known.currency, known.effective_at, known.paid_by):
                raise ValueError(
                    f"payment {event.payment_id} of account {self.account_id} was posted before "
                    "with another amount, currency, time or payer"
                )
            return False
        if self.snapshot is not None and self.snapshot.currency != event.currency:
            raise ValueError(
                f"payment {event.payment_id} is in {event.currency}, "
                f"account {self.account_id} in {self.snapshot.currency}"
            )
        payment = self._payment(event.payment_id)
        payment.amount, payment.currency, payment.effective_at = told
        payment.paid_by = event.paid_by
        return True

    def reverse(self, event: PaymentReversed) -> bool:
        """Keep the reversal; False if it was known. Of several, the earliest counts."""
        payment = self._payment(event.payment_id)
        known = payment.reversed_at
        payment.reversed_at = event.effective_at if known is None else min(known, event.effective_at)
        return known is None

    def close(self, event: AccountClosed) -> None:
        """Keep the closure if it outweighs the one that is known."""
        closure = Closure(event.effective_at, event.reason)
        if self.closure is None or closure.weight > self.closure.weight:
            self.closure = closure

    def _payment(self, payment_id: str) -> Payment:
        payment = self.payments.get(payment_id)
        if payment is None:
            payment = self.payments[payment_id] = Payment(self.account_id, payment_id)
        return payment


def _unpaid(event: AccountSnapshot) -> tuple[Unpaid, tuple[Charges, ...]]:
    items = [item for item in event.unpaid if item.amount]
    if not any(item.interest or item.fee or item.penalty for item in items):
        return tuple(sorted((item.due_date, in_cents(item.amount)) for item in items)), ()
    owed = sorted((item.due_date, in_cents(item.amount), _charges(item)) for item in items)
    return tuple((due, amount) for due, amount, _ in owed), tuple(charges for _, _, charges in owed)


def _charges(item: UnpaidInstalment) -> Charges:
    return Charges(in_cents(item.interest), in_cents(item.fee), in_cents(item.penalty))


class PaymentState(StrEnum):
    """What a payment does to its account."""

    WAITING = "waiting"  # no snapshot of the account yet
    APPLIED = "applied"  # newer than the snapshot: reduces what is owed
    IN_SNAPSHOT = "in_snapshot"  # the snapshot has it already
    REVERSED = "reversed"  # undone, and the snapshot is not affected
    OWED_AGAIN = "owed_again"  # the snapshot counts it, and it was undone since
    OTHER_CURRENCY = "other_currency"  # arrived before the snapshot, which has another currency
    NOT_SEEN = "not_seen"  # only its reversal arrived


def state_of(payment: Payment, snapshot: Snapshot | None) -> PaymentState:
    """What the payment does beside this snapshot."""
    if payment.amount is None or payment.effective_at is None:
        return PaymentState.NOT_SEEN
    if snapshot is None:
        return PaymentState.WAITING if payment.reversed_at is None else PaymentState.REVERSED
    if payment.currency != snapshot.currency:
        return PaymentState.OTHER_CURRENCY
    if payment.effective_at > snapshot.as_of:
        return PaymentState.APPLIED if payment.reversed_at is None else PaymentState.REVERSED
    if payment.reversed_at is None:
        return PaymentState.IN_SNAPSHOT
    return PaymentState.OWED_AGAIN if payment.reversed_at > snapshot.as_of else PaymentState.REVERSED
