"""What can be said of one case from its figures."""

from datetime import datetime

from shared.contracts.vocabulary import CaseStage


def stage_of(
    opened_stage: str | None, legal_step: str | None, agency_id: str | None, closed_at: datetime | None
) -> CaseStage | None:
    """Where a case stands: closed, else with an agency, else in court, else where it began."""
    if closed_at is not None:
        return CaseStage.CLOSED
    if agency_id:
        return CaseStage.OUTSOURCED
    if legal_step is not None:
        return CaseStage.LEGAL
    return None if opened_stage is None else CaseStage(opened_stage)
