"""Inspections, as callers see them."""

from datetime import date, datetime
from decimal import Decimal

from pydantic import BaseModel, Field

from services.compliance.api.inspection_act_views import ActView, same
from services.compliance.api.inspection_transcript_views import FindingView
from services.compliance.api.violation_views import ViolationView
from services.compliance.domain.inspection.inspecting import Inspection
from services.compliance.domain.inspection.words import (
    Cause,
    Mark,
    State,
)
from shared.contracts.vocabulary import Channel


class ReasonView(BaseModel):
    """Why a contact is inspected."""

    cause: Cause
    plan_id: str | None
    version: int | None
    period: date | None
    finding_id: str | None


class InspectionView(BaseModel):
    """An inspection."""

    inspection_id: str
    contact_id: str
    round: int = Field(description="1, and one more for each time that it was inspected again")
    person_id: str
    customer_id: str
    channel: Channel
    collector_id: str
    agency_id: str | None
    branch_id: str | None
    contacted_at: datetime
    state: State
    reasons: list[ReasonView]
    sampled: bool
    priority: int = Field(description="0 without findings, 4 for a critical one")
    queued_at: datetime
    claimed_by: str | None
    claimed_until: datetime | None
    form_id: str | None
    form_version: int | None
    marks: dict[str, Mark] | None
    score: Decimal | None = Field(description="0 to 100")
    passed: bool | None
    violations: int
    ended_by: str | None
    ended_at: datetime | None

    @classmethod
    def of(cls, inspection: Inspection) -> "InspectionView":
        """The view of an inspection."""
        own = same(cls, inspection, {"reasons"})
        return cls(**own, reasons=[ReasonView(**same(ReasonView, one)) for one in inspection.reasons])


class InspectionFileView(InspectionView):
    """An inspection with its history, findings and violations."""

    history: list[ActView]
    findings: list[FindingView]
    found: list[ViolationView] = Field(description="Its violations")


class CompletedView(InspectionView):
    """An inspection that ended, and the violations that it found."""

    found: list[ViolationView]
