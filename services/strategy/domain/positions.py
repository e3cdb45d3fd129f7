"""What a customer's position does: opens a case, moves it between segments, closes it."""

from collections.abc import Mapping

import msgspec

from services.strategy.domain.customer_file import Draft
from services.strategy.domain.inputs import Profile, SegmentInputs, leading
from services.strategy.domain.ladder import enter, say_segment
from services.strategy.domain.policy import Placement
from services.strategy.domain.promises import settle
from services.strategy.domain.records import Case, CaseStatus, case_id_of
from services.strategy.domain.suspension import announce
from shared.contracts.base import Money
from shared.contracts.delinquency import CustomerPosition
from shared.contracts.treatments import CaseClosed, CaseOpened, CaseOutcome
from shared.contracts.vocabulary import CaseStage, Product

MOST_DPD = 100_000
"""Days past due beyond this (270 years) are a mistake of the sender."""

MOST_ACCOUNTS = 1_000_000


def take_position(
    draft: Draft, position: CustomerPosition, products: Mapping[str, Product] | None = None
) -> None:
    """Decide anew on the customer's accounts together.

    `products` are those of the overdue accounts, by account; None: as the case has them.
    """
    _check(position)
    case = draft.open_case
    if products is None:
        products = {} if case is None else case.products
    placement = _place(draft, position, products)
    if case is None:
        if placement is not None:
            _open(draft, position, placement, products)
        return
    case = draft.case = _seen(case, position, products)
    if placement is None:
        _close(draft, case, "cured" if position.overdue_accounts == 0 else "below_entry")
    elif placement.segment.name != case.segment:
        enter(draft, case, placement)
    elif placement.reasons != case.reasons or draft.policy.tag != case.policy:
        # Same segment for another reason, or by a newer version: the ladder goes on.
        draft.case = msgspec.structs.replace(
            case, reasons=placement.reasons, policy=draft.policy.tag, stage=placement.segment.stage
        )
        draft.tell(reasons=placement.reasons, policy=draft.policy.tag)


def place_again(draft: Draft) -> None:
    """Place the open case anew after something else than its position changed."""
    case = draft.open_case
    if case is not None:
        take_position(draft, _last_position(case))


def realign(draft: Draft) -> None:
    """Place a case anew whose segment the running policy does not have."""
    case = draft.open_case
    if case is not None and case.segment not in draft.policy.segments:
        place_again(draft)


def amounts(arrears: list[Money]) -> dict[str, str]:
    """Arrears as the timeline shows them: currency to amount."""
    return {owed.currency: str(owed.amount) for owed in arrears}


def _check(position: CustomerPosition) -> None:
    if not 0 <= position.days_past_due <= MOST_DPD:
        raise ValueError(f"days past due must be from 0 to {MOST_DPD}")
    if not 0 <= position.overdue_accounts <= MOST_ACCOUNTS:
        raise ValueError(f"overdue accounts must be from 0 to {MOST_ACCOUNTS}")


def _place(draft: Draft, position: CustomerPosition, products: Mapping[str, Product]) -> Placement | None:
    if not draft.policy.looks_beyond:
        return draft.policy.place(position)
    profile = draft.customer.profile or Profile()
    return draft.policy.place(position, SegmentInputs(leading(products.values()), profile))


def _open(
    draft: Draft, position: CustomerPosition, placement: Placement, products: Mapping[str, Product]
) -> None:
    customer = draft.customer
    number = customer.cases + 1
    draft.customer = msgspec.structs.replace(customer, cases=number)
    case = Case(
        case_id=case_id_of(customer.customer_id, number),
        customer_id=customer.customer_id,
        number=number,
        status=CaseStatus.OPEN,
        stage=placement.segment.stage,
        segment=placement.segment.name,
        policy=draft.policy.tag,
        reasons=placement.reasons,
        segment_since=draft.now,
        round=1,
        step=0,
        next_due_at=draft.policy.due(draft.now, placement.segment.ladder.steps[0].interval),
        paused_until=None,
        paused_by=None,
        opened_at=draft.now,
        closed_at=None,
        outcome=None,
        days_past_due=position.days_past_due,
        bucket=position.bucket,
        overdue_accounts=position.overdue_accounts,
        arrears=position.arrears,
        products=products,
    )
    draft.supersede(case)
    _say_opened(draft, case)
    say_segment(draft, case)
    announce(draft)


def _say_opened(draft: Draft, case: Case) -> None:
    draft.events.append(
        CaseOpened(
            case_id=case.case_id,
            customer_id=case.customer_id,
            opened_at=case.opened_at,
            stage=case.stage,
            days_past_due=case.days_past_due,
            bucket=case.bucket,
            arrears=case.arrears,
        )
    )
    draft.tell(opened=case.number, dpd=case.days_past_due, bucket=case.bucket, arrears=amounts(case.arrears))


def _seen(case: Case, position: CustomerPosition, products: Mapping[str, Product]) -> Case:
    return msgspec.structs.replace(
        case,
        days_past_due=position.days_past_due,
        bucket=position.bucket,
        overdue_accounts=position.overdue_accounts,
        arrears=position.arrears,
        products=products,
    )


def _close(draft: Draft, case: Case, why: str) -> None:
    # Promises first: what was paid for one counts before the rest are cancelled.
    settle(draft, cured=True)
    draft.case = msgspec.structs.replace(
        case,
        status=CaseStatus.CLOSED,
        stage=CaseStage.CLOSED,
        next_due_at=None,
        paused_until=None,
        paused_by=None,
        closed_at=draft.now,
        outcome=CaseOutcome.CURED,
    )
    draft.events.append(
        CaseClosed(
            case_id=case.case_id,
            customer_id=case.customer_id,
            closed_at=draft.now,
            outcome=CaseOutcome.CURED,
        )
    )
    draft.tell(closed=CaseOutcome.CURED, why=why)


def _last_position(case: Case) -> CustomerPosition:
    return CustomerPosition(
        days_past_due=case.days_past_due,
        bucket=case.bucket,
        overdue_accounts=case.overdue_accounts,
        arrears=case.arrears,
    )
