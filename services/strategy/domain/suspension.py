"""When a case must not be contacted: a payment's pause, open promises, holds."""

from collections.abc import Iterator
from datetime import datetime

import msgspec

from services.strategy.domain.customer_file import CustomerFile, Draft
from services.strategy.domain.records import FOREVER, CaseStatus, PromiseStatus
from shared.contracts.treatments import SuspensionReason, TreatmentSuspended


class Deadlines(msgspec.Struct, frozen=True):
    """When a customer's file has to be looked at again; None: not on its own."""

    next_step: datetime | None = None
    promise_due: datetime | None = None


NONE_DUE = Deadlines()


def suspensions(file: CustomerFile | Draft) -> Iterator[tuple[SuspensionReason, datetime]]:
    """Everything that suspends the open case and until when; what lies in the past is over."""
    case = file.case
    if case is not None and case.paused_until is not None:
        yield SuspensionReason.PAYMENT, case.paused_until
    for promise in file.promises.values():
        if promise.status is PromiseStatus.PENDING:
            yield SuspensionReason.PROMISE, promise.deadline
    for hold in file.holds.values():
        if hold.released_at is None:
            yield SuspensionReason.HOLD, hold.until or FOREVER


def suspended_until(file: CustomerFile | Draft) -> datetime | None:
    """The end of the last suspension; None where there is none, FOREVER under a hold without an end."""
    if not (file.promises or file.holds):
        return None if file.case is None else file.case.paused_until
    return max((until for _, until in suspensions(file)), default=None)


def deadlines(file: CustomerFile) -> Deadlines:
    """The timers that the file needs: all that keeps a case moving, and nothing once it is closed."""
    return Deadlines(_next_step(file), _promise_due(file) if file.promises else None)


def _next_step(file: CustomerFile) -> datetime | None:
    case = file.case
    if case is None or case.status is not CaseStatus.OPEN or case.next_due_at is None:
        return None
    until = suspended_until(file)
    if until is None:
        return case.next_due_at
    return None if until == FOREVER else max(case.next_due_at, until)


def _promise_due(file: CustomerFile) -> datetime | None:
    pending = (
        promise.deadline for promise in file.promises.values() if promise.status is PromiseStatus.PENDING
    )
    return min(pending, default=None)


def suspend(draft: Draft, reason: SuspensionReason, until: datetime | None) -> None:
    """Say that nothing goes out for the open case until `until` (None: until further notice)."""
    case = draft.open_case
    if case is None or (
        until is not None and until <= draft.now and reason is not SuspensionReason.RESEGMENTED
    ):
        return
    draft.events.append(
        TreatmentSuspended(
            case_id=case.case_id,
            customer_id=case.customer_id,
            reason=reason,
            suspended_at=draft.now,
            until=until,
        )
    )
    draft.note("suspended", reason, until)


def announce(draft: Draft) -> None:
    """Say what suspends a case from its first moment: holds and promises older than the case."""
    if not (draft.holds or draft.promises):
        return
    for reason, until in list(suspensions(draft)):
        suspend(draft, reason, None if until == FOREVER else until)
