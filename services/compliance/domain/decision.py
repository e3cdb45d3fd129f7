"""The gate: may this contact be made now?"""

from dataclasses import dataclass
from datetime import datetime

from services.compliance.domain.candidates import limits_of
from services.compliance.domain.checks import blocking_reasons
from services.compliance.domain.facts import PersonFacts
from services.compliance.domain.rules import GateRules
from shared.contracts.decisions import Effect, Reason
from shared.contracts.requests import ContactRequested

SEVERITY = {Effect.ALLOW: 0, Effect.DEFER: 1, Effect.REVIEW: 2, Effect.DENY: 3}


@dataclass(frozen=True, slots=True)
class Decision:
    """The worst effect of all rules that applied, and every one of them.

    `until` is the next permitted instant of a deferral; `valid_until` ends a permit (exclusive).
    """

    effect: Effect
    reasons: tuple[Reason, ...] = ()
    until: datetime | None = None
    valid_until: datetime | None = None


def decide(request: ContactRequested, facts: PersonFacts, rules: GateRules, now: datetime) -> Decision:
    """Decide one request on what is known at `now`; the same arguments always give the same decision."""
    limits, doubts = limits_of(request, facts, rules)
    reasons = [*blocking_reasons(request, facts, now), *doubts, *limits.reasons(now)]
    if not reasons:
        return Decision(Effect.ALLOW, valid_until=limits.valid_until(now, rules.permit_ttl))
    worst = max((reason.effect for reason in reasons), key=SEVERITY.__getitem__)
    if worst is not Effect.DEFER:
        return Decision(worst, tuple(reasons))
    until = limits.next_permitted(now)
    if until is None:
        # The hours of all candidate zones never meet: no waiting helps.
        return Decision(Effect.REVIEW, (*reasons, limits.never(now)))
    return Decision(worst, tuple(reasons), until=until)
