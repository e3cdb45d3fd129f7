"""Violations, as callers see them."""

from datetime import datetime

from pydantic import BaseModel, Field

from services.compliance.api.inspection_act_views import ActView, same
from services.compliance.domain.inspection.violations import Violation
from services.compliance.domain.inspection.words import (
    Appeal,
    ViolationState,
)
from shared.contracts.complaints import Severity
from shared.contracts.vocabulary import Channel


class ViolationView(BaseModel):
    """A violation."""

    violation_id: str
    rule_id: str
    citation: str
    severity: Severity
    person_id: str | None
    customer_id: str | None
    contact_id: str | None
    inspection_id: str | None
    finding_id: str | None
    collector_id: str | None
    agency_id: str | None
    branch_id: str | None
    channel: Channel | None
    turn: int | None
    records: list[str] = Field(description="Leaves of the audit log that show it")
    state: ViolationState
    found_by: str
    found_at: datetime
    decided_by: str | None
    decided_at: datetime | None
    owner_id: str | None
    due_at: datetime | None
    late: bool
    rectified_by: str | None
    rectified_at: datetime | None
    verified_by: str | None
    verified_at: datetime | None
    appeal: Appeal | None
    appealed_at: datetime | None
    appeal_decided_by: str | None
    appeal_decided_at: datetime | None

    @classmethod
    def of(cls, violation: Violation) -> "ViolationView":
        """The view of a violation."""
        return cls(**same(cls, violation))


class ViolationFileView(ViolationView):
    """A violation with its history."""

    history: list[ActView]
