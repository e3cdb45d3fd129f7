"""Permits that are out, decided again on what has changed since."""

from collections.abc import Collection, Sequence
from datetime import datetime

import msgspec

from services.compliance.domain.dossier import Dossier
from services.compliance.domain.evidence import Evidence
from services.compliance.domain.gate.decision import SEVERITY, Decision
from services.compliance.domain.gate.facts import Attempt
from services.compliance.domain.judging import judge, question_of
from services.compliance.domain.packs.library import Library
from shared.contracts.decisions import Effect, Force, Reason

ERASED = Reason(
    rule_id="EVIDENCE-ERASED",
    effect=Effect.DENY,
    force=Force.POLICY,
    citation="Bank policy: what was decided is no longer known, so it cannot be decided again",
)


def again(
    evidence: Evidence | None,
    dossier: Dossier,
    attempts: Sequence[Attempt],
    derived: dict[str, bool],
    library: Library,
    now: datetime,
) -> Decision:
    """The decision at `now` on what was asked, with these attempts in place of the dossier's.

    Without evidence nobody can tell what was asked: it is denied.
    """
    if evidence is None:
        return Decision(Effect.DENY, (ERASED,))
    known = msgspec.structs.replace(dossier, attempts=list(attempts), told_before={})
    return judge(question_of(evidence.asked, evidence.question.request, known, derived), library, now)


def without(attempts: Collection[Attempt], permit_ids: Collection[str]) -> list[Attempt]:
    """The attempts but for those under these permits."""
    return [attempt for attempt in attempts if attempt.attempt_id not in permit_ids]


def deciding_rule(decision: Decision) -> str:
    """The id of the first of the worst reasons."""
    worst = max(decision.reasons, key=lambda reason: SEVERITY[reason.effect])
    return worst.rule_id
