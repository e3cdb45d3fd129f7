"""What callers of the register of staff send."""

from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, Field

from services.compliance.domain.staff.records import Certificate, Course, Member, Relation
from shared.contracts.staff import CertificateKind, StaffRole
from shared.ids import derive_id
from shared.web.inputs import Input, ShortText

_FIRST, _LAST = datetime(1950, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)


def _utc(at: datetime) -> datetime:
    if not _FIRST <= at <= _LAST:
        raise ValueError("Give an instant between 1950 and 2200, with its offset")
    return at.astimezone(UTC)


Id = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[!-~]+$")]
Instant = Annotated[AwareDatetime, AfterValidator(_utc)]
Score = Annotated[int, Field(ge=0, le=1000)]


class NewMember(Input):
    """What the register is to say of a member of staff; replaces what it says. Ids only, no names."""

    staff_id: Id
    role: StaffRole
    agency_id: Id | None = Field(default=None, description="The collector they work for; none: the bank")
    branch_id: Id | None = None
    active_from: Instant
    active_until: Instant | None = Field(default=None, description="Exclusive")

    def member(self, by: str, at: datetime) -> Member:
        """The same for the register."""
        return Member(**self.model_dump(), recorded_by=by, recorded_at=at)


class NewCourse(Input):
    """Something that staff can pass."""

    course_id: Id
    kind: CertificateKind
    title: ShortText
    passing_score: Score | None = None
    valid_days: Annotated[int, Field(ge=1, le=3660)] | None = Field(
        default=None, description="How long having passed it counts at most"
    )

    def course(self, by: str, at: datetime) -> Course:
        """The same for the register."""
        return Course(**self.model_dump(), recorded_by=by, recorded_at=at)


class Passed(Input):
    """What a member passed."""

    kind: CertificateKind
    course_id: Id | None = None
    passed_at: Instant
    valid_until: Instant | None = Field(default=None, description="Exclusive; none: as the course says")
    score: Score | None = None
    evidence_digest: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")] = Field(
        description="SHA-256, in hexadecimal, of the document that shows it"
    )


class NewCertificate(Passed):
    """What a member passed, in a batch."""

    staff_id: Id

    def certificate(self, ends_at: datetime | None, by: str, at: datetime) -> Certificate:
        """The same for the register; its id follows from what it says, so it is recorded once."""
        named = (self.staff_id, self.kind, self.course_id or "", self.passed_at.isoformat())
        return Certificate(
            certificate_id=derive_id("certificate", *named, self.evidence_digest),
            **(self.model_dump() | {"valid_until": ends_at}),
            recorded_by=by,
            recorded_at=at,
        )


class Reason(Input):
    """Why it is done; kept sealed."""

    reason: ShortText


class NewSuspension(Reason):
    """No contacts from now on."""

    until: Instant | None = Field(default=None, description="Exclusive; none: until it is lifted")


class NewConflict(Input):
    """A tie of the member to a person."""

    person_id: Id
    relation: Relation
    reason: ShortText | None = Field(default=None, description="More of it; kept sealed")


class NewException(Reason):
    """Leave for a member to stay with a person beyond the limit."""

    staff_id: Id
    person_id: Id
    until: Instant = Field(description="Exclusive")
