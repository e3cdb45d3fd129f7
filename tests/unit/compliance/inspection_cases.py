"""Inspections and violations for tests."""

from datetime import UTC, datetime, timedelta
from typing import Any

from services.compliance.domain.inspection.completing import Breach, Completion, Result, complete
from services.compliance.domain.inspection.contact import Contact
from services.compliance.domain.inspection.findings import Finding
from services.compliance.domain.inspection.forms import Form, Item
from services.compliance.domain.inspection.inspecting import Inspection, Reason, claim, queue
from services.compliance.domain.inspection.policy import InspectionPolicy
from services.compliance.domain.inspection.violations import Found, Violation, found
from services.compliance.domain.inspection.words import Cause, Mark
from shared.contracts.complaints import Severity
from shared.contracts.vocabulary import Channel, PartyRole
from shared.lint.tags import Tag

NOON = datetime(2026, 3, 2, 4, tzinfo=UTC)
DAY = timedelta(days=1)
POLICY = InspectionPolicy()
FINDER, SECOND, THIRD, COLLECTOR = "anna", "ben", "cora", "collector-7"
SAMPLED = Reason(cause=Cause.SAMPLE, plan_id="calls", version=1, period=NOON.date())
BY_HAND = Reason(cause=Cause.MANUAL)
BY_FINDING = Reason(cause=Cause.FINDING, finding_id="finding-1")
FORM = Form(
    form_id="telephone",
    version=1,
    title="Telephone",
    items=(
        Item(item_id="polite", title="Polite", weight=1),
        Item(item_id="lawful", title="Lawful", weight=1, critical=True),
    ),
)
MET = {"polite": Mark.MET, "lawful": Mark.MET}
NOT_LAWFUL = MET | {"lawful": Mark.NOT_MET}


def contact(**changes: Any) -> Contact:
    values: dict[str, Any] = {
        "contact_id": "contact-1",
        "person_id": "person-1",
        "customer_id": "customer-1",
        "channel": Channel.CALL_LIVE,
        "party": PartyRole.DEBTOR,
        "jurisdiction": "CN",
        "collector_id": COLLECTOR,
        "contacted_at": NOON,
    }
    return Contact(**(values | changes))


def queued(*reasons: Reason) -> Inspection:
    """A contact in the queue."""
    made = queue(contact(), None, reasons or (SAMPLED,), 0, "sampler", NOON)
    assert made is not None
    return made.record


def claimed(at: datetime = NOON) -> Inspection:
    """One that the finder has in hand."""
    return claim(queued(), FINDER, at, POLICY).record


def finding(**changes: Any) -> Finding:
    values: dict[str, Any] = {
        "finding_id": "finding-1",
        "contact_id": "contact-1",
        "transcript_id": "transcript-1",
        "turn": 2,
        "begins": 0,
        "length": 5,
        "tag": Tag.THREAT,
        "rule_id": "CN-CONTENT",
        "citation": "a law",
        "severity": Severity.CRITICAL,
        "found_at": NOON,
    }
    return Finding(**(values | changes))


def result(*breaches: Breach, **changes: Any) -> Result:
    values: dict[str, Any] = {"form": FORM, "marks": MET, "breaches": breaches}
    return Result(**(values | changes))


def completed(handed_in: Result, *findings: Finding) -> Completion:
    """What the finder's result comes to."""
    return complete(claimed(), findings, handed_in, FINDER, NOON, "transcript-1")


def violation(**changes: Any) -> Violation:
    """One that the finder found."""
    values: dict[str, Any] = {
        "parts": ("inspection-1", 1),
        "rule_id": "CN-CONTENT",
        "severity": Severity.HIGH,
        "person_id": "person-1",
        "customer_id": "customer-1",
        "contact_id": "contact-1",
        "collector_id": COLLECTOR,
    }
    return found(Found(**(values | changes)), FINDER, NOON).record
