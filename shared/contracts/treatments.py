"""`strategy.treatments.v1`, keyed by customer: what the bank decided to do."""

from enum import StrEnum

from shared.contracts.base import Day, Event, Id, Instant, Money
from shared.contracts.vocabulary import CaseStage, Channel, Purpose


class CaseOpened(Event, frozen=True, kw_only=True):
    """Collection entry (入催): all of the customer's accounts become one case."""

    type_ = "case.opened.v1"
    case_id: Id
    customer_id: Id
    opened_at: Instant
    stage: CaseStage
    days_past_due: int
    bucket: str
    arrears: list[Money]


class CaseOutcome(StrEnum):
    CURED = "cured"
    SETTLED = "settled"
    WRITTEN_OFF = "written_off"


class CaseClosed(Event, frozen=True, kw_only=True):
    """Collection exit (出催)."""

    type_ = "case.closed.v1"
    case_id: Id
    customer_id: Id
    closed_at: Instant
    outcome: CaseOutcome


class SegmentAssigned(Event, frozen=True, kw_only=True):
    """The policy placed the case in a segment; `reasons` are its codes."""

    type_ = "segment.assigned.v1"
    case_id: Id
    customer_id: Id
    segment: str
    policy: str
    reasons: list[str]


class TreatmentAssigned(Event, frozen=True, kw_only=True):
    """One step of the segment's ladder is due: contact the debtor this way."""

    type_ = "treatment.assigned.v1"
    treatment_id: Id
    case_id: Id
    customer_id: Id
    segment: str
    policy: str
    step: int
    channel: Channel
    purpose: Purpose
    template: str
    assigned_at: Instant
    days_past_due: int
    arrears: list[Money]


class SuspensionReason(StrEnum):
    PAYMENT = "payment"
    PROMISE = "promise"
    HOLD = "hold"
    CURED = "cured"
    RESEGMENTED = "resegmented"


class TreatmentSuspended(Event, frozen=True, kw_only=True):
    """No contact for this case until `until` (None: until further notice); open requests are withdrawn."""

    type_ = "treatment.suspended.v1"
    case_id: Id
    customer_id: Id
    reason: SuspensionReason
    suspended_at: Instant
    until: Instant | None = None


class PromiseMade(Event, frozen=True, kw_only=True):
    """Promise to pay (PTP)."""

    type_ = "promise.made.v1"
    promise_id: Id
    case_id: Id
    customer_id: Id
    promised: Money
    due_date: Day
    made_at: Instant


class PromiseKept(Event, frozen=True, kw_only=True):
    """Paid in full inside grace and tolerance."""

    type_ = "promise.kept.v1"
    promise_id: Id
    case_id: Id
    customer_id: Id
    paid: Money
    kept_at: Instant


class PromiseBroken(Event, frozen=True, kw_only=True):
    """The grace period ended with less than the promised amount paid."""

    type_ = "promise.broken.v1"
    promise_id: Id
    case_id: Id
    customer_id: Id
    paid: Money
    broken_at: Instant


class ArrangementKind(StrEnum):
    INSTALMENT_PLAN = "instalment_plan"
    EXTENSION = "extension"
    RESTRUCTURING = "restructuring"
    REDUCTION = "reduction"
    SETTLEMENT = "settlement"


class ArrangementMade(Event, frozen=True, kw_only=True):
    """A repayment arrangement was agreed (register row B8)."""

    type_ = "arrangement.made.v1"
    arrangement_id: Id
    case_id: Id
    customer_id: Id
    kind: ArrangementKind
    total: Money
    made_at: Instant


class PlacementMade(Event, frozen=True, kw_only=True):
    """The case was placed with an agency (register row B10)."""

    type_ = "placement.made.v1"
    placement_id: Id
    case_id: Id
    customer_id: Id
    agency_id: Id
    round: int
    placed_at: Instant


class PlacementRecalled(Event, frozen=True, kw_only=True):
    """The case came back from the agency."""

    type_ = "placement.recalled.v1"
    placement_id: Id
    case_id: Id
    customer_id: Id
    reason: str
    recalled_at: Instant


class LegalStep(StrEnum):
    NOTICE = "notice"
    FILED = "filed"
    AWAITING_JUDGMENT = "awaiting_judgment"
    JUDGMENT = "judgment"
    ENFORCEMENT = "enforcement"


class LegalStepTaken(Event, frozen=True, kw_only=True):
    """A step of litigation (register row B9)."""

    type_ = "legal.step_taken.v1"
    case_id: Id
    customer_id: Id
    step: LegalStep
    taken_at: Instant


class RiskSignalRaised(Event, frozen=True, kw_only=True):
    """Feedback to credit and post-lending departments (register row I9)."""

    type_ = "risk.signal_raised.v1"
    signal_id: Id
    case_id: Id
    customer_id: Id
    kind: str
    raised_at: Instant


EVENTS: tuple[type[Event], ...] = (
    CaseOpened,
    CaseClosed,
    SegmentAssigned,
    TreatmentAssigned,
    TreatmentSuspended,
    PromiseMade,
    PromiseKept,
    PromiseBroken,
    ArrangementMade,
    PlacementMade,
    PlacementRecalled,
    LegalStepTaken,
    RiskSignalRaised,
)
