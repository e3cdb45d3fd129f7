"""Events of core banking and rules, short to write."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from services.intake.domain.account import Account
from services.intake.domain.customer import Customer
from services.intake.domain.delinquency import AccountEvent, Outcome, decide
from services.intake.domain.rules import Buckets, Rules
from shared.contracts.base import Event
from shared.contracts.corebank import (
    AccountClosed,
    AccountSnapshot,
    ClosureReason,
    PaymentPosted,
    PaymentReversed,
    UnpaidInstalment,
)
from shared.contracts.vocabulary import Product

RULES = Rules(
    zone=ZoneInfo("Asia/Shanghai"),
    buckets=Buckets.from_bounds((30, 60, 90, 120, 150, 180)),
    time_zones=frozenset({"Asia/Shanghai", "Europe/Berlin"}),
)
NOW = datetime(2025, 3, 11, 2, tzinfo=UTC)  # ten in the morning in Shanghai
TODAY = date(2025, 3, 11)


def day(days_ago: int) -> date:
    """A business date before (or, negative, after) that of NOW."""
    return TODAY - timedelta(days=days_ago)


def at(hours_ago: float) -> datetime:
    """An instant before NOW."""
    return NOW - timedelta(hours=hours_ago)


def snapshot(
    *unpaid: tuple[int, str],
    as_of: datetime | None = None,
    sequence: int = 0,
    outstanding: str = "10000.00",
    account: str = "A1",
    customer: str = "C1",
    currency: str = "CNY",
) -> AccountSnapshot:
    """A snapshot of 24 hours ago; `unpaid` as (days past due, amount)."""
    return AccountSnapshot(
        account_id=account,
        customer_id=customer,
        product=Product.CREDIT_CARD,
        currency=currency,
        as_of=as_of or at(24),
        sequence=sequence,
        outstanding=Decimal(outstanding),
        unpaid=[UnpaidInstalment(due_date=day(days), amount=Decimal(amount)) for days, amount in unpaid],
    )


def payment(
    amount: str,
    payment_id: str = "P1",
    *,
    effective: datetime | None = None,
    account: str = "A1",
    customer: str = "C1",
    currency: str = "CNY",
) -> PaymentPosted:
    """A payment of one hour ago."""
    return PaymentPosted(
        payment_id=payment_id,
        account_id=account,
        customer_id=customer,
        amount=Decimal(amount),
        currency=currency,
        effective_at=effective or at(1),
    )


def reversal(
    payment_id: str = "P1",
    *,
    effective: datetime | None = None,
    account: str = "A1",
    customer: str = "C1",
) -> PaymentReversed:
    """A reversal of half an hour ago."""
    return PaymentReversed(
        payment_id=payment_id, account_id=account, customer_id=customer, effective_at=effective or at(0.5)
    )


def closure(
    reason: ClosureReason = ClosureReason.SETTLED,
    *,
    effective: datetime | None = None,
    account: str = "A1",
    customer: str = "C1",
) -> AccountClosed:
    """A closure of one hour ago."""
    return AccountClosed(
        account_id=account, customer_id=customer, effective_at=effective or at(1), reason=reason
    )


class Ledger:
    """A customer whose account events are decided one after the other, at NOW unless told otherwise."""

    def __init__(self, rules: Rules = RULES, customer_id: str = "C1") -> None:
        self.rules = rules
        self.customer = Customer(customer_id)
        self.outcomes: list[Outcome] = []

    def tell(self, *events: AccountEvent, now: datetime = NOW, ids: Sequence[str] = ()) -> list[Event]:
        """Decide the events; returns what is published."""
        published: list[Event] = []
        for number, event in enumerate(events):
            account = self.customer.accounts.setdefault(
                event.account_id, Account(event.account_id, event.customer_id)
            )
            event_id = ids[number] if ids else f"e{number}"
            outcome = decide(self.customer, account, event, event_id, self.rules.moment(now), self.rules)
            self.outcomes.append(outcome)
            published += outcome.events
        return published

    @property
    def account(self) -> Account:
        """The account A1."""
        return self.customer.accounts["A1"]


def kinds(events: Sequence[Event]) -> list[str]:
    """The types of the events without their versions."""
    return [event.type_.removesuffix(".v1") for event in events]
