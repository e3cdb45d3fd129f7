"""What callers of the complaint register get. Texts are shown on their own page only."""

from collections.abc import Callable, Sequence
from datetime import date, datetime

from pydantic import BaseModel, Field

from services.compliance.domain.complaints.file import Act, Complaint, Evidence, Rectification, Sanction
from services.compliance.domain.complaints.words import ActKind, EvidenceKind, State
from services.compliance.store.complaint_figures import MonthCount, Score
from shared.contracts.complaints import (
    ComplaintCategory,
    ComplaintFinding,
    ComplaintSource,
    RootCause,
    SanctionMeasure,
    Severity,
)
from shared.contracts.vocabulary import Channel

Open = Callable[[str | None, str], str | None]
"""Opens a sealed text for its place in the file; None where there is none."""


class ComplaintView(BaseModel):
    """A complaint."""

    complaint_id: str
    person_id: str
    customer_id: str
    contact_id: str | None
    state: State
    round: int = Field(description="1, and one more for each reopening")
    category: ComplaintCategory
    source: ComplaintSource
    severity: Severity
    channel: Channel | None
    branch_id: str | None
    agency_id: str | None
    collector_id: str | None
    supervisor_id: str | None
    jurisdiction: str
    opened_at: datetime
    received_on: date
    due_at: datetime = Field(description="The end of the present term, exclusive")
    due_on: date = Field(description="Its last local date")
    term_cite: str
    extensions: int
    extensions_left: int
    extension_asked_by: str | None
    acknowledge_by: datetime
    acknowledged_at: datetime | None
    late_to_acknowledge: bool
    late_to_decide: bool
    assignee_id: str | None
    decision_proposed_by: str | None
    finding: ComplaintFinding | None
    root_cause: RootCause | None
    decided_at: datetime | None
    decided_by: str | None
    closed_at: datetime | None
    hold_id: str | None = Field(description="The hold that stands because of it")

    @classmethod
    def of(cls, complaint: Complaint) -> "ComplaintView":
        """The view of a complaint."""
        own = {
            name: getattr(complaint, name) for name in Complaint.__struct_fields__ if name in cls.model_fields
        }
        proposal = complaint.proposal
        return cls(
            **own,
            due_on=complaint.due_on,
            extensions_left=max(0, len(complaint.ends) - 1 - complaint.extensions),
            decision_proposed_by=proposal.by if proposal else None,
        )


class ActView(BaseModel):
    """An entry of the history."""

    number: int
    act: ActKind
    actor: str
    at: datetime
    before: State | None
    after: State
    details: dict[str, str]
    reason: str | None = Field(description="Withheld unless it may be shown in clear")
    leaf_id: str = Field(description="The name of its leaf in the audit log")

    @classmethod
    def of(cls, act: Act, opened: Open) -> "ActView":
        """The view of an act."""
        return cls(
            number=act.number,
            act=act.act,
            actor=act.actor,
            at=act.at,
            before=act.before,
            after=act.after,
            details=act.details,
            reason=opened(act.sealed_reason, "reason"),
            leaf_id=act.leaf_id,
        )


class EvidenceView(BaseModel):
    """A reference to what shows what happened."""

    kind: EvidenceKind
    reference: str
    added_by: str
    added_at: datetime
    leaf_index: int | None = Field(description="Its place in the log, of decisions and leaves")

    @classmethod
    def of(cls, evidence: Evidence, leaf_index: int | None) -> "EvidenceView":
        """The view of a piece of evidence."""
        return cls(
            kind=evidence.kind,
            reference=evidence.reference,
            added_by=evidence.added_by,
            added_at=evidence.added_at,
            leaf_index=leaf_index,
        )


class ActionView(BaseModel):
    """Something to put right."""

    action_id: str
    description: str | None = Field(description="Withheld unless it may be shown in clear")
    owner_id: str
    due_at: datetime
    added_by: str
    added_at: datetime
    done_by: str | None
    done_at: datetime | None
    late: bool

    @classmethod
    def of(cls, action: Rectification, opened: Open) -> "ActionView":
        """The view of an action."""
        names = set(Rectification.__struct_fields__) - {"complaint_id", "sealed_description"}
        return cls(
            **{name: getattr(action, name) for name in names},
            description=opened(action.sealed_description, "action"),
        )


class SanctionView(BaseModel):
    """What followed for a collector or an agency."""

    sanction_id: str
    collector_id: str | None
    agency_id: str | None
    branch_id: str | None
    finding: ComplaintFinding
    measure: SanctionMeasure
    points: int
    vetoes_incentive: bool
    sanctioned_at: datetime

    @classmethod
    def of(cls, sanction: Sanction) -> "SanctionView":
        """The view of a sanction."""
        return cls(**{name: getattr(sanction, name) for name in cls.model_fields})


class ComplaintFileView(ComplaintView):
    """A complaint with its whole file, the texts of complainant and investigator left out."""

    history: Sequence[ActView]
    evidence: Sequence[EvidenceView]
    actions: Sequence[ActionView]
    sanctions: Sequence[SanctionView]


class ComplaintTexts(BaseModel):
    """What was written down about a complaint; personal data."""

    text: str | None = Field(description="What the complainant says")
    findings: str | None
    cause: str | None


class MonthCountView(BaseModel):
    """Complaints received in a month about one branch, agency, collector, category or source."""

    month: str = Field(description="YYYY-MM, by the local dates of receipt")
    key: str = Field(description="Empty: none is named")
    received: int
    upheld: int
    partly_upheld: int
    rejected: int
    withdrawn: int
    open: int
    late_to_acknowledge: int
    late_to_decide: int

    @classmethod
    def of(cls, count: MonthCount) -> "MonthCountView":
        """The view of a count."""
        return cls(**count._asdict())


class ScoreView(BaseModel):
    """What a month's upheld complaints mean for a collector or an agency."""

    subject: str
    sanctions: int
    points: int
    vetoes_incentive: bool = Field(description="No incentive is paid for the month")

    @classmethod
    def of(cls, score: Score) -> "ScoreView":
        """The view of a score."""
        return cls(**score._asdict())
