"""Facts about conduct: holds stop a case, complaints and violations are told in its timeline."""

import msgspec

from services.strategy.domain.customer_file import Draft
from services.strategy.domain.records import Hold
from services.strategy.domain.suspension import suspend
from shared.contracts.conduct import (
    ComplaintDecided,
    ComplaintOpened,
    HoldPlaced,
    HoldReleased,
    ViolationFound,
)
from shared.contracts.staff import RotationDue
from shared.contracts.treatments import SuspensionReason


def hold_placed(draft: Draft, fact: HoldPlaced) -> None:
    """Contact stops, for this case and those opened while the hold stands.

    A hold on any person of the customer stops the case: who of them it concerns is for the gate to tell
    apart, and stopping too much is the mistake that does no harm.
    """
    before = draft.holds.get(fact.hold_id)
    hold = Hold(
        hold_id=fact.hold_id,
        customer_id=fact.customer_id,
        person_id=fact.person_id,
        kind=fact.kind,
        placed_at=fact.placed_at,
        until=fact.until,
        released_at=None if before is None else before.released_at,
    )
    _keep(draft, hold)
    draft.tell(hold=fact.hold_id, kind=fact.kind, until=fact.until)
    if hold.released_at is None:
        suspend(draft, SuspensionReason.HOLD, fact.until)


def hold_released(draft: Draft, fact: HoldReleased) -> None:
    """The hold is gone; what it held back is due when nothing else suspends the case."""
    hold = draft.holds.get(fact.hold_id)
    if hold is None:
        # Remembered as released, for its placing may come later.
        hold = Hold(fact.hold_id, fact.customer_id, fact.person_id, fact.kind, fact.released_at, None, None)
    _keep(draft, msgspec.structs.replace(hold, released_at=fact.released_at))
    draft.tell(hold=fact.hold_id, kind=fact.kind)


def complaint_opened(draft: Draft, fact: ComplaintOpened) -> None:
    """Told in the timeline; its hold comes as an event of its own."""
    draft.tell(complaint=fact.complaint_id, due=fact.due_at)


def complaint_decided(draft: Draft, fact: ComplaintDecided) -> None:
    """Told in the timeline; its hold is released by an event of its own."""
    draft.tell(complaint=fact.complaint_id, upheld=fact.upheld)


def violation_found(draft: Draft, fact: ViolationFound) -> None:
    """Told in the timeline."""
    draft.tell(violation=fact.violation_id, rule=fact.rule_id[:200], contact=fact.contact_id)


def rotation_due(draft: Draft, fact: RotationDue) -> None:
    """Told in the timeline: who contacts the person has to be somebody else from `bars_from` on.

    A case has no owner of its own yet who would have to be changed.
    """
    draft.tell(
        staff=fact.staff_id,
        person=fact.person_id,
        cause=fact.cause,
        tenure_days=fact.tenure_days,
        bars_from=fact.bars_from,
    )


def _keep(draft: Draft, hold: Hold) -> None:
    if hold.hold_id not in draft.holds:
        draft.customer = msgspec.structs.replace(draft.customer, holds=draft.customer.holds + 1)
    draft.holds = {**draft.holds, hold.hold_id: hold}
