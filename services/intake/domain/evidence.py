"""When an account was overdue and non-performing, by the facts and not by when they arrived."""

from datetime import date
from decimal import Decimal

from services.intake.domain.account import ZERO, Account, PaymentState, state_of
from services.intake.domain.account_facts import Seen
from services.intake.domain.allocation import Owed, allocate
from services.intake.domain.rules import Rules
from services.intake.domain.tiers import TierRules, is_bad
from shared.contracts.corebank import AccountSnapshot


def note_snapshot(account: Account, event: AccountSnapshot, rules: Rules, tiers: TierRules) -> None:
    """Remember what the snapshot shows of its own day, also where a later one is known."""
    day = rules.business_date(event.as_of)
    due = [item for item in event.unpaid if item.amount and item.due_date <= day]
    if not due or sum((item.amount for item in due), ZERO) <= rules.threshold_of(event.currency):
        return
    days = (day - min(item.due_date for item in due)).days
    if days > 0:
        bad = is_bad(tiers.table(event.product).of(days))
        account.seen = account.seen.joined(day, day if bad else None)


def seen(account: Account, rules: Rules, tiers: TierRules) -> Seen:
    """What snapshots showed, and how the account stood just before each payment since the latest one.

    Between two snapshots only what one of them shows counts: earlier ones are not kept.
    """
    snapshot = account.snapshot
    if snapshot is None or not account.payments or account.closed:
        return account.seen
    table, threshold = tiers.table(snapshot.product), rules.threshold_of(snapshot.currency)
    owed, applied = snapshot.owed, []
    for payment in account.payments.values():
        if payment.amount is None or payment.effective_at is None:
            continue
        state = state_of(payment, snapshot)
        if state is PaymentState.APPLIED:
            applied.append((payment.effective_at, payment.amount))
        elif state is PaymentState.OWED_AGAIN:
            owed.append(Owed(rules.business_date(payment.effective_at), payment.amount))
    owed.sort()
    found, paid = account.seen, ZERO
    for effective_at, amount in sorted(applied):
        day = rules.business_date(effective_at)
        days = _days(allocate(owed, paid, rules.allocation), day, threshold)
        if days > 0:
            found = found.joined(day, day if is_bad(table.of(days)) else None)
        paid += amount
    return found


def _days(owed: list[Owed], day: date, threshold: Decimal) -> int:
    due = [each for each in owed if each.due <= day]
    if not due or sum((each.amount for each in due), ZERO) <= threshold:
        return 0
    return (day - due[0].due).days
