"""What an event of core banking, or time alone, does to an account, and what is said of it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from services.intake.domain.account import Account, Standing
from services.intake.domain.assessment import assess
from services.intake.domain.classification import TierReason
from services.intake.domain.customer import Customer, exposure_of, position_of
from services.intake.domain.evidence import note_snapshot
from services.intake.domain.notices import notices
from services.intake.domain.rules import Moment, Rules
from shared.contracts.base import Event, Money
from shared.contracts.corebank import (
    AccountClosed,
    AccountSnapshot,
    CovenantBreached,
    PaymentPosted,
    PaymentReversed,
    RiskSignalled,
)
from shared.contracts.delinquency import (
    BucketChanged,
    CureCause,
    CustomerPosition,
    OverdueCured,
    OverdueDetected,
    OverdueUpdated,
    PaymentReceived,
    PaymentUndone,
    Trigger,
    TriggerRaised,
)
from shared.contracts.vocabulary import RiskClassification

AccountEvent = AccountSnapshot | PaymentPosted | PaymentReversed | AccountClosed


class Cause(StrEnum):
    """Why an account was assessed again."""

    SNAPSHOT = "snapshot"
    PAYMENT = "payment"
    REVERSAL = "reversal"
    CLOSURE = "closure"
    AGEING = "ageing"
    CLASSIFICATION = "classification"


@dataclass(frozen=True, slots=True)
class BucketMove:
    """An entry of the account's history: it moved from one bucket or one tier to another."""

    account_id: str
    at: datetime
    cause: Cause
    bucket_before: str
    bucket_after: str
    days_past_due: int
    arrears: Decimal
    tier_before: RiskClassification | None = None
    tier_after: RiskClassification | None = None
    tier_reason: TierReason | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What to publish, in order, and what to write into the account's history."""

    events: list[Event]
    move: BucketMove | None = None


MoneyEvent = Callable[[CustomerPosition], Event]


def decide(
    customer: Customer, account: Account, event: AccountEvent, event_id: str, moment: Moment, rules: Rules
) -> Outcome:
    """Record the event on the account and assess it again; both change in place.

    ValueError where the event contradicts what is known.
    """
    if isinstance(event, AccountSnapshot):
        if rules.tiers is not None:
            note_snapshot(account, event, rules, rules.tiers)
        account.take_snapshot(event, event_id)
        return _reassess(customer, account, Cause.SNAPSHOT, [], moment, rules)
    if isinstance(event, PaymentPosted):
        received = account.post(event)
        money = _money(account, event.payment_id, received=received, undone=received)
        return _reassess(customer, account, Cause.PAYMENT, money, moment, rules)
    if isinstance(event, PaymentReversed):
        money = _money(account, event.payment_id, received=False, undone=account.reverse(event))
        return _reassess(customer, account, Cause.REVERSAL, money, moment, rules)
    account.close(event)
    return _reassess(customer, account, Cause.CLOSURE, [], moment, rules)


def age(customer: Customer, account: Account, moment: Moment, rules: Rules) -> Outcome:
    """Assess the account again because time passed."""
    return _reassess(customer, account, Cause.AGEING, [], moment, rules)


def trigger(event: CovenantBreached | RiskSignalled) -> TriggerRaised:
    """A breach or an early warning as a reason to act."""
    breach = isinstance(event, CovenantBreached)
    return TriggerRaised(
        customer_id=event.customer_id,
        account_id=event.account_id,
        trigger=Trigger.COVENANT_BREACH if breach else Trigger.EARLY_WARNING,
        kind=event.kind,
        effective_at=event.effective_at,
    )


def _reassess(
    customer: Customer, account: Account, cause: Cause, money: list[MoneyEvent], moment: Moment, rules: Rules
) -> Outcome:
    before = account.standing
    after = account.standing = assess(account, moment.today, rules)
    unchanged = before.overdue == after.overdue and (not after.overdue or _same(before, after))
    if not unchanged or cause is Cause.SNAPSHOT:
        customer.exposure = exposure_of(customer.accounts.values())
    ahead = notices(account, before, moment, rules)
    if unchanged and not money:
        return Outcome(ahead)
    position = position_of(customer.exposure, moment, rules)
    events = [tell(position) for tell in money]
    if after.overdue and not before.overdue:
        events.append(_overdue(OverdueDetected, account, moment, position))
    elif before.overdue and not after.overdue:
        events.append(_cured(account, before, cause, moment, position))
    elif not unchanged:
        events.append(_overdue(OverdueUpdated, account, moment, position))
        if before.bucket != after.bucket:
            events.append(_bucket_changed(account, before, moment))
    events += ahead
    return Outcome(events, _move(account, before, cause, moment))


def _same(before: Standing, after: Standing) -> bool:
    return (
        before.days_past_due == after.days_past_due
        and before.arrears == after.arrears
        and before.oldest_unpaid == after.oldest_unpaid
        and before.bucket == after.bucket
    )


def _move(account: Account, before: Standing, cause: Cause, moment: Moment) -> BucketMove | None:
    after = account.standing
    if before.bucket == after.bucket:
        return None
    return BucketMove(
        account.account_id,
        moment.now,
        cause,
        before.bucket,
        after.bucket,
        after.days_past_due,
        after.arrears,
    )


def _overdue(
    kind: type[OverdueDetected] | type[OverdueUpdated],
    account: Account,
    moment: Moment,
    position: CustomerPosition,
) -> Event:
    standing, snapshot = account.standing, account.snapshot
    assert snapshot is not None and standing.oldest_unpaid is not None, "only what is known is overdue"
    return kind(
        customer_id=account.customer_id,
        account_id=account.account_id,
        product=snapshot.product,
        currency=snapshot.currency,
        as_of=moment.now,
        days_past_due=standing.days_past_due,
        bucket=standing.bucket,
        arrears=standing.arrears,
        outstanding=standing.outstanding,
        oldest_unpaid=standing.oldest_unpaid,
        position=position,
    )


def _cured(
    account: Account, before: Standing, cause: Cause, moment: Moment, position: CustomerPosition
) -> OverdueCured:
    paid_off = before.outstanding - account.standing.outstanding >= before.arrears
    if account.closed:
        why = CureCause.CLOSURE
    elif cause is Cause.PAYMENT or paid_off:
        # A snapshot that owes less by the arrears: the money came in, though no payment was published.
        why = CureCause.PAYMENT
    else:
        why = CureCause.CORRECTION
    return OverdueCured(
        customer_id=account.customer_id,
        account_id=account.account_id,
        as_of=moment.now,
        cause=why,
        position=position,
    )


def _bucket_changed(account: Account, before: Standing, moment: Moment) -> BucketChanged:
    standing = account.standing
    assert account.snapshot is not None, "only what is known is overdue"
    return BucketChanged(
        customer_id=account.customer_id,
        account_id=account.account_id,
        as_of=moment.now,
        before=before.bucket,
        after=standing.bucket,
        days_past_due=standing.days_past_due,
        arrears=standing.arrears,
        currency=account.snapshot.currency,
    )


def _money(account: Account, payment_id: str, *, received: bool, undone: bool) -> list[MoneyEvent]:
    """What to say of a payment: it arrived, it was undone, or both where the reversal came first."""
    payment = account.payments[payment_id]
    if payment.amount is None or payment.currency is None or payment.effective_at is None:
        return []
    paid = Money(amount=payment.amount, currency=payment.currency)
    kinds: list[tuple[type[PaymentReceived] | type[PaymentUndone], datetime]] = []
    if received:
        kinds.append((PaymentReceived, payment.effective_at))
    if undone and payment.reversed_at is not None:
        kinds.append((PaymentUndone, payment.reversed_at))

    def teller(kind: type[PaymentReceived] | type[PaymentUndone], at: datetime) -> MoneyEvent:
        return lambda position: kind(
            customer_id=account.customer_id,
            account_id=account.account_id,
            payment_id=payment_id,
            paid=paid,
            effective_at=at,
            position=position,
            paid_by=payment.paid_by,
        )

    return [teller(kind, at) for kind, at in kinds]
