"""Facts and files as the tests of strategy need them."""

import itertools
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from services.strategy.domain.customer_file import CustomerFile
from services.strategy.domain.decide import decide
from services.strategy.domain.facts import Fact
from services.strategy.domain.policy import Policy
from services.strategy.domain.records import Customer, Entry
from services.strategy.policy_file import load_policy
from services.strategy.settings import STANDARD_POLICY
from shared.contracts.base import Event, Money
from shared.contracts.conduct import HoldPlaced, HoldReleased
from shared.contracts.contacts import ContactDispatched, OptedOut, OutcomeRecorded
from shared.contracts.delinquency import (
    CureCause,
    CustomerPosition,
    OverdueCured,
    OverdueDetected,
    OverdueUpdated,
    PaymentReceived,
    PaymentUndone,
)
from shared.contracts.vocabulary import Channel, HoldKind, OutcomeCode, Product

START = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
TODAY = date(2026, 3, 2)
CUSTOMER = "customer-1"
POLICY: Policy = load_policy(STANDARD_POLICY)[0]
_ids = itertools.count(1)


def money(amount: str | Decimal, currency: str = "CNY") -> Money:
    return Money(amount=Decimal(amount), currency=currency)


def position(dpd: int = 5, arrears: str = "800.00", accounts: int = 1) -> CustomerPosition:
    return CustomerPosition(
        days_past_due=dpd,
        bucket="M0" if not accounts else f"M{dpd // 30 + 1}",
        overdue_accounts=accounts,
        arrears=[money(arrears)] if accounts else [],
    )


CURED = position(0, "0", 0)


def detected(at: CustomerPosition | None = None, customer: str = CUSTOMER) -> OverdueDetected:
    at = at or position()
    return OverdueDetected(
        customer_id=customer,
        account_id="account-1",
        product=Product.CREDIT_CARD,
        currency="CNY",
        as_of=START,
        days_past_due=at.days_past_due,
        bucket=at.bucket,
        arrears=sum((owed.amount for owed in at.arrears), Decimal(0)),
        outstanding=Decimal("9000.00"),
        oldest_unpaid=TODAY,
        position=at,
    )


def updated(at: CustomerPosition, customer: str = CUSTOMER) -> OverdueUpdated:
    return OverdueUpdated(
        customer_id=customer,
        account_id="account-1",
        product=Product.CREDIT_CARD,
        currency="CNY",
        as_of=START,
        days_past_due=at.days_past_due,
        bucket=at.bucket,
        arrears=sum((owed.amount for owed in at.arrears), Decimal(0)),
        outstanding=Decimal("9000.00"),
        oldest_unpaid=TODAY,
        position=at,
    )


def cured(customer: str = CUSTOMER) -> OverdueCured:
    return OverdueCured(
        customer_id=customer, account_id="account-1", as_of=START, cause=CureCause.PAYMENT, position=CURED
    )


def paid(
    amount: str = "100.00",
    at: CustomerPosition | None = None,
    *,
    payment: str | None = None,
    effective_at: datetime = START,
    currency: str = "CNY",
    customer: str = CUSTOMER,
) -> PaymentReceived:
    return PaymentReceived(
        customer_id=customer,
        account_id="account-1",
        payment_id=payment or f"payment-{next(_ids)}",
        paid=money(amount, currency),
        effective_at=effective_at,
        position=at or position(),
    )


def undone(
    payment: str, amount: str = "100.00", at: CustomerPosition | None = None, customer: str = CUSTOMER
) -> PaymentUndone:
    return PaymentUndone(
        customer_id=customer,
        account_id="account-1",
        payment_id=payment,
        paid=money(amount),
        effective_at=START,
        position=at or position(),
    )


def promised(
    amount: str = "500.00",
    due: date = TODAY + timedelta(days=5),
    *,
    case_id: str | None = None,
    outcome: str | None = None,
    recorded_at: datetime = START,
    customer: str = CUSTOMER,
) -> OutcomeRecorded:
    return OutcomeRecorded(
        outcome_id=outcome or f"outcome-{next(_ids)}",
        contact_id=None,
        person_id=customer,
        customer_id=customer,
        case_id=case_id,
        channel=Channel.SMS,
        outcome=OutcomeCode.PROMISE,
        promised=money(amount),
        promise_due=due,
        recorded_at=recorded_at,
    )


def hold_placed(hold: str = "hold-1", until: datetime | None = None, customer: str = CUSTOMER) -> HoldPlaced:
    return HoldPlaced(
        hold_id=hold,
        person_id=customer,
        customer_id=customer,
        kind=HoldKind.DISPUTE,
        placed_at=START,
        until=until,
    )


def hold_released(hold: str = "hold-1", customer: str = CUSTOMER) -> HoldReleased:
    return HoldReleased(
        hold_id=hold,
        person_id=customer,
        customer_id=customer,
        kind=HoldKind.DISPUTE,
        released_at=START,
        reason="settled",
    )


def opted_out(
    channel: Channel | None = Channel.SMS, person: str = CUSTOMER, customer: str = CUSTOMER
) -> OptedOut:
    return OptedOut(
        person_id=person,
        customer_id=customer,
        channel=channel,
        contact_point_id=None,
        opted_out_at=START,
    )


def dispatched(case_id: str, customer: str = CUSTOMER, at: datetime = START) -> ContactDispatched:
    return ContactDispatched(
        contact_id="contact-1",
        permit_id="permit-1",
        person_id=customer,
        customer_id=customer,
        case_id=case_id,
        treatment_id="treatment-1",
        channel=Channel.SMS,
        provider="gateway",
        dispatched_at=at,
        cost=money("0.04"),
    )


class Story:
    """One customer's file under a run of facts, with all that was said."""

    def __init__(self, policy: Policy = POLICY) -> None:
        self.policy = policy
        self.file = CustomerFile(Customer(CUSTOMER))
        self.now = START
        self.said: list[Event] = []
        self.entries: list[Entry] = []

    def on(self, fact: Fact, **later: float) -> list[Any]:
        """Decide on a fact so much `later` than the last; what was said on it."""
        self.now += timedelta(**later)
        outcome = decide(self.file, fact, self.policy, self.now)
        self.file = outcome.file
        self.said += outcome.events
        if outcome.entry is not None:
            self.entries.append(outcome.entry)
        return outcome.events


def names(events: Iterable[Event]) -> list[str]:
    """The types of events, without their version."""
    return [event.type_.removesuffix(".v1") for event in events]
