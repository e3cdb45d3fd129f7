"""Staff in `compliance.conduct.v1`: who may contact, what they hold, and who has to be reassigned.

Keyed by member of staff, but for what is about a member and a person together: that is keyed by the person.
"""

from enum import StrEnum

from shared.contracts.base import Event, Id, Instant


class StaffRole(StrEnum):
    """What a member of staff does (register rows G1, G2)."""

    COLLECTOR = "collector"
    FIELD_COLLECTOR = "field_collector"
    """Visits debtors (外访)."""
    TEAM_LEAD = "team_lead"
    DEPUTY_LEAD = "deputy_lead"
    LOAN_OFFICER = "loan_officer"


class CertificateKind(StrEnum):
    """What a certificate says that somebody has passed."""

    COMPLIANCE_TRAINING = "compliance_training"
    SCENARIO_EXERCISE = "scenario_exercise"
    JOB_CERTIFICATE = "job_certificate"
    """上岗合格证."""
    LICENCE = "licence"


class ReassignmentCause(StrEnum):
    """Why somebody else has to take over."""

    TENURE = "tenure"
    CONFLICT = "conflict"
    """The member declared a tie to the person."""


class StaffChanged(Event, frozen=True, kw_only=True):
    """What the register says of a member of staff; replaces what it said before.

    `agency_id` is None for the bank's own staff. Active in [`active_from`, `active_until`).
    """

    type_ = "staff.changed.v1"
    staff_id: Id
    role: StaffRole
    agency_id: Id | None = None
    branch_id: Id | None = None
    active_from: Instant
    active_until: Instant | None = None
    changed_at: Instant


class StaffSuspended(Event, frozen=True, kw_only=True):
    """The member makes no contacts, until `until` or until it is lifted."""

    type_ = "staff.suspended.v1"
    suspension_id: Id
    staff_id: Id
    since: Instant
    until: Instant | None = None


class StaffSuspensionLifted(Event, frozen=True, kw_only=True):
    """The suspension is over."""

    type_ = "staff.suspension_lifted.v1"
    suspension_id: Id
    staff_id: Id
    lifted_at: Instant


class CertificateRecorded(Event, frozen=True, kw_only=True):
    """The member passed something; `valid_until` is exclusive, None: for good."""

    type_ = "staff.certified.v1"
    certificate_id: Id
    staff_id: Id
    kind: CertificateKind
    passed_at: Instant
    valid_until: Instant | None = None


class CertificateExpiring(Event, frozen=True, kw_only=True):
    """A certificate counts only until `ends_at`, and nothing of its kind goes on after it."""

    type_ = "staff.certificate_expiring.v1"
    certificate_id: Id
    staff_id: Id
    kind: CertificateKind
    ends_at: Instant


class CertificateExpired(Event, frozen=True, kw_only=True):
    """A certificate counts no more, and the member holds nothing else of its kind."""

    type_ = "staff.certificate_expired.v1"
    certificate_id: Id
    staff_id: Id
    kind: CertificateKind
    ended_at: Instant


class CertificateRevoked(Event, frozen=True, kw_only=True):
    """A certificate was taken back."""

    type_ = "staff.certificate_revoked.v1"
    certificate_id: Id
    staff_id: Id
    kind: CertificateKind
    revoked_at: Instant


class RotationDue(Event, frozen=True, kw_only=True):
    """Somebody else has to take over the person (register row F8). Keyed by person.

    For `tenure`, once for each unbroken stretch, which began at `since` and has `tenure_days`; the gate
    denies contacts of this member with the person from `bars_from` on.
    """

    type_ = "collector.rotation_due.v1"
    staff_id: Id
    person_id: Id
    customer_id: Id
    case_id: Id | None = None
    cause: ReassignmentCause
    since: Instant
    tenure_days: int
    limit_days: int
    bars_from: Instant
    found_at: Instant


class RotationExcepted(Event, frozen=True, kw_only=True):
    """A second person let the member stay with the person until `until`. Keyed by person."""

    type_ = "collector.rotation_excepted.v1"
    exception_id: Id
    staff_id: Id
    person_id: Id
    until: Instant
    approved_at: Instant


EVENTS: tuple[type[Event], ...] = (
    StaffChanged,
    StaffSuspended,
    StaffSuspensionLifted,
    CertificateRecorded,
    CertificateExpiring,
    CertificateExpired,
    CertificateRevoked,
    RotationDue,
    RotationExcepted,
)
