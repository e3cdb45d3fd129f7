"""The result of an inspection: marks on a form, a verdict on each grave finding, violations."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

import msgspec
from msgspec.structs import replace

from services.compliance.domain.inspection import forms
from services.compliance.domain.inspection.acts import Refused, Step, Why, step
from services.compliance.domain.inspection.findings import Finding
from services.compliance.domain.inspection.forms import Form, FormError, Score
from services.compliance.domain.inspection.inspecting import Inspection, must_have
from services.compliance.domain.inspection.policy import is_grave
from services.compliance.domain.inspection.violations import Found, Violation, found
from services.compliance.domain.inspection.words import ActKind, Mark, State, Verdict
from shared.contracts.complaints import Severity
from shared.contracts.inspections import InspectionCompleted


class Breach(msgspec.Struct, frozen=True, kw_only=True):
    """What the inspector says was broken: by an automatic finding, or by a rule in their own words."""

    finding_id: str | None = None
    rule_id: str | None = None
    citation: str = ""
    severity: Severity | None = None
    turn: int | None = None
    item_id: str | None = None
    """The item of the form that was not met because of it."""


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """What the inspector hands in. `cleared` are the findings that are none in truth."""

    form: Form
    marks: Mapping[str, Mark]
    breaches: Sequence[Breach] = ()
    cleared: frozenset[str] = frozenset()
    note: str | None = None


class Completion(NamedTuple):
    """The ended inspection, its violations, and the findings with their verdicts."""

    inspection: Step[Inspection]
    violations: list[Step[Violation]]
    judged: list[Finding]


def complete(
    inspection: Inspection,
    findings: Sequence[Finding],
    result: Result,
    actor: str,
    now: datetime,
    transcript_id: str | None = None,
) -> Completion:
    """The inspection ends; `transcript_id` is the leaf of what was inspected.

    Raises Refused for marks and verdicts that leave something open.
    """
    must_have(inspection, actor, now)
    form = result.form
    if form.channels and inspection.channel not in form.channels:
        raise Refused(Why.INCOMPLETE, "The form is not one for the channel of this contact.")
    try:
        scored = forms.score(form, result.marks)
    except FormError as error:
        raise Refused(Why.INCOMPLETE, str(error)) from None
    known = {one.finding_id: one for one in findings}
    breached = [_settled(breach, known) for breach in result.breaches]
    _nothing_open(findings, result, scored.failed)
    passed = scored.passed and not any(one.severity and is_grave(one.severity) for one in breached)
    ended = replace(
        inspection,
        state=State.COMPLETED,
        claimed_by=None,
        claimed_until=None,
        form_id=form.form_id,
        form_version=form.version,
        marks=dict(result.marks),
        score=scored.points,
        passed=passed,
        violations=len(breached),
        ended_by=actor,
        ended_at=now,
    )
    done = step(
        ended,
        ActKind.COMPLETED,
        actor,
        now,
        (inspection.state, State.COMPLETED),
        about=inspection.inspection_id,
        note=result.note,
        events=(_event(ended, now),),
        details=_details(ended, result, breached, scored),
    )
    records = (done.act.leaf_id, *([transcript_id] if transcript_id else []))
    steps = [_violation(ended, records, number, one, actor, now) for number, one in enumerate(breached, 1)]
    return Completion(done, steps, _judged(known, breached, result.cleared))


def _settled(breach: Breach, known: Mapping[str, Finding]) -> Breach:
    """The breach with rule, citation, severity and turn of its finding, unless the inspector says more."""
    if breach.finding_id is None:
        if breach.rule_id is None or breach.severity is None:
            raise Refused(Why.INCOMPLETE, "A violation names its finding, or its rule and severity.")
        return breach
    finding = known.get(breach.finding_id)
    if finding is None:
        raise Refused(Why.INCOMPLETE, "A finding that is named is not one of this contact.")
    return replace(
        breach,
        rule_id=breach.rule_id or finding.rule_id,
        citation=breach.citation or finding.citation,
        severity=breach.severity or finding.severity,
        turn=finding.turn,
    )


def _nothing_open(findings: Sequence[Finding], result: Result, failed: Sequence[str]) -> None:
    named = [one.finding_id for one in result.breaches if one.finding_id is not None]
    if len(set(named)) < len(named) or not result.cleared.isdisjoint(named):
        raise Refused(Why.INCOMPLETE, "A finding is given one verdict.")
    if result.cleared - {one.finding_id for one in findings}:
        raise Refused(Why.INCOMPLETE, "A finding that is named is not one of this contact.")
    judged = result.cleared.union(named)
    if any(
        is_grave(one.severity) and one.verdict is None and one.finding_id not in judged for one in findings
    ):
        raise Refused(
            Why.INCOMPLETE, "Each grave automatic finding needs a verdict: a violation, or cleared."
        )
    items = {item.item_id for item in result.form.items}
    given = {one.item_id for one in result.breaches if one.item_id is not None}
    if given - items:
        raise Refused(Why.INCOMPLETE, "A violation names an item that the form does not have.")
    if set(failed) - given:
        raise Refused(Why.INCOMPLETE, "Each critical item that was not met needs the violation behind it.")


def _violation(
    inspection: Inspection,
    records: tuple[str, ...],
    number: int,
    breach: Breach,
    actor: str,
    now: datetime,
) -> Step[Violation]:
    assert breach.rule_id is not None  # settled before
    assert breach.severity is not None
    return found(
        Found(
            parts=(inspection.inspection_id, number),
            person_id=inspection.person_id,
            customer_id=inspection.customer_id,
            contact_id=inspection.contact_id,
            inspection_id=inspection.inspection_id,
            finding_id=breach.finding_id,
            collector_id=inspection.collector_id,
            agency_id=inspection.agency_id,
            branch_id=inspection.branch_id,
            channel=inspection.channel,
            rule_id=breach.rule_id,
            citation=breach.citation,
            severity=breach.severity,
            turn=breach.turn,
            records=records,
        ),
        actor,
        now,
    )


def _details(
    ended: Inspection, result: Result, breached: Sequence[Breach], scored: Score
) -> dict[str, object]:
    told: dict[str, object] = {
        "form": f"{ended.form_id}@{ended.form_version}",
        "score": scored.points,
        "passed": ended.passed,
        "failed": ",".join(scored.failed) or None,
    }
    told |= {f"mark:{item}": mark for item, mark in sorted(result.marks.items())}
    told |= {f"finding:{name}": Verdict.NO_VIOLATION for name in sorted(result.cleared)}
    told |= {f"finding:{one.finding_id}": Verdict.VIOLATION for one in breached if one.finding_id}
    return told


def _judged(
    known: Mapping[str, Finding], breached: Sequence[Breach], cleared: frozenset[str]
) -> list[Finding]:
    violated = {one.finding_id for one in breached if one.finding_id is not None}
    verdicts = dict.fromkeys(violated, Verdict.VIOLATION) | dict.fromkeys(cleared, Verdict.NO_VIOLATION)
    return [replace(known[name], verdict=verdict) for name, verdict in sorted(verdicts.items())]


def _event(ended: Inspection, now: datetime) -> InspectionCompleted:
    assert ended.score is not None
    return InspectionCompleted(
        inspection_id=ended.inspection_id,
        contact_id=ended.contact_id,
        person_id=ended.person_id,
        customer_id=ended.customer_id,
        channel=ended.channel,
        collector_id=ended.collector_id,
        agency_id=ended.agency_id,
        branch_id=ended.branch_id,
        contacted_at=ended.contacted_at,
        sampled=ended.sampled,
        score=ended.score,
        passed=bool(ended.passed),
        violations=ended.violations,
        completed_at=now,
    )
