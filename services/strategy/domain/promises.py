"""Promises to pay: made, judged by the payments in their window, judged again when those change.

What a promise received follows from the payments on record and not from the order in which facts came:
each payment counts in the promises of its currency whose window holds it, the first made first and of one day
the first due, until each is full. Late, back-dated and reversed payments thus end in the same state.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal

import msgspec

from services.strategy.domain.customer_file import Draft, PaymentKey
from services.strategy.domain.ladder import resume_at_last
from services.strategy.domain.policy import Policy
from services.strategy.domain.records import Case, Payment, Promise, PromiseStatus
from services.strategy.domain.suspension import suspend
from shared.contracts.base import Money
from shared.contracts.treatments import PromiseBroken, PromiseKept, PromiseMade, SuspensionReason

_NOTHING = Decimal("0.00")
_MISSED = frozenset({PromiseStatus.BROKEN, PromiseStatus.PARTIAL})


def refusal(promised: Money, due: date, policy: Policy, today: date) -> str | None:
    """Why a promise made on the business day `today` cannot be taken, as a code; None where it can."""
    if promised.amount <= 0:
        return "no_amount"
    if due < today:
        return "due_in_the_past"
    if (due - today).days > policy.longest_promise_days:
        return "due_too_late"
    return None


def make(draft: Draft, case: Case, promise_id: str, promised: Money, due: date, made_at: datetime) -> None:
    """Take a promise on the open case, unless it is on record already, and suspend the case for it."""
    if promise_id in draft.promises:
        return
    promise = Promise(
        promise_id=promise_id,
        case_id=case.case_id,
        customer_id=case.customer_id,
        amount=promised.amount,
        currency=promised.currency,
        needed=draft.policy.needed(promised.amount),
        due_date=due,
        first_day=draft.policy.business_day(made_at),
        deadline=draft.policy.promise_deadline(due),
        made_at=made_at,
        status=PromiseStatus.PENDING,
        received=_NOTHING,
    )
    draft.promises = {**draft.promises, promise_id: promise}
    draft.customer = msgspec.structs.replace(draft.customer, promises=draft.customer.promises + 1)
    draft.events.append(
        PromiseMade(
            promise_id=promise_id,
            case_id=case.case_id,
            customer_id=case.customer_id,
            promised=promised,
            due_date=due,
            made_at=made_at,
        )
    )
    said = {
        "status": promise.status,
        "amount": str(promised.amount),
        "currency": promised.currency,
        "due": due,
    }
    draft.note("promises", promise_id, said)
    suspend(draft, SuspensionReason.PROMISE, promise.deadline)


def settle(draft: Draft, *, cured: bool = False) -> None:
    """Judge every promise by what was paid and the time; `cured` cancels those not fulfilled by now."""
    if not draft.promises:
        return
    received = received_by(draft.promises.values(), draft.payments, draft.policy)
    for promise in list(draft.promises.values()):
        status = _verdict(promise, received[promise.promise_id], draft, cured=cured)
        if status is promise.status and received[promise.promise_id] == promise.received:
            continue
        settled_at = None if status is PromiseStatus.PENDING else draft.now
        after = msgspec.structs.replace(
            promise, status=status, received=received[promise.promise_id], settled_at=settled_at
        )
        draft.promises = {**draft.promises, promise.promise_id: after}
        if status is not promise.status:
            _turned(draft, promise.status, after)


def received_by(
    promises: Iterable[Promise], payments: Mapping[PaymentKey, Payment], policy: Policy
) -> dict[str, Decimal]:
    """What each promise received, at most its amount: payments in the order they took effect."""
    order = sorted(promises, key=lambda promise: (promise.first_day, promise.deadline, promise.promise_id))
    received = {promise.promise_id: _NOTHING for promise in order}
    counted = [payment for payment in payments.values() if not payment.reversed]
    for payment in sorted(counted, key=lambda paid: (paid.effective_at, paid.account_id, paid.payment_id)):
        left = payment.amount
        for promise in order:
            if left > 0 and _in_window(promise, payment, policy):
                part = min(left, promise.amount - received[promise.promise_id])
                received[promise.promise_id] += part
                left -= part
    return received


def _in_window(promise: Promise, payment: Payment, policy: Policy) -> bool:
    # By the day, since banks book payments to a day: its instant may lie before the call that promised it.
    return (
        payment.currency == promise.currency
        and payment.effective_at < promise.deadline
        and policy.business_day(payment.effective_at) >= promise.first_day
    )


def _verdict(promise: Promise, received: Decimal, draft: Draft, *, cured: bool) -> PromiseStatus:
    if received >= promise.needed:
        return PromiseStatus.KEPT
    if promise.status is PromiseStatus.CANCELLED:
        return PromiseStatus.CANCELLED
    if draft.now < promise.deadline:
        return PromiseStatus.CANCELLED if cured else PromiseStatus.PENDING
    return PromiseStatus.PARTIAL if received > 0 else PromiseStatus.BROKEN


def _turned(draft: Draft, before: PromiseStatus, promise: Promise) -> None:
    draft.note("promises", promise.promise_id, {"status": promise.status, "received": str(promise.received)})
    paid = Money(amount=promise.received, currency=promise.currency)
    if promise.status is PromiseStatus.KEPT:
        draft.events.append(
            PromiseKept(
                promise_id=promise.promise_id,
                case_id=promise.case_id,
                customer_id=promise.customer_id,
                paid=paid,
                kept_at=draft.now,
            )
        )
    elif promise.status in _MISSED and before not in _MISSED:
        draft.events.append(
            PromiseBroken(
                promise_id=promise.promise_id,
                case_id=promise.case_id,
                customer_id=promise.customer_id,
                paid=paid,
                broken_at=draft.now,
            )
        )
        resume_at_last(draft)
    elif promise.status is PromiseStatus.PENDING:
        suspend(draft, SuspensionReason.PROMISE, promise.deadline)
