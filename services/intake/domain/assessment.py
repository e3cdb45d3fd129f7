"""Arrears, days past due and bucket of an account on a business date."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from services.intake.domain.account import NOTHING_OWED, ZERO, Account, PaymentState, Standing, state_of
from services.intake.domain.rules import Rules

UnpaidItems = Sequence[tuple[date, Decimal]]


@dataclass(frozen=True, slots=True)
class Balance:
    """What is owed after payments: each due date's rest, oldest first, and the whole."""

    unpaid: UnpaidItems
    outstanding: Decimal


def balance(account: Account, rules: Rules) -> Balance:
    """What is still owed of an account.

    Payments newer than the snapshot clear the oldest due dates first. What a payment inside the snapshot
    had cleared is not known any more: when it is reversed later, its amount is owed again with the date
    of the payment as due date, which never makes the debt older than it is once it was due.
    """
    snapshot = account.snapshot
    if snapshot is None or account.closed:
        return Balance((), ZERO)
    if not account.payments:
        return Balance(snapshot.unpaid, snapshot.outstanding)
    paid = again = ZERO
    unpaid = list(snapshot.unpaid)
    for payment in account.payments.values():
        state = state_of(payment, snapshot)
        if state is PaymentState.APPLIED:
            paid += payment.amount or ZERO
        elif state is PaymentState.OWED_AGAIN and payment.amount and payment.effective_at:
            again += payment.amount
            unpaid.append((rules.business_date(payment.effective_at), payment.amount))
    outstanding = max(ZERO, snapshot.outstanding + again - paid)
    return Balance(_cleared(sorted(unpaid), paid), outstanding)


def assess(account: Account, today: date, rules: Rules) -> Standing:
    """Where the account stands on the business date `today`."""
    owed = balance(account, rules)
    if not owed.unpaid:
        return Standing(outstanding=owed.outstanding) if owed.outstanding else NOTHING_OWED
    arrears = sum((amount for due, amount in owed.unpaid if due <= today), ZERO)
    oldest = owed.unpaid[0][0]
    days = (today - oldest).days
    overdue = days > 0 and arrears > rules.threshold
    counted = days if overdue else 0
    return Standing(
        overdue=overdue,
        days_past_due=counted,
        bucket=rules.buckets.of(counted),
        arrears=arrears,
        outstanding=owed.outstanding,
        oldest_unpaid=oldest if arrears else None,
        ages_on=_ages_on(owed.unpaid, days, today, rules),
    )


def _cleared(unpaid: UnpaidItems, paid: Decimal) -> UnpaidItems:
    for place, (due, amount) in enumerate(unpaid):
        if paid < amount:
            return [(due, amount - paid), *unpaid[place + 1 :]]
        paid -= amount
    return ()


def _ages_on(unpaid: UnpaidItems, days: int, today: date, rules: Rules) -> date | None:
    """The next date on which the bucket changes or an instalment is added to the arrears."""
    oldest = unpaid[0][0]
    start = rules.buckets.next_start(days)
    changes = None if start is None else oldest + timedelta(days=start)
    due_next = next((due for due, _ in unpaid if due > today and due > oldest), None)
    return min((day for day in (changes, due_next) if day is not None), default=None)
