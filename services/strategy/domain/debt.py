"""Facts about the debt: positions, payments, what else intake says of an account."""

from collections.abc import Mapping

import msgspec

from services.strategy.domain.customer_file import Draft
from services.strategy.domain.inputs import Flag
from services.strategy.domain.knowledge import learn_flag, learn_tier
from services.strategy.domain.positions import amounts, take_position
from services.strategy.domain.promises import settle
from services.strategy.domain.records import Case, Payment
from services.strategy.domain.suspension import suspend
from shared.contracts.delinquency import (
    BucketChanged,
    ClassificationChanged,
    CustomerPosition,
    OverdueCured,
    OverdueDetected,
    OverdueUpdated,
    PaymentReceived,
    PaymentUndone,
    TriggerRaised,
)
from shared.contracts.treatments import SuspensionReason
from shared.contracts.vocabulary import Product


def overdue_detected(draft: Draft, fact: OverdueDetected) -> None:
    """One more account is overdue."""
    take_position(draft, fact.position, _with(draft, fact))
    if draft.open_case is not None:
        draft.tell(account=fact.account_id, dpd=fact.days_past_due, product=fact.product)


def overdue_updated(draft: Draft, fact: OverdueUpdated) -> None:
    """An overdue account changed; a day's ageing alone makes no timeline entry."""
    before = draft.open_case
    take_position(draft, fact.position, _with(draft, fact))
    case = draft.open_case
    if case is not None and (draft.summary is not None or before is None or _differs(before, fact.position)):
        draft.tell(account=fact.account_id, **_position(case))


def overdue_cured(draft: Draft, fact: OverdueCured) -> None:
    """An account is no longer overdue; the last one closes the case."""
    case = draft.open_case
    take_position(draft, fact.position, None if case is None else _without(case, fact.account_id))
    if case is not None:
        draft.tell(account=fact.account_id, cause=fact.cause)


def payment_received(draft: Draft, fact: PaymentReceived) -> None:
    """Money came: it counts for promises, and contact pauses unless it cured the case."""
    if draft.open_case is None and not draft.customer.promises:
        take_position(draft, fact.position)
    else:
        _record(draft, fact)
        settle(draft)
        take_position(draft, fact.position)
    case = draft.open_case
    if case is not None:
        _pause(draft, case, fact.payment_id)
    if draft.events or case is not None:
        draft.tell(payment=fact.payment_id, **_paid(fact))


def payment_undone(draft: Draft, fact: PaymentUndone) -> None:
    """A payment was reversed: it counts for no promise any more, and the pause it brought ends."""
    if draft.case is not None:
        key = (fact.account_id, fact.payment_id)
        paid = draft.payments.get(key) or _payment(fact)
        draft.payments = {**draft.payments, key: msgspec.structs.replace(paid, reversed=True)}
        settle(draft)
    case = draft.open_case
    if case is not None and case.paused_by == fact.payment_id:
        draft.case = msgspec.structs.replace(case, paused_until=None, paused_by=None)
    take_position(draft, fact.position)
    if draft.case is not None:
        draft.tell(reversed=fact.payment_id, **_paid(fact))


def bucket_changed(draft: Draft, fact: BucketChanged) -> None:
    """An account rolled forward or back; the position that decides comes with the account's own event."""
    if draft.open_case is not None:
        draft.tell(account=fact.account_id, before=fact.before, after=fact.after)


def classification_changed(draft: Draft, fact: ClassificationChanged) -> None:
    """The tier of risk changed: an input of the policy where it is non-performing, told in the timeline."""
    learn_tier(draft, fact)
    if draft.open_case is not None:
        draft.tell(account=fact.account_id, before=fact.before, after=fact.after)


def trigger_raised(draft: Draft, fact: TriggerRaised) -> None:
    """A breach or an early warning: a flag for the policy to look at, told in the timeline of a case."""
    learn_flag(draft, Flag(fact.trigger))
    if draft.open_case is not None:
        draft.tell(trigger=fact.trigger, kind=fact.kind[:200])


def _with(draft: Draft, fact: OverdueDetected | OverdueUpdated) -> Mapping[str, Product]:
    case = draft.open_case
    if case is None:
        return {fact.account_id: fact.product}
    if case.products.get(fact.account_id) is fact.product:
        return case.products
    return {**case.products, fact.account_id: fact.product}


def _without(case: Case, account_id: str) -> Mapping[str, Product]:
    return {account: product for account, product in case.products.items() if account != account_id}


def _record(draft: Draft, fact: PaymentReceived) -> None:
    # Already there where its reversal came first.
    key = (fact.account_id, fact.payment_id)
    if key not in draft.payments:
        draft.payments = {**draft.payments, key: _payment(fact)}


def _payment(fact: PaymentReceived | PaymentUndone) -> Payment:
    return Payment(
        account_id=fact.account_id,
        payment_id=fact.payment_id,
        customer_id=fact.customer_id,
        amount=fact.paid.amount,
        currency=fact.paid.currency,
        effective_at=fact.effective_at,
    )


def _pause(draft: Draft, case: Case, payment_id: str) -> None:
    until = draft.now + draft.policy.pause_after_payment
    draft.case = msgspec.structs.replace(case, paused_until=until, paused_by=payment_id)
    suspend(draft, SuspensionReason.PAYMENT, until)


def _paid(fact: PaymentReceived | PaymentUndone) -> dict[str, str]:
    return {"account": fact.account_id, "amount": str(fact.paid.amount), "currency": fact.paid.currency}


def _position(case: Case) -> dict[str, object]:
    return {"dpd": case.days_past_due, "bucket": case.bucket, "arrears": amounts(case.arrears)}


def _differs(before: Case, position: CustomerPosition) -> bool:
    return (
        before.bucket != position.bucket
        or before.overdue_accounts != position.overdue_accounts
        or before.arrears != position.arrears
    )
