"""Holds, complaints and violations, from what compliance says."""

from datetime import datetime

from services.reporting.domain.projection import Folds, Projection, earliest, utc_day
from services.reporting.domain.rows import ComplaintRow, HoldRow
from shared.contracts.conduct import (
    ComplaintDecided,
    ComplaintOpened,
    HoldPlaced,
    HoldReleased,
    ViolationFound,
)

VIOLATION = "violation"


def _hold(projection: Projection, event: HoldPlaced | HoldReleased) -> HoldRow:
    row = projection.holds.get(event.hold_id)
    if row is None:
        row = projection.holds[event.hold_id] = HoldRow(event.hold_id, event.customer_id, event.kind)
    return row


def _placed(projection: Projection, event: HoldPlaced, said_at: datetime) -> None:
    row = _hold(projection, event)
    row.placed_at = earliest(row.placed_at, event.placed_at)
    row.until = event.until


def _released(projection: Projection, event: HoldReleased, said_at: datetime) -> None:
    row = _hold(projection, event)
    row.released_at = earliest(row.released_at, event.released_at)


def _complaint(projection: Projection, event: ComplaintOpened | ComplaintDecided) -> ComplaintRow:
    row = projection.complaints.get(event.complaint_id)
    if row is None:
        row = ComplaintRow(event.complaint_id, event.customer_id)
        projection.complaints[event.complaint_id] = row
    return row


def _opened(projection: Projection, event: ComplaintOpened, said_at: datetime) -> None:
    row = _complaint(projection, event)
    row.contact_id = event.contact_id
    row.opened_at = earliest(row.opened_at, event.opened_at)
    row.due_at = event.due_at


def _decided(projection: Projection, event: ComplaintDecided, said_at: datetime) -> None:
    row = _complaint(projection, event)
    row.decided_at = earliest(row.decided_at, event.decided_at)
    row.upheld = event.upheld


def _violation(projection: Projection, event: ViolationFound, said_at: datetime) -> None:
    projection.rule(event.rule_id, VIOLATION, utc_day(event.found_at))


FOLDS: Folds = {
    HoldPlaced: _placed,
    HoldReleased: _released,
    ComplaintOpened: _opened,
    ComplaintDecided: _decided,
    ViolationFound: _violation,
}
