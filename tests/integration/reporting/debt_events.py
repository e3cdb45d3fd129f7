"""Builders of what intake and strategy say."""

from datetime import date
from decimal import Decimal
from typing import Any

from shared.contracts import delinquency, treatments
from shared.contracts.base import Event, Money
from shared.contracts.vocabulary import CaseStage, Channel, Product, Purpose
from tests.integration.reporting.basics import at, money, position


def overdue(
    customer: str,
    account: str,
    minutes: float,
    *,
    first: bool = True,
    days: int = 12,
    bucket: str = "M1",
    arrears: str = "1200.50",
    currency: str = "CNY",
    product: Product = Product.CREDIT_CARD,
) -> Event:
    kind: Any = delinquency.OverdueDetected if first else delinquency.OverdueUpdated
    event: Event = kind(
        customer_id=customer,
        account_id=account,
        product=product,
        currency=currency,
        as_of=at(minutes),
        days_past_due=days,
        bucket=bucket,
        arrears=Decimal(arrears),
        outstanding=Decimal("9000.00"),
        oldest_unpaid=date(2026, 2, 20),
        position=position(days),
    )
    return event


def cured(customer: str, account: str, minutes: float) -> Event:
    return delinquency.OverdueCured(
        customer_id=customer,
        account_id=account,
        as_of=at(minutes),
        cause=delinquency.CureCause.PAYMENT,
        position=position(0),
    )


def moved(customer: str, account: str, minutes: float, after: str = "M2") -> Event:
    return delinquency.BucketChanged(
        customer_id=customer,
        account_id=account,
        as_of=at(minutes),
        before="M1",
        after=after,
        days_past_due=35,
        arrears=Decimal("1500.00"),
        currency="CNY",
    )


def paid(customer: str, account: str, payment: str, amount: str, minutes: float) -> Event:
    return delinquency.PaymentReceived(
        customer_id=customer,
        account_id=account,
        payment_id=payment,
        paid=money(amount),
        effective_at=at(minutes),
        position=position(),
    )


def payment_undone(customer: str, account: str, payment: str, amount: str, minutes: float) -> Event:
    return delinquency.PaymentUndone(
        customer_id=customer,
        account_id=account,
        payment_id=payment,
        paid=money(amount),
        effective_at=at(minutes),
        position=position(),
    )


def opened(customer: str, case: str, minutes: float, *, arrears: tuple[Money, ...] = ()) -> Event:
    return treatments.CaseOpened(
        case_id=case,
        customer_id=customer,
        opened_at=at(minutes),
        stage=CaseStage.EARLY,
        days_past_due=12,
        bucket="M1",
        arrears=list(arrears or (money("1200.50"),)),
    )


def closed(
    customer: str,
    case: str,
    minutes: float,
    outcome: treatments.CaseOutcome = treatments.CaseOutcome.CURED,
) -> Event:
    return treatments.CaseClosed(case_id=case, customer_id=customer, closed_at=at(minutes), outcome=outcome)


def segmented(customer: str, case: str, segment: str) -> Event:
    return treatments.SegmentAssigned(
        case_id=case, customer_id=customer, segment=segment, policy="base-1", reasons=["dpd"]
    )


def treated(customer: str, case: str, treatment: str, minutes: float) -> Event:
    return treatments.TreatmentAssigned(
        treatment_id=treatment,
        case_id=case,
        customer_id=customer,
        segment="early",
        policy="base-1",
        step=1,
        channel=Channel.SMS,
        purpose=Purpose.COLLECT,
        template="reminder",
        assigned_at=at(minutes),
        days_past_due=12,
        arrears=[],
    )


def promised(customer: str, case: str, promise: str, minutes: float, amount: str = "600.00") -> Event:
    return treatments.PromiseMade(
        promise_id=promise,
        case_id=case,
        customer_id=customer,
        promised=money(amount),
        due_date=date(2026, 3, 9),
        made_at=at(minutes),
    )


def promise_kept(customer: str, case: str, promise: str, minutes: float) -> Event:
    return treatments.PromiseKept(
        promise_id=promise, case_id=case, customer_id=customer, paid=money("600.00"), kept_at=at(minutes)
    )


def promise_broken(customer: str, case: str, promise: str, minutes: float) -> Event:
    return treatments.PromiseBroken(
        promise_id=promise, case_id=case, customer_id=customer, paid=money("10.00"), broken_at=at(minutes)
    )
