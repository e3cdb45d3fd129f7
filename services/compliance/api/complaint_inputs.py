"""What callers of the complaint register send. Texts are sealed before anything else is done with them."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated

from pydantic import AwareDatetime, Field

from services.compliance.domain.complaints import commands
from services.compliance.domain.complaints.opening import Intake
from services.compliance.domain.complaints.words import EvidenceKind
from shared.contracts.complaints import (
    ComplaintCategory,
    ComplaintFinding,
    ComplaintSource,
    RootCause,
    SanctionMeasure,
    Severity,
)
from shared.contracts.vocabulary import Channel
from shared.web.inputs import Input, ShortText

Seal = Callable[[str, str], str]
"""Seals a text for its place in the file."""

Id = Annotated[str, Field(min_length=1, max_length=64)]
FullText = Annotated[str, Field(min_length=1, max_length=4000)]


class NewComplaint(Input):
    """A complaint as it came in."""

    person_id: Id
    customer_id: Id
    category: ComplaintCategory
    source: ComplaintSource
    severity: Severity = Severity.MEDIUM
    channel: Channel | None = None
    contact_ids: list[Id] = Field(default=[], max_length=100, description="What it is about")
    branch_id: Id | None = None
    agency_id: Id | None = None
    collector_id: Id | None = Field(default=None, description="The subject of the person complained about")
    supervisor_id: Id | None = Field(default=None, description="Their direct supervisor's subject")
    text: FullText | None = Field(default=None, description="What the complainant says; kept sealed")
    received_at: AwareDatetime | None = Field(default=None, description="With its offset; None: now")

    def intake(self, complaint_id: str, received_at: datetime, seal: Seal) -> Intake:
        """The same for the register."""
        same = ("person_id", "customer_id", "category", "source", "severity", "channel")
        named = ("branch_id", "agency_id", "collector_id", "supervisor_id")
        return Intake(
            complaint_id=complaint_id,
            received_at=received_at,
            contact_ids=tuple(self.contact_ids),
            sealed_text=None if self.text is None else seal(self.text, "text"),
            **{name: getattr(self, name) for name in same + named},
        )


class Reason(Input):
    """Why it is done."""

    reason: ShortText


class Classification(Reason):
    """What it is about and whom it concerns; replaces all of what was said before."""

    category: ComplaintCategory
    severity: Severity
    branch_id: Id | None = None
    agency_id: Id | None = None
    collector_id: Id | None = None
    supervisor_id: Id | None = None

    def command(self, seal: Seal) -> commands.Classify:
        """The same for the register."""
        named = ("category", "severity", "branch_id", "agency_id", "collector_id", "supervisor_id")
        return commands.Classify(
            **{name: getattr(self, name) for name in named}, sealed_reason=seal(self.reason, "reason")
        )


class Assignment(Reason):
    """Who is to investigate."""

    assignee_id: Id


class EvidenceItem(Input):
    """A contact, a decision of the gate, or the name of a leaf of the audit log."""

    kind: EvidenceKind
    reference: Annotated[str, Field(min_length=1, max_length=200)]


class NewEvidence(Reason):
    """What shows what happened."""

    items: list[EvidenceItem] = Field(min_length=1, max_length=100)


class ProposedDecision(Reason):
    """What the investigation found. An upheld complaint, also in part, needs its root cause."""

    finding: ComplaintFinding
    findings: FullText = Field(description="The record of the investigation; kept sealed")
    root_cause: RootCause | None = None
    cause: FullText | None = Field(default=None, description="The root cause in words; kept sealed")
    measure: SanctionMeasure = SanctionMeasure.NONE

    def command(self, seal: Seal) -> commands.ProposeDecision:
        """The same for the register."""
        return commands.ProposeDecision(
            finding=self.finding,
            root_cause=self.root_cause,
            measure=self.measure,
            sealed_findings=seal(self.findings, "findings"),
            sealed_cause=None if self.cause is None else seal(self.cause, "cause"),
            sealed_reason=seal(self.reason, "reason"),
        )


class NewAction(Reason):
    """Something to put right."""

    description: FullText = Field(description="Kept sealed")
    owner_id: Id
    due_at: AwareDatetime = Field(description="With its offset, in the future")
