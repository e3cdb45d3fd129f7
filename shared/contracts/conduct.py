"""`compliance.conduct.v1`, keyed by person: holds, complaints, violations, and the log's checkpoints."""

from shared.contracts import inspections, staff
from shared.contracts.base import Event, Id, Instant
from shared.contracts.complaints import (
    ComplaintCategory,
    ComplaintClock,
    ComplaintFinding,
    ComplaintSource,
    RootCause,
    SanctionMeasure,
    Severity,
)
from shared.contracts.vocabulary import Channel, HoldKind, PartyRole, Purpose


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
    category: ComplaintCategory | None = None
    source: ComplaintSource | None = None
    severity: Severity | None = None
    branch_id: Id | None = None
    agency_id: Id | None = None
    collector_id: Id | None = None


class ComplaintDecided(Event, frozen=True, kw_only=True):
    """The complaint was answered; `upheld` is true where any part of it was."""

    type_ = "complaint.closed.v1"
    complaint_id: Id
    person_id: Id
    customer_id: Id
    upheld: bool
    decided_at: Instant
    finding: ComplaintFinding | None = None
    root_cause: RootCause | None = None


class ComplaintAcknowledged(Event, frozen=True, kw_only=True):
    """The complainant was told that the complaint is in hand."""

    type_ = "complaint.acknowledged.v1"
    complaint_id: Id
    person_id: Id
    customer_id: Id
    acknowledged_at: Instant


class ComplaintClassified(Event, frozen=True, kw_only=True):
    """What the complaint is about and whom it concerns, as is known now; replaces what was said before."""

    type_ = "complaint.classified.v1"
    complaint_id: Id
    person_id: Id
    customer_id: Id
    category: ComplaintCategory
    severity: Severity
    branch_id: Id | None = None
    agency_id: Id | None = None
    collector_id: Id | None = None
    classified_at: Instant


class ComplaintExtended(Event, frozen=True, kw_only=True):
    """A second person approved the `extension`-th longer term that the rule pack grants."""

    type_ = "complaint.extended.v1"
    complaint_id: Id
    person_id: Id
    customer_id: Id
    extension: int
    due_at: Instant
    extended_at: Instant


class ComplaintOverdue(Event, frozen=True, kw_only=True):
    """A clock ran out, said once for each; `action_id` names the rectification that is late."""

    type_ = "complaint.overdue.v1"
    complaint_id: Id
    person_id: Id
    customer_id: Id
    clock: ComplaintClock
    action_id: Id | None = None
    due_at: Instant
    found_at: Instant


class ComplaintReopened(Event, frozen=True, kw_only=True):
    """A closed or withdrawn complaint is taken up again, with a new clock; `round` counts from 1."""

    type_ = "complaint.reopened.v1"
    complaint_id: Id
    person_id: Id
    customer_id: Id
    round: int
    due_at: Instant
    reopened_at: Instant


class ComplaintClosed(Event, frozen=True, kw_only=True):
    """The file is closed: decided and rectified, or withdrawn by the complainant."""

    type_ = "complaint.completed.v1"
    complaint_id: Id
    person_id: Id
    customer_id: Id
    withdrawn: bool
    closed_at: Instant


class RectificationDone(Event, frozen=True, kw_only=True):
    """An action that a complaint called for is done."""

    type_ = "rectification.done.v1"
    action_id: Id
    complaint_id: Id
    person_id: Id
    customer_id: Id
    due_at: Instant
    done_at: Instant


class CollectorSanctioned(Event, frozen=True, kw_only=True):
    """What an upheld complaint means for the collector or the agency: exactly one of the two is named.

    `vetoes_incentive`: compliance vetoes incentives of the month, whatever was collected (register row G10).
    """

    type_ = "collector.sanctioned.v1"
    sanction_id: Id
    complaint_id: Id
    person_id: Id
    customer_id: Id
    collector_id: Id | None = None
    agency_id: Id | None = None
    branch_id: Id | None = None
    finding: ComplaintFinding
    measure: SanctionMeasure
    points: int
    vetoes_incentive: bool
    sanctioned_at: Instant


class ViolationFound(Event, frozen=True, kw_only=True):
    """A contact broke a rule, or was made without a decision.

    `records` are the facts in the audit log that show it together: the decision, and what came later.
    """

    type_ = "violation.found.v1"
    violation_id: Id
    person_id: Id | None
    customer_id: Id | None
    contact_id: Id | None
    rule_id: str
    found_at: Instant
    records: list[str] = []


class CheckpointSigned(Event, frozen=True, kw_only=True):
    """The audit log's head: a C2SP tlog-checkpoint as text, signatures included. Keyed by its origin."""

    type_ = "log.checkpoint_signed.v1"
    origin: str
    size: int
    root: str
    note: str
    signed_at: Instant


class TemplateApproved(Event, frozen=True, kw_only=True):
    """A second person let a version of a template be used; it replaces the one in use. Keyed by template.

    `countries` are where it may be used, none for anywhere; `tags` what the linter says of it; `digest` is of
    language, channel, subject, body and envelope.
    """

    type_ = "template.approved.v1"
    template_id: Id
    version: int
    language: str
    channel: Channel
    purpose: Purpose
    countries: list[str]
    roles: list[PartyRole]
    subject: str
    body: str
    variables: list[str]
    digest: str
    tags: list[str]
    linter: str
    approved_at: Instant
    envelope: str = ""


class TemplateRetired(Event, frozen=True, kw_only=True):
    """A version of a template is used no more. Keyed by template."""

    type_ = "template.retired.v1"
    template_id: Id
    version: int
    language: str
    channel: Channel
    digest: str
    retired_at: Instant


class OptOutTakenBack(Event, frozen=True, kw_only=True):
    """The person consented anew to messages that they had opted out of; told for each of their customers.

    `channel` is what the opt-out was of, None for all. An opt-out made after `consented_at` counts again.
    """

    type_ = "opt_out.taken_back.v1"
    person_id: Id
    customer_id: Id
    channel: Channel | None
    consented_at: Instant
    taken_back_at: Instant


EVENTS: tuple[type[Event], ...] = (
    HoldPlaced,
    HoldReleased,
    ComplaintOpened,
    ComplaintDecided,
    ViolationFound,
    CheckpointSigned,
    ComplaintAcknowledged,
    ComplaintClassified,
    ComplaintExtended,
    ComplaintOverdue,
    ComplaintReopened,
    ComplaintClosed,
    RectificationDone,
    CollectorSanctioned,
    TemplateApproved,
    TemplateRetired,
    *staff.EVENTS,
    *inspections.EVENTS,
    OptOutTakenBack,
)
