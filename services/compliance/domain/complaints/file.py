"""A complaint's file: the complaint, its history, evidence, rectification and sanctions.

The fields of each are the columns of the table of that name. Texts are sealed: nothing here is legible but
ids, closed words and instants.
"""

from datetime import date, datetime, timedelta

import msgspec

from services.compliance.domain.complaints.terms import local_date
from services.compliance.domain.complaints.words import ActKind, EvidenceKind, State
from shared.contracts.complaints import (
    ComplaintCategory,
    ComplaintFinding,
    ComplaintSource,
    RootCause,
    SanctionMeasure,
    Severity,
)
from shared.contracts.vocabulary import Channel


class Proposal(msgspec.Struct, frozen=True, kw_only=True):
    """A decision that waits for a second person."""

    by: str
    finding: ComplaintFinding
    root_cause: RootCause | None
    measure: SanctionMeasure
    summary: bool = False
    """In the short procedure, with the complainant's agreement."""


class Complaint(msgspec.Struct, frozen=True, kw_only=True):
    """A complaint. It is in its `round`-th handling: 1, and one more for each reopening.

    `ends` are the instants at which the terms of this round end: the first one, then those after each
    extension that the rule pack grants. `due_at` is the one of them that counts now.
    """

    complaint_id: str
    person_id: str
    customer_id: str
    contact_id: str | None = None
    """The contact in which it was made."""
    opened_at: datetime
    """When it was received; the clock starts."""
    received_on: date
    """The local date of that."""
    registered_at: datetime
    registered_by: str
    state: State
    round: int = 1
    category: ComplaintCategory
    source: ComplaintSource
    severity: Severity
    channel: Channel | None = None
    branch_id: str | None = None
    agency_id: str | None = None
    collector_id: str | None = None
    supervisor_id: str | None = None
    jurisdiction: str
    zone: str
    due_at: datetime
    ends: tuple[datetime, ...]
    term_cite: str
    extensions: int = 0
    extension_asked_by: str | None = None
    acknowledge_by: datetime
    acknowledged_at: datetime | None = None
    assignee_id: str | None = None
    proposal: Proposal | None = None
    finding: ComplaintFinding | None = None
    root_cause: RootCause | None = None
    decided_at: datetime | None = None
    decided_by: str | None = None
    closed_at: datetime | None = None
    hold_id: str | None = None
    """The hold that stands because of it."""
    late_to_acknowledge: bool = False
    late_to_decide: bool = False
    acts: int = 1
    changed_at: datetime
    sealed_text: str | None = None
    sealed_findings: str | None = None
    sealed_cause: str | None = None

    @property
    def due_on(self) -> date:
        """The last local date of the present term."""
        return local_date(self.due_at - timedelta(microseconds=1), self.zone)

    @property
    def recused(self) -> frozenset[str]:
        """Who may not handle it: the person complained about and their supervisor."""
        return frozenset(person for person in (self.collector_id, self.supervisor_id) if person is not None)


class Rectification(msgspec.Struct, frozen=True, kw_only=True):
    """Something that has to be put right, by whom and when; table `rectification`."""

    action_id: str
    complaint_id: str
    owner_id: str
    due_at: datetime
    sealed_description: str
    added_by: str
    added_at: datetime
    done_by: str | None = None
    done_at: datetime | None = None
    late: bool = False


class Sanction(msgspec.Struct, frozen=True, kw_only=True):
    """What an upheld complaint means for a collector or an agency; table `sanction`."""

    sanction_id: str
    complaint_id: str
    person_id: str
    collector_id: str | None
    agency_id: str | None
    branch_id: str | None
    finding: ComplaintFinding
    measure: SanctionMeasure
    points: int
    vetoes_incentive: bool
    sanctioned_on: date
    sanctioned_at: datetime


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """A reference to what shows what happened; table `complaint_evidence`."""

    complaint_id: str
    kind: EvidenceKind
    reference: str
    added_by: str
    added_at: datetime


class Act(msgspec.Struct, frozen=True, kw_only=True):
    """One entry of the history, numbered from 1; table `complaint_act`. `details` are ids and words."""

    complaint_id: str
    number: int
    act: ActKind
    actor: str
    at: datetime
    before: State | None
    after: State
    details: dict[str, str]
    sealed_reason: str | None

    @property
    def leaf_id(self) -> str:
        """The name of its leaf: the first one bears that of the complaint."""
        return self.complaint_id if self.number == 1 else f"{self.complaint_id}:{self.number}"


class File(msgspec.Struct, frozen=True):
    """What a command is decided on."""

    complaint: Complaint
    actions: tuple[Rectification, ...] = ()
