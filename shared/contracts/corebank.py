"""`corebank.events.v1`: what the bank's core system publishes. Keys and order are the bank's own.

The bank names each event by (`ce_source`, `ce_id`); intake applies a pair once. Order does not matter:
a snapshot carries the account's version (`as_of`, `sequence`), payments their effective instant.
"""

from decimal import Decimal
from enum import StrEnum

from shared.contracts import corebank_book
from shared.contracts.base import Currency, Day, Event, Id, Instant, Part, check_amount
from shared.contracts.corebank_book import AccountTermsGiven, CustomerProfileGiven, GroupGiven
from shared.contracts.vocabulary import ContactPointKind, PartyRole, Product


class UnpaidInstalment(Part, frozen=True, kw_only=True):
    """What is still owed of one due date; due dates on or before the business date are arrears.

    `interest`, `fee` and `penalty` are parts of `amount`; the rest of it is principal.
    """

    due_date: Day
    amount: Decimal
    interest: Decimal = Decimal(0)
    fee: Decimal = Decimal(0)
    penalty: Decimal = Decimal(0)

    def __post_init__(self) -> None:
        check_amount("unpaid.amount", self.amount)
        if self.interest or self.fee or self.penalty:
            for name in ("interest", "fee", "penalty"):
                check_amount(f"unpaid.{name}", getattr(self, name))
            if self.interest + self.fee + self.penalty > self.amount:
                raise ValueError("unpaid.amount must not be less than its interest, fee and penalty together")


class AccountSnapshot(Event, frozen=True, kw_only=True):
    """The state of a loan account at `as_of`; `sequence` orders snapshots of the same instant."""

    type_ = "corebank.account.snapshot.v1"
    account_id: Id
    customer_id: Id
    product: Product
    currency: Currency
    as_of: Instant
    sequence: int = 0
    outstanding: Decimal
    unpaid: list[UnpaidInstalment] = []
    branch: Id | None = None

    def __post_init__(self) -> None:
        check_amount("outstanding", self.outstanding)


class PaymentPosted(Event, frozen=True, kw_only=True):
    """Money credited to an account at `effective_at` (which may lie in the past).

    `paid_by`: the person who paid in the debtor's place, a guarantor for example (register row A3).
    """

    type_ = "corebank.payment.posted.v1"
    payment_id: Id
    account_id: Id
    customer_id: Id
    amount: Decimal
    currency: Currency
    effective_at: Instant
    paid_by: Id | None = None

    def __post_init__(self) -> None:
        check_amount("amount", self.amount)
        if self.amount == 0:
            raise ValueError("amount must be more than zero")


class PaymentReversed(Event, frozen=True, kw_only=True):
    """A payment that came undone: a returned cheque, a recalled direct debit."""

    type_ = "corebank.payment.reversed.v1"
    payment_id: Id
    account_id: Id
    customer_id: Id
    effective_at: Instant
    reason: str = ""


class ClosureReason(StrEnum):
    SETTLED = "settled"
    WRITTEN_OFF = "written_off"
    SOLD = "sold"


class AccountClosed(Event, frozen=True, kw_only=True):
    """The account left the book."""

    type_ = "corebank.account.closed.v1"
    account_id: Id
    customer_id: Id
    effective_at: Instant
    reason: ClosureReason


class ContactPointGiven(Part, frozen=True, kw_only=True):
    """A way to reach a person, in clear: the bank's own topic is inside the bank's own wall."""

    contact_point_id: Id
    kind: ContactPointKind
    value: str


class PersonGiven(Part, frozen=True, kw_only=True):
    """A natural or legal person tied to a customer's debts."""

    person_id: Id
    role: PartyRole
    name: str = ""
    language: str = "zh-CN"
    time_zone: str | None = "Asia/Shanghai"
    contact_points: list[ContactPointGiven] = []


class CustomerChanged(Event, frozen=True, kw_only=True):
    """Everyone tied to the customer, whole; a higher `version` replaces a lower one."""

    type_ = "corebank.customer.changed.v1"
    customer_id: Id
    version: int
    jurisdiction: str = "CN"
    persons: list[PersonGiven]


class CovenantBreached(Event, frozen=True, kw_only=True):
    """A promise in the contract was broken though nothing may be overdue (register row A22)."""

    type_ = "corebank.covenant.breached.v1"
    breach_id: Id
    account_id: Id
    customer_id: Id
    kind: str
    effective_at: Instant


class RiskSignalled(Event, frozen=True, kw_only=True):
    """An early warning from credit or post-lending (register row A22)."""

    type_ = "corebank.risk.signalled.v1"
    signal_id: Id
    customer_id: Id
    account_id: Id | None = None
    kind: str
    effective_at: Instant


EVENTS: tuple[type[Event], ...] = (
    AccountSnapshot,
    PaymentPosted,
    PaymentReversed,
    AccountClosed,
    CustomerChanged,
    CovenantBreached,
    RiskSignalled,
    *corebank_book.EVENTS,
)

CoreBankEvent = (
    AccountSnapshot
    | PaymentPosted
    | PaymentReversed
    | AccountClosed
    | CustomerChanged
    | CovenantBreached
    | RiskSignalled
    | CustomerProfileGiven
    | AccountTermsGiven
    | GroupGiven
)
