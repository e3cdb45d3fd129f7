"""Inspection on `compliance.conduct.v1`, keyed by person: results, and what became of violations.

A violation without a person is keyed by itself.
"""

from decimal import Decimal

from shared.contracts.base import Event, Id, Instant
from shared.contracts.complaints import Severity
from shared.contracts.vocabulary import Channel


class InspectionCompleted(Event, frozen=True, kw_only=True):
    """A contact was inspected; `score` is 0 to 100 with two decimals.

    `sampled`: a sampling plan had drawn it, maybe among other reasons. `violations` are those that the
    inspector found; each is confirmed or dismissed by a second person.
    """

    type_ = "inspection.completed.v1"
    inspection_id: Id
    contact_id: Id
    person_id: Id
    customer_id: Id
    channel: Channel
    collector_id: Id
    agency_id: Id | None = None
    branch_id: Id | None = None
    contacted_at: Instant
    sampled: bool
    score: Decimal
    passed: bool
    violations: int
    completed_at: Instant


class ViolationConfirmed(Event, frozen=True, kw_only=True):
    """A second person confirmed the violation."""

    type_ = "violation.confirmed.v1"
    violation_id: Id
    person_id: Id | None
    customer_id: Id | None
    contact_id: Id | None
    rule_id: str
    severity: Severity
    collector_id: Id | None = None
    agency_id: Id | None = None
    branch_id: Id | None = None
    confirmed_at: Instant


class ViolationDismissed(Event, frozen=True, kw_only=True):
    """It is no violation: a second person says so, or the collector's appeal was upheld."""

    type_ = "violation.dismissed.v1"
    violation_id: Id
    person_id: Id | None
    customer_id: Id | None
    contact_id: Id | None
    on_appeal: bool
    dismissed_at: Instant


class ViolationRectified(Event, frozen=True, kw_only=True):
    """What the violation called for was put right; somebody else has yet to look."""

    type_ = "violation.rectified.v1"
    violation_id: Id
    person_id: Id | None
    customer_id: Id | None
    contact_id: Id | None
    due_at: Instant
    rectified_at: Instant


class ViolationVerified(Event, frozen=True, kw_only=True):
    """Somebody else than those who put it right found that it is."""

    type_ = "violation.verified.v1"
    violation_id: Id
    person_id: Id | None
    customer_id: Id | None
    contact_id: Id | None
    verified_at: Instant


class ViolationOverdue(Event, frozen=True, kw_only=True):
    """The violation was not put right in time; said once for each day that was set."""

    type_ = "violation.overdue.v1"
    violation_id: Id
    person_id: Id | None
    customer_id: Id | None
    contact_id: Id | None
    owner_id: Id
    due_at: Instant
    found_at: Instant


EVENTS: tuple[type[Event], ...] = (
    InspectionCompleted,
    ViolationConfirmed,
    ViolationDismissed,
    ViolationRectified,
    ViolationVerified,
    ViolationOverdue,
)
