"""The totals that figures are computed from. An empty text means that the dimension is not known."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class AccountTotal:
    """Accounts of one group. `lowest` is the fewest days past due among the overdue ones."""

    product: str
    bucket: str
    segment: str
    currency: str
    overdue: int
    arrears: Decimal
    outstanding: Decimal
    lowest: int | None
    ever_overdue: int
    cured: int


@dataclass(frozen=True, slots=True)
class CaseTotal:
    """Cases of one segment."""

    segment: str
    opened: int
    open: int
    cured: int
    closed: int
    treatments: int
    contacted: int


@dataclass(frozen=True, slots=True)
class ContactTotal:
    """Contacts of one channel, by the states that they reached."""

    channel: str
    requested: int
    allowed: int
    deferred: int
    denied: int
    referred: int
    dispatched: int
    delivered: int
    answered: int
    failed: int
    withdrawn: int
    promised: int


@dataclass(frozen=True, slots=True)
class CurrencyTotal:
    """A number of things and their amount in one currency."""

    group: str
    currency: str
    count: int
    amount: Decimal


@dataclass(frozen=True, slots=True)
class PaymentTotal:
    """Payments in one currency; the collected ones became known while a case was open."""

    currency: str
    payments: int
    paid: Decimal
    collected_payments: int
    collected: Decimal
    cases_paid: int


@dataclass(frozen=True, slots=True)
class PromiseTotal:
    """Promises in one currency, with the promised amounts."""

    currency: str
    made: int
    kept: int
    broken: int
    promised: Decimal
    promised_kept: Decimal
    promised_broken: Decimal


@dataclass(frozen=True, slots=True)
class RuleTotal:
    """How often a rule had an effect."""

    rule_id: str
    effect: str
    count: int


@dataclass(frozen=True, slots=True)
class Totals:
    """All of them, of one moment."""

    accounts: Sequence[AccountTotal] = field(default_factory=list)
    cases: Sequence[CaseTotal] = field(default_factory=list)
    contacts: Sequence[ContactTotal] = field(default_factory=list)
    costs: Sequence[CurrencyTotal] = field(default_factory=list)
    payments: Sequence[PaymentTotal] = field(default_factory=list)
    assigned: Sequence[CurrencyTotal] = field(default_factory=list)
    promises: Sequence[PromiseTotal] = field(default_factory=list)
    rules: Sequence[RuleTotal] = field(default_factory=list)
    cases_paid: int = 0
    cycle_seconds: Decimal | None = None
    holds_active: int = 0
    holds_placed: int = 0
    complaints: int = 0
    complaints_open: int = 0
    complaints_late: int = 0
    complaints_upheld: int = 0
