"""The register of staff. The fields of each record are the columns of the table of that name.

Nothing here names anybody: members of staff and persons are ids, reasons are sealed.
"""

from datetime import datetime
from enum import StrEnum

import msgspec

from shared.contracts.staff import CertificateKind, StaffRole
from shared.contracts.vocabulary import Channel


class Relation(StrEnum):
    """The tie that a member of staff declares to a person."""

    FAMILY = "family"
    BUSINESS = "business"
    FINANCIAL = "financial"
    """One owes the other, or stands surety."""
    FRIEND = "friend"
    OTHER = "other"


class ExceptionState(StrEnum):
    """Where an exception from rotation stands."""

    ASKED = "asked"
    APPROVED = "approved"
    REFUSED = "refused"
    ENDED = "ended"


class Member(msgspec.Struct, frozen=True, kw_only=True):
    """A member of staff, of the bank or of an agency; active in [active_from, active_until)."""

    staff_id: str
    role: StaffRole
    agency_id: str | None = None
    branch_id: str | None = None
    active_from: datetime
    active_until: datetime | None = None
    recorded_by: str
    recorded_at: datetime

    def says_the_same(self, other: "Member") -> bool:
        """Whether both say the same of the member, whoever said it when."""
        return self == msgspec.structs.replace(
            other, recorded_by=self.recorded_by, recorded_at=self.recorded_at
        )


class Course(msgspec.Struct, frozen=True, kw_only=True):
    """Something that staff can pass; `valid_days` is how long that counts at most."""

    course_id: str
    kind: CertificateKind
    title: str
    passing_score: int | None = None
    valid_days: int | None = None
    recorded_by: str
    recorded_at: datetime


class Certificate(msgspec.Struct, frozen=True, kw_only=True):
    """What a member passed; it counts in [passed_at, valid_until), until it is revoked.

    `evidence_digest` is the SHA-256, in hexadecimal, of the document that shows it.
    """

    certificate_id: str
    staff_id: str
    kind: CertificateKind
    course_id: str | None = None
    passed_at: datetime
    valid_until: datetime | None = None
    score: int | None = None
    evidence_digest: str
    recorded_by: str
    recorded_at: datetime
    revoked_at: datetime | None = None
    revoked_by: str | None = None
    sealed_reason: str | None = None


class Suspension(msgspec.Struct, frozen=True, kw_only=True):
    """No contacts in [since, until), until it is lifted. One by a sanction bears the sanction's id."""

    suspension_id: str
    staff_id: str
    since: datetime
    until: datetime | None = None
    suspended_by: str
    sealed_reason: str | None = None
    lifted_at: datetime | None = None
    lifted_by: str | None = None


class Conflict(msgspec.Struct, frozen=True, kw_only=True):
    """A tie between a member and a person: no contacts while it stands."""

    conflict_id: str
    staff_id: str
    person_id: str
    relation: Relation
    declared_by: str
    declared_at: datetime
    sealed_reason: str | None = None
    ended_at: datetime | None = None
    ended_by: str | None = None


class RotationException(msgspec.Struct, frozen=True, kw_only=True):
    """Leave to stay with a person beyond the limit, given by a second person, until `until`."""

    exception_id: str
    staff_id: str
    person_id: str
    state: ExceptionState
    until: datetime
    asked_by: str
    asked_at: datetime
    sealed_reason: str
    decided_by: str | None = None
    decided_at: datetime | None = None
    ended_at: datetime | None = None


class StaffContact(msgspec.Struct, frozen=True, kw_only=True):
    """A contact that a named member was permitted to make; its attempt bears the permit's id."""

    permit_id: str
    staff_id: str
    person_id: str
    customer_id: str
    case_id: str
    channel: Channel
    at: datetime


class RotationTold(msgspec.Struct, frozen=True, kw_only=True):
    """A stretch that was found to be too long, and told."""

    staff_id: str
    person_id: str
    since: datetime
    customer_id: str
    case_id: str
    tenure_days: int
    limit_days: int
    bars_from: datetime
    told_at: datetime
