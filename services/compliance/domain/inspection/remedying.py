"""What people do to violations: a second opinion, putting right, checking, appeal."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from msgspec.structs import replace

from services.compliance.domain.inspection.acts import Refused, Step, Why
from services.compliance.domain.inspection.policy import InspectionPolicy
from services.compliance.domain.inspection.violations import Violation, event_of, step_of
from services.compliance.domain.inspection.words import ActKind, Appeal, ViolationState
from shared.contracts.inspections import (
    ViolationConfirmed,
    ViolationDismissed,
    ViolationRectified,
    ViolationVerified,
)

_LONGEST = timedelta(days=3_653)
_S = ViolationState
_OPEN_TO_APPEAL = frozenset({_S.CONFIRMED, _S.RECTIFICATION_DUE, _S.RECTIFIED, _S.VERIFIED})
_OTHER = "Who found a violation does not confirm or dismiss it."
_OWN_WORK = "Who put a violation right does not check that it was."


def confirm(violation: Violation, note: str, actor: str, now: datetime) -> Step[Violation]:
    """A second person says that it is so."""
    _must_be(violation, _S.FOUND)
    _other_than(actor, (violation.found_by,), _OTHER)
    changed = replace(violation, state=_S.CONFIRMED, decided_by=actor, decided_at=now)
    event = event_of(ViolationConfirmed, changed, confirmed_at=now, **_blame(changed))
    return step_of(changed, ActKind.CONFIRMED, actor, now, violation.state, note=note, events=(event,))


def dismiss(violation: Violation, note: str, actor: str, now: datetime) -> Step[Violation]:
    """A second person says that it is not."""
    _must_be(violation, _S.FOUND)
    _other_than(actor, (violation.found_by,), _OTHER)
    changed = replace(violation, state=_S.DISMISSED, decided_by=actor, decided_at=now)
    event = event_of(ViolationDismissed, changed, on_appeal=False, dismissed_at=now)
    return step_of(changed, ActKind.DISMISSED, actor, now, violation.state, note=note, events=(event,))


def set_rectification(
    violation: Violation, owner_id: str, due_at: datetime, note: str, actor: str, now: datetime
) -> Step[Violation]:
    """Say what has to be put right (the note), by whom and until when; may be said again until it is done."""
    _must_be(violation, _S.CONFIRMED, _S.RECTIFICATION_DUE)
    if not now < due_at <= now + _LONGEST:
        raise Refused(Why.INCOMPLETE, "A rectification is due after it is set, within ten years.")
    changed = replace(violation, state=_S.RECTIFICATION_DUE, owner_id=owner_id, due_at=due_at, late=False)
    told = {"owner_id": owner_id, "due_at": due_at}
    return step_of(changed, ActKind.RECTIFICATION_SET, actor, now, violation.state, note=note, details=told)


def rectify(violation: Violation, note: str, actor: str, now: datetime) -> Step[Violation]:
    """It was put right."""
    _must_be(violation, _S.RECTIFICATION_DUE)
    changed = replace(violation, state=_S.RECTIFIED, rectified_by=actor, rectified_at=now)
    event = event_of(ViolationRectified, changed, due_at=changed.due_at, rectified_at=now)
    return step_of(changed, ActKind.RECTIFIED, actor, now, violation.state, note=note, events=(event,))


def verify(violation: Violation, note: str, actor: str, now: datetime) -> Step[Violation]:
    """Somebody else than those who put it right looked, and it is so."""
    _must_be(violation, _S.RECTIFIED)
    _other_than(actor, (violation.rectified_by, violation.owner_id), _OWN_WORK)
    changed = replace(violation, state=_S.VERIFIED, verified_by=actor, verified_at=now)
    event = event_of(ViolationVerified, changed, verified_at=now)
    return step_of(changed, ActKind.VERIFIED, actor, now, violation.state, note=note, events=(event,))


def send_back(violation: Violation, note: str, actor: str, now: datetime) -> Step[Violation]:
    """It is not put right yet; the day until which it has to be stays."""
    _must_be(violation, _S.RECTIFIED)
    _other_than(actor, (violation.rectified_by, violation.owner_id), _OWN_WORK)
    changed = replace(violation, state=_S.RECTIFICATION_DUE, rectified_by=None, rectified_at=None)
    return step_of(changed, ActKind.SENT_BACK, actor, now, violation.state, note=note)


def appeal(
    violation: Violation, note: str, actor: str, now: datetime, policy: InspectionPolicy
) -> Step[Violation]:
    """The collector says that it is wrong, once, within the term. What has to be put right goes on."""
    if actor != violation.collector_id:
        raise Refused(Why.RECUSED, "Only the collector concerned appeals.")
    _must_be(violation, *_OPEN_TO_APPEAL)
    if violation.appeal is not None:
        raise Refused(Why.STATE, "There was an appeal before.")
    assert violation.decided_at is not None  # confirmed
    if now >= violation.decided_at + timedelta(days=policy.appeal_days):
        raise Refused(Why.TERM, "The term to appeal has run out.")
    changed = replace(violation, appeal=Appeal.LODGED, appealed_at=now)
    return step_of(changed, ActKind.APPEALED, actor, now, violation.state, note=note)


def decide_appeal(
    violation: Violation, upheld: bool, note: str, actor: str, now: datetime
) -> Step[Violation]:
    """Somebody who had no part in it decides; an appeal that is upheld dismisses the violation."""
    if violation.appeal is not Appeal.LODGED:
        raise Refused(Why.STATE, "There is no appeal to decide.")
    _other_than(
        actor,
        (violation.found_by, violation.decided_by),
        "Who found or confirmed a violation does not decide the appeal.",
    )
    decided = Appeal.UPHELD if upheld else Appeal.REJECTED
    changed = replace(violation, appeal=decided, appeal_decided_by=actor, appeal_decided_at=now)
    if not upheld:
        return step_of(changed, ActKind.APPEAL_REJECTED, actor, now, violation.state, note=note)
    changed = replace(changed, state=_S.DISMISSED)
    event = event_of(ViolationDismissed, changed, on_appeal=True, dismissed_at=now)
    return step_of(changed, ActKind.APPEAL_UPHELD, actor, now, violation.state, note=note, events=(event,))


def _must_be(violation: Violation, *states: ViolationState) -> None:
    if violation.state not in states:
        wanted = ", ".join(sorted(states))
        raise Refused(
            Why.STATE, f"The violation is {violation.state}; for this it has to be one of: {wanted}."
        )


def _other_than(actor: str, those: Iterable[str | None], sentence: str) -> None:
    if actor in those:
        raise Refused(Why.FOUR_EYES, sentence)


def _blame(violation: Violation) -> dict[str, object]:
    return {
        "rule_id": violation.rule_id,
        "severity": violation.severity,
        "collector_id": violation.collector_id,
        "agency_id": violation.agency_id,
        "branch_id": violation.branch_id,
    }
