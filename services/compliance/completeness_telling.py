"""What comparisons found, told: a leaf for each finding and its end; violations come into their register."""

import msgspec

from services.compliance import violation_register as register
from services.compliance.domain.completeness.finding import Finding
from services.compliance.domain.completeness.rules import CITATION, Settlement
from services.compliance.domain.inspection.violations import Found
from services.compliance.journal import Journal
from services.compliance.store import completeness_findings as store
from shared.contracts.complaints import Severity
from shared.stream.work import Work

BY_ITSELF = "completeness"
"""Who finds, and who settles what settles itself."""


async def find(findings: list[Finding], work: Work, journal: Journal) -> list[Finding]:
    """Keep findings and draft the leaf of each that is new; returns those."""
    new = await store.add(work.connection, findings)
    for finding in new:
        _draft(finding, work, journal)
    violations = [_violation(finding) for finding in new if finding.is_violation]
    if violations:
        await register.register(violations, BY_ITSELF, work, journal)
    return new


async def settle(
    findings: list[Finding], how: Settlement, by: str, work: Work, journal: Journal
) -> list[Finding]:
    """Settle locked findings and draft the leaves; returns them as they are then."""
    settled = [
        msgspec.structs.replace(one, settled_at=work.now, settlement=how, settled_by=by) for one in findings
    ]
    await store.settle(work.connection, settled)
    for finding in settled:
        journal.add(
            f"settled:{finding.finding_id}",
            "finding_settled",
            finding.about,
            work.now,
            {"as": how, "by": by},
            contact=finding.contact_id,
            records=(finding.leaf_id,),
            rule=finding.rule_id,
        )
    return settled


def _draft(finding: Finding, work: Work, journal: Journal) -> None:
    shown = {
        "destination": finding.destination,
        "happened_at": finding.happened_at,
        "message_id": finding.message_id,
        "provider": finding.provider,
    }
    journal.add(
        finding.leaf_id,
        "discrepancy",
        finding.about,
        work.now,
        {name: value for name, value in shown.items() if value is not None},
        channel=finding.channel,
        contact=finding.contact_id,
        permit=finding.permit_id,
        rule=finding.rule_id,
    )


def _violation(finding: Finding) -> Found:
    assert finding.message_id is not None  # somebody was contacted
    return Found(
        parts=(finding.rule_id, finding.provider, finding.message_id),
        rule_id=finding.rule_id,
        severity=Severity.CRITICAL,
        citation=CITATION,
        person_id=finding.person_id,
        customer_id=finding.customer_id,
        contact_id=finding.contact_id,
        channel=finding.channel,
        records=(finding.leaf_id,),
    )
