"""What people do to complaints. Texts come sealed."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from services.compliance.domain.complaints.words import EvidenceKind
from shared.contracts.complaints import (
    ComplaintCategory,
    ComplaintFinding,
    RootCause,
    SanctionMeasure,
    Severity,
)


class Command(msgspec.Struct, frozen=True, kw_only=True):
    """An act and why it is done."""

    sealed_reason: str | None = None


class Acknowledge(Command, frozen=True, kw_only=True):
    """The complainant was told that the complaint is in hand."""


class Classify(Command, frozen=True, kw_only=True):
    """What it is about and whom it concerns; replaces what was said before."""

    category: ComplaintCategory
    severity: Severity
    branch_id: str | None = None
    agency_id: str | None = None
    collector_id: str | None = None
    supervisor_id: str | None = None


class Assign(Command, frozen=True, kw_only=True):
    """Who investigates and follows it up."""

    assignee_id: str


class StartInvestigation(Command, frozen=True, kw_only=True):
    """The one to whom it is assigned begins."""


class AddEvidence(Command, frozen=True, kw_only=True):
    """References to contacts, decisions and leaves."""

    items: Sequence[tuple[EvidenceKind, str]]


class AskExtension(Command, frozen=True, kw_only=True):
    """A longer term is needed; a second person approves it."""


class ApproveExtension(Command, frozen=True, kw_only=True):
    """The second person grants the longer term."""


class RefuseExtension(Command, frozen=True, kw_only=True):
    """The second person does not grant it."""


class ProposeDecision(Command, frozen=True, kw_only=True):
    """What the investigator found; a second person decides. The cause in words is `sealed_cause`."""

    finding: ComplaintFinding
    root_cause: RootCause | None = None
    measure: SanctionMeasure = SanctionMeasure.NONE
    sealed_findings: str
    sealed_cause: str | None = None


class ProposeSummary(ProposeDecision, frozen=True, kw_only=True):
    """The complainant accepts the answer: the short procedure, while its term lasts."""


class ApproveDecision(Command, frozen=True, kw_only=True):
    """The second person makes it the bank's decision."""


class RefuseDecision(Command, frozen=True, kw_only=True):
    """The second person sends it back to the investigation."""


class AddAction(Command, frozen=True, kw_only=True):
    """Something has to be put right."""

    action_id: str
    owner_id: str
    due_at: datetime
    sealed_description: str


class FinishAction(Command, frozen=True, kw_only=True):
    """It was put right."""

    action_id: str


class Close(Command, frozen=True, kw_only=True):
    """Nothing is left to do."""


class Withdraw(Command, frozen=True, kw_only=True):
    """The complainant does not want it pursued."""


class Reopen(Command, frozen=True, kw_only=True):
    """It is taken up again, with the terms of a complaint received now."""
