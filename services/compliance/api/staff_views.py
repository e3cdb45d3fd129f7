"""What the register of staff shows. Reasons are shown to who may read the register."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from pydantic import BaseModel, Field

from services.compliance.api.staff_rows import RowError
from services.compliance.domain.staff.records import (
    Certificate,
    Conflict,
    Course,
    ExceptionState,
    Member,
    Relation,
    RotationException,
    Suspension,
)
from services.compliance.domain.staff.rules import StaffRules
from services.compliance.domain.staff.tenure import Tenure
from services.compliance.store.staff_rotation import Long
from shared.contracts.staff import CertificateKind, StaffRole

Open = Callable[[str | None, str], str | None]
"""Opens a sealed text of a place in the register."""


class MemberView(BaseModel):
    """A member of staff."""

    staff_id: str
    role: StaffRole
    agency_id: str | None
    branch_id: str | None
    active_from: datetime
    active_until: datetime | None
    recorded_by: str
    recorded_at: datetime

    @classmethod
    def of(cls, member: Member) -> "MemberView":
        """The view of a member."""
        return cls(**_fields(cls, member))


class CourseView(BaseModel):
    """Something that staff can pass."""

    course_id: str
    kind: CertificateKind
    title: str
    passing_score: int | None
    valid_days: int | None
    recorded_by: str
    recorded_at: datetime

    @classmethod
    def of(cls, course: Course) -> "CourseView":
        """The view of a course."""
        return cls(**_fields(cls, course))


class CertificateView(BaseModel):
    """What a member passed."""

    certificate_id: str
    staff_id: str
    kind: CertificateKind
    course_id: str | None
    passed_at: datetime
    valid_until: datetime | None
    score: int | None
    evidence_digest: str
    recorded_by: str
    recorded_at: datetime
    revoked_at: datetime | None
    revoked_by: str | None

    @classmethod
    def of(cls, certificate: Certificate) -> "CertificateView":
        """The view of a certificate."""
        return cls(**_fields(cls, certificate))


class SuspensionView(BaseModel):
    """No contacts by the member."""

    suspension_id: str
    since: datetime
    until: datetime | None
    suspended_by: str
    lifted_at: datetime | None
    lifted_by: str | None

    @classmethod
    def of(cls, suspension: Suspension) -> "SuspensionView":
        """The view of a suspension."""
        return cls(**_fields(cls, suspension))


class StaffFileView(MemberView):
    """A member with all that was passed, and what keeps them from contacts now."""

    certificates: list[CertificateView]
    suspensions: list[SuspensionView]
    lacks: list[str] = Field(description="For any contact of their collector; none: may contact")


class StandingView(BaseModel):
    """What keeps a member from a contact at an instant."""

    staff_id: str
    at: datetime
    may_contact: bool
    lacks: list[str]


class ConflictView(BaseModel):
    """A tie of a member to a person."""

    conflict_id: str
    staff_id: str
    person_id: str
    relation: Relation
    declared_by: str
    declared_at: datetime
    ended_at: datetime | None
    ended_by: str | None
    reason: str | None = None

    @classmethod
    def of(cls, conflict: Conflict, opened: Open) -> "ConflictView":
        """The view of a tie."""
        said = _fields(cls, conflict, "reason")
        return cls(**said, reason=opened(conflict.sealed_reason, f"conflict:{conflict.conflict_id}"))


class ExceptionView(BaseModel):
    """Leave to stay with a person."""

    exception_id: str
    staff_id: str
    person_id: str
    state: ExceptionState
    until: datetime
    asked_by: str
    asked_at: datetime
    decided_by: str | None
    decided_at: datetime | None
    ended_at: datetime | None
    reason: str | None = None

    @classmethod
    def of(cls, one: RotationException, opened: Open) -> "ExceptionView":
        """The view of an exception."""
        said = _fields(cls, one, "reason")
        return cls(**said, reason=opened(one.sealed_reason, f"exception:{one.exception_id}"))


class TenureView(BaseModel):
    """How long a member has been with a person."""

    staff_id: str
    person_id: str
    customer_id: str
    case_id: str
    since: datetime
    days: int
    limit_days: int
    due_at: datetime
    bars_from: datetime
    due: bool
    barred: bool = Field(description="Contacts are denied")
    excepted: bool
    told_at: datetime | None = Field(description="When the reassignment was told last")

    @classmethod
    def of(cls, pair: Long, tenure: Tenure, at: datetime) -> "TenureView":
        """The view of a tenure."""
        named = ("staff_id", "person_id", "customer_id", "case_id", "excepted", "told_at")
        return cls(
            **{name: getattr(pair, name) for name in named},
            **tenure._asdict(),
            due=tenure.is_due(at),
            barred=tenure.is_barred(at) and not pair.excepted,
        )


class BatchView(BaseModel):
    """What became of an upload."""

    taken: int = Field(description="Rows that are on file now")
    changed: int = Field(description="Of them, those that said something new")
    errors: list[RowError]


class StaffRulesView(BaseModel):
    """The rules in force."""

    version: str
    digest: str
    rules: dict[str, Any]

    @classmethod
    def of(cls, rules: StaffRules, said: dict[str, Any]) -> "StaffRulesView":
        """The view of rules; `said` is what they say as plain values."""
        return cls(version=rules.version, digest=rules.digest, rules=said)


def _fields(view: type[BaseModel], record: object, *but: str) -> dict[str, Any]:
    return {name: getattr(record, name) for name in view.model_fields if name not in but}
