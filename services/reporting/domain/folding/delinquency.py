"""Accounts and payments, from what intake says. In the order of the topic: the last word holds."""

from datetime import datetime
from decimal import Decimal

from services.reporting.domain.projection import Folds, Projection, earliest
from services.reporting.domain.rows import AccountRow, PaymentRow
from shared.contracts.delinquency import (
    BucketChanged,
    ClassificationChanged,
    OverdueCured,
    OverdueDetected,
    OverdueUpdated,
    PaymentReceived,
    PaymentUndone,
)

_NOTHING = Decimal(0)
_LARGEST_INTEGER = 2**31 - 1


def whole_days(days: int) -> int:
    """The days past due; ValueError where no table can hold them."""
    if not -_LARGEST_INTEGER <= days <= _LARGEST_INTEGER:
        raise ValueError("days_past_due is not a possible number of days")
    return days


def _account(projection: Projection, account_id: str, customer_id: str) -> AccountRow:
    row = projection.accounts.get(account_id)
    if row is None:
        row = projection.accounts[account_id] = AccountRow(account_id, customer_id)
    return row


def _overdue(projection: Projection, event: OverdueDetected | OverdueUpdated, said_at: datetime) -> None:
    row = _account(projection, event.account_id, event.customer_id)
    row.product = event.product
    row.currency = event.currency
    row.as_of = event.as_of
    row.days_past_due = whole_days(event.days_past_due)
    row.bucket = event.bucket
    row.arrears = event.arrears
    row.outstanding = event.outstanding
    row.overdue = True


def _detected(projection: Projection, event: OverdueDetected, said_at: datetime) -> None:
    _overdue(projection, event, said_at)
    projection.accounts[event.account_id].times_overdue += 1


def _cured(projection: Projection, event: OverdueCured, said_at: datetime) -> None:
    row = _account(projection, event.account_id, event.customer_id)
    row.as_of = row.cured_at = event.as_of
    row.cure_cause = event.cause
    row.overdue = False
    row.days_past_due = 0
    row.arrears = _NOTHING
    row.times_cured += 1


def _bucket(projection: Projection, event: BucketChanged, said_at: datetime) -> None:
    row = _account(projection, event.account_id, event.customer_id)
    row.as_of = event.as_of
    row.bucket = event.after
    row.days_past_due = whole_days(event.days_past_due)
    row.arrears = event.arrears
    row.currency = event.currency


def _classification(projection: Projection, event: ClassificationChanged, said_at: datetime) -> None:
    _account(projection, event.account_id, event.customer_id).classification = event.after


def _payment(projection: Projection, event: PaymentReceived | PaymentUndone) -> PaymentRow:
    row = projection.payments.get(event.payment_id)
    if row is None:
        paid = event.paid
        row = projection.payments[event.payment_id] = PaymentRow(
            event.payment_id, event.customer_id, event.account_id, paid.amount, paid.currency
        )
    return row


def _received(projection: Projection, event: PaymentReceived, said_at: datetime) -> None:
    row = _payment(projection, event)
    row.effective_at = event.effective_at
    row.known_at = earliest(row.known_at, said_at)


def _undone(projection: Projection, event: PaymentUndone, said_at: datetime) -> None:
    row = _payment(projection, event)
    row.reversed_at = earliest(row.reversed_at, event.effective_at)


FOLDS: Folds = {
    OverdueDetected: _detected,
    OverdueUpdated: _overdue,
    OverdueCured: _cured,
    BucketChanged: _bucket,
    ClassificationChanged: _classification,
    PaymentReceived: _received,
    PaymentUndone: _undone,
}
