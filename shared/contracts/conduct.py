"""`compliance.conduct.v1`, keyed by person: holds, complaints, violations, and the log's checkpoints."""

from shared.contracts.base import Event, Id, Instant
from shared.contracts.vocabulary import HoldKind


class HoldPlaced(Event, frozen=True, kw_only=True):
    """Collection stops for this person, for `until` or until released."""

    type_ = "hold.placed.v1"
    hold_id: Id
    person_id: Id
    customer_id: Id
    kind: HoldKind
    placed_at: Instant
    until: Instant | None = None


class HoldReleased(Event, frozen=True, kw_only=True):
    """The hold's reason is gone."""

    type_ = "hold.released.v1"
    hold_id: Id
    person_id: Id
    customer_id: Id
    kind: HoldKind
    released_at: Instant
    reason: str


class ComplaintOpened(Event, frozen=True, kw_only=True):
    """A complaint about collection came in; `due_at` is the clock of the rule pack."""

    type_ = "complaint.received.v1"
    complaint_id: Id
    person_id: Id
    customer_id: Id
    contact_id: Id | None
    opened_at: Instant
    due_at: Instant


class ComplaintDecided(Event, frozen=True, kw_only=True):
    """The complaint was answered."""

    type_ = "complaint.closed.v1"
    complaint_id: Id
    person_id: Id
    customer_id: Id
    upheld: bool
    decided_at: Instant


class ViolationFound(Event, frozen=True, kw_only=True):
    """A contact broke a rule, or was made without a decision."""

    type_ = "violation.found.v1"
    violation_id: Id
    person_id: Id | None
    customer_id: Id | None
    contact_id: Id | None
    rule_id: str
    found_at: Instant


class CheckpointSigned(Event, frozen=True, kw_only=True):
    """The audit log's head: a C2SP tlog-checkpoint as text, signatures included. Keyed by its origin."""

    type_ = "log.checkpoint_signed.v1"
    origin: str
    size: int
    root: str
    note: str
    signed_at: Instant


EVENTS: tuple[type[Event], ...] = (
    HoldPlaced,
    HoldReleased,
    ComplaintOpened,
    ComplaintDecided,
    ViolationFound,
    CheckpointSigned,
)
