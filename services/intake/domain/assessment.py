"""Arrears, days past due and bucket of an account on a business date."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from services.intake.domain.account import (
    NOTHING_OWED,
    ZERO,
    Account,
    PaymentState,
    Snapshot,
    Standing,
    state_of,
)
from services.intake.domain.allocation import NO_CHARGES, Charges, Owed, allocate
from services.intake.domain.evidence import seen
from services.intake.domain.observation import watched_until
from services.intake.domain.rules import Rules

UnpaidItems = Sequence[tuple[date, Decimal]]


@dataclass(frozen=True, slots=True)
class Balance:
    """What is owed after payments: each due date's rest, oldest first, and the whole.

    `charges` go with `unpaid`, one for each; empty where all of it is principal.
    """

    unpaid: UnpaidItems
    outstanding: Decimal
    charges: Sequence[Charges] = ()

    def owed(self) -> list[Owed]:
        """The unpaid due dates with their charges."""
        charges = self.charges or [NO_CHARGES] * len(self.unpaid)
        return [Owed(due, amount, each) for (due, amount), each in zip(self.unpaid, charges, strict=True)]


def balance(account: Account, rules: Rules) -> Balance:
    """What is still owed of an account.

    Payments newer than the snapshot clear due dates and components in the bank's order. What a payment inside
    the snapshot had cleared is not known any more: when it is reversed later, its amount is owed again with
    the date of the payment as due date, which never makes the debt older than it is once it was due.
    """
    snapshot = account.snapshot
    if snapshot is None or account.closed:
        return Balance((), ZERO)
    if not account.payments:
        return Balance(snapshot.unpaid, snapshot.outstanding, snapshot.charges)
    paid = ZERO
    again: list[tuple[date, Decimal]] = []
    for payment in account.payments.values():
        state = state_of(payment, snapshot)
        if state is PaymentState.APPLIED:
            paid += payment.amount or ZERO
        elif state is PaymentState.OWED_AGAIN and payment.amount and payment.effective_at:
            again.append((rules.business_date(payment.effective_at), payment.amount))
    outstanding = max(ZERO, snapshot.outstanding + sum((amount for _, amount in again), ZERO) - paid)
    if snapshot.charges:
        owed = sorted([*snapshot.owed, *(Owed(due, amount) for due, amount in again)])
        rest = allocate(owed, paid, rules.allocation)
        return Balance([each[:2] for each in rest], outstanding, [each.charges for each in rest])
    return Balance(_cleared(sorted([*snapshot.unpaid, *again]), paid), outstanding)


def assess(account: Account, today: date, rules: Rules) -> Standing:
    """Where the account stands on the business date `today`; its tier is left as it was."""
    owed = balance(account, rules)
    snapshot, tier = account.snapshot, account.standing.tier
    told = account.seen if rules.tiers is None else seen(account, rules, rules.tiers)
    if not owed.unpaid or snapshot is None:
        if not owed.outstanding and tier is NOTHING_OWED.tier and not told.late_on:
            return NOTHING_OWED
        ages_on = watched_until(account, told.late_on, told.bad_on, today, rules)
        return Standing(
            outstanding=owed.outstanding, ages_on=ages_on, tier=tier, late_on=told.late_on, bad_on=told.bad_on
        )
    arrears = sum((amount for due, amount in owed.unpaid if due <= today), ZERO)
    oldest = owed.unpaid[0][0]
    days = (today - oldest).days
    overdue = days > 0 and arrears > rules.threshold_of(snapshot.currency)
    counted = days if overdue else 0
    ages = [_ages_on(owed.unpaid, days, today, rules), _passes_on(snapshot, oldest, days, rules)]
    if not overdue:
        ages.append(watched_until(account, told.late_on, told.bad_on, today, rules))
        ages.append(_announced_on(owed.unpaid, today, rules))
    return Standing(
        overdue=overdue,
        days_past_due=counted,
        bucket=rules.buckets.of(counted),
        arrears=arrears,
        outstanding=owed.outstanding,
        oldest_unpaid=oldest if arrears else None,
        ages_on=min((day for day in ages if day is not None), default=None),
        falling_due=None if overdue else _falling_due(owed.unpaid, today, rules),
        tier=tier,
        late_on=told.late_on,
        bad_on=told.bad_on,
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


def _passes_on(snapshot: Snapshot, oldest: date, days: int, rules: Rules) -> date | None:
    """The next date on which the tier changes or the cause must be analysed."""
    starts: list[int | None] = []
    if rules.tiers is not None:
        starts.append(rules.tiers.table(snapshot.product).next_start(days))
    limit = rules.analysis_days
    if limit is not None and days <= limit and snapshot.product in rules.analysed:
        starts.append(limit + 1)
    return min((oldest + timedelta(days=start) for start in starts if start is not None), default=None)


def _falling_due(unpaid: UnpaidItems, today: date, rules: Rules) -> date | None:
    if not rules.reminder_days:
        return None
    last = today + timedelta(days=rules.reminder_days)
    return next((due for due, _ in unpaid if today < due <= last), None)


def _announced_on(unpaid: UnpaidItems, today: date, rules: Rules) -> date | None:
    """The next date on which an instalment comes near enough to be announced."""
    if not rules.reminder_days:
        return None
    ahead = timedelta(days=rules.reminder_days)
    return next((due - ahead for due, _ in unpaid if due - ahead > today), None)
