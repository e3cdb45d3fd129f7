"""Cases, from what strategy says."""

from datetime import datetime

from services.reporting.domain.folding.delinquency import whole_days
from services.reporting.domain.projection import Folds, Projection, earliest
from services.reporting.domain.rows import CaseAmountRow, CaseCourseRow, CaseRow
from shared.contracts.treatments import (
    CaseClosed,
    CaseOpened,
    LegalStepTaken,
    PlacementMade,
    PlacementRecalled,
    SegmentAssigned,
    TreatmentAssigned,
)


def _case(projection: Projection, case_id: str, customer_id: str) -> CaseRow:
    row = projection.cases.get(case_id)
    if row is None:
        row = projection.cases[case_id] = CaseRow(case_id, customer_id)
    return row


def _course(projection: Projection, case_id: str, customer_id: str) -> CaseCourseRow:
    row = projection.courses.get(case_id)
    if row is None:
        row = projection.courses[case_id] = CaseCourseRow(case_id, customer_id)
    return row


def _opened(projection: Projection, event: CaseOpened, said_at: datetime) -> None:
    row = _case(projection, event.case_id, event.customer_id)
    row.opened_at = event.opened_at
    row.opened_stage = event.stage
    row.bucket = event.bucket
    row.days_past_due = whole_days(event.days_past_due)
    row.opening_known_at = earliest(row.opening_known_at, said_at)
    for money in event.arrears:
        key = (event.case_id, money.currency)
        projection.amounts[key] = CaseAmountRow(event.case_id, money.currency, money.amount)


def _closed(projection: Projection, event: CaseClosed, said_at: datetime) -> None:
    row = _course(projection, event.case_id, event.customer_id)
    row.closed_at = event.closed_at
    row.outcome = event.outcome
    row.closing_known_at = earliest(row.closing_known_at, said_at)


def _segment(projection: Projection, event: SegmentAssigned, said_at: datetime) -> None:
    row = _case(projection, event.case_id, event.customer_id)
    row.segment = event.segment
    row.policy = event.policy


def _treatment(projection: Projection, event: TreatmentAssigned, said_at: datetime) -> None:
    _case(projection, event.case_id, event.customer_id).treatments += 1


def _legal(projection: Projection, event: LegalStepTaken, said_at: datetime) -> None:
    _course(projection, event.case_id, event.customer_id).legal_step = event.step


def _placed(projection: Projection, event: PlacementMade, said_at: datetime) -> None:
    _course(projection, event.case_id, event.customer_id).agency_id = event.agency_id


def _recalled(projection: Projection, event: PlacementRecalled, said_at: datetime) -> None:
    _course(projection, event.case_id, event.customer_id).agency_id = ""


FOLDS: Folds = {
    CaseOpened: _opened,
    CaseClosed: _closed,
    SegmentAssigned: _segment,
    TreatmentAssigned: _treatment,
    LegalStepTaken: _legal,
    PlacementMade: _placed,
    PlacementRecalled: _recalled,
}
