"""What a policy would do with a case in the days to come, by the very rules that decide on facts.

Assumed is that nothing happens but time: nothing is paid or promised, and every day past due adds one. So it
is the most contact that the policy asks for, not a forecast of what people will do.
"""

from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple

from services.strategy.domain.customer_file import CustomerFile, decided, draft_of
from services.strategy.domain.inputs import Profile, SegmentInputs, leading
from services.strategy.domain.ladder import advance
from services.strategy.domain.policy import Policy
from services.strategy.domain.positions import take_position
from services.strategy.domain.records import Case
from services.strategy.domain.suspension import deadlines
from shared.contracts.base import Event
from shared.contracts.delinquency import CustomerPosition
from shared.contracts.treatments import TreatmentAssigned
from shared.contracts.vocabulary import Channel

_ONE_DAY = timedelta(days=1)


class Ahead(NamedTuple):
    """The segment that takes the case (None: it is no case), and the contacts to come, by local day."""

    segment: str | None
    contacts: list[tuple[date, Channel]]


def ahead(file: CustomerFile, policy: Policy, now: datetime, days: int) -> Ahead:
    """What becomes of the file's open case from `now` on, today and so many days in all."""
    case = file.case
    assert case is not None
    inputs = SegmentInputs(leading(case.products.values()), file.customer.profile or Profile())
    placement = policy.place(_position(case, 0), inputs)
    if placement is None:
        return Ahead(None, [])
    contacts: list[tuple[date, Channel]] = []
    at = now
    for day in range(days):
        # As intake tells it: a day more, from the local midnight on.
        position = _position(case, day)
        placed = policy.place(position, inputs)
        if day == 0 or (placed and file.case and placed.segment.name != file.case.segment):
            file = _moved(file, position, policy, at, contacts)
        until = _midnight_after(at, policy)
        while (due := deadlines(file).next_step) is not None and due < until:
            at = max(at, due)
            before, file = file, _advanced(file, policy, at, contacts)
            if file is before:
                break
        at = until
    return Ahead(placement.segment.name, contacts)


def _moved(
    file: CustomerFile,
    position: CustomerPosition,
    policy: Policy,
    at: datetime,
    contacts: list[tuple[date, Channel]],
) -> CustomerFile:
    draft = draft_of(file, policy, at)
    take_position(draft, position)
    advance(draft)
    _note(draft.events, policy, contacts)
    return decided(draft, "").file


def _advanced(
    file: CustomerFile, policy: Policy, at: datetime, contacts: list[tuple[date, Channel]]
) -> CustomerFile:
    draft = draft_of(file, policy, at)
    advance(draft)
    if draft.case is file.case:
        return file
    _note(draft.events, policy, contacts)
    return decided(draft, "").file


def _note(events: list[Event], policy: Policy, contacts: list[tuple[date, Channel]]) -> None:
    contacts += [
        (policy.business_day(event.assigned_at), event.channel)
        for event in events
        if isinstance(event, TreatmentAssigned)
    ]


def _position(case: Case, later: int) -> CustomerPosition:
    return CustomerPosition(
        days_past_due=case.days_past_due + later,
        bucket=case.bucket,
        overdue_accounts=case.overdue_accounts,
        arrears=case.arrears,
    )


def _midnight_after(at: datetime, policy: Policy) -> datetime:
    tomorrow = policy.business_day(at) + _ONE_DAY
    return datetime.combine(tomorrow, time.min, policy.zone).astimezone(UTC)
