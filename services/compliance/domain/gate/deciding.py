"""The gate: may this contact be made now? A pure function of request, facts, packs and the instant."""

from datetime import datetime

from services.compliance.domain.gate.decision import SEVERITY, Decision
from services.compliance.domain.gate.facts import PersonFacts
from services.compliance.domain.gate.lasting import valid_until
from services.compliance.domain.gate.request import GateRequest
from services.compliance.domain.gate.standing import Standing, policy, stand
from services.compliance.domain.gate.waiting import HORIZON, next_permitted
from services.compliance.domain.packs.library import Library
from shared.contracts.decisions import Effect

NEVER_PERMITTED = "NEVER-PERMITTED"


def decide(request: GateRequest, facts: PersonFacts, library: Library, now: datetime) -> Decision:
    """Decide one request on what is known at `now`; the same arguments always give the same decision.

    `now` and all instants in the facts are in UTC.
    """
    standing = stand(request, facts, library, now)
    if not standing.reasons:
        return Decision(
            Effect.ALLOW,
            valid_until=valid_until(request, facts, library, standing),
            packs=packs_of(standing),
            obligations=obligations_of(standing),
        )
    reasons = tuple(standing.reasons)
    worst = max((reason.effect for reason in reasons), key=SEVERITY.__getitem__)
    if worst is not Effect.DEFER:
        return Decision(worst, reasons, packs=packs_of(standing))
    until = next_permitted(request, facts, library, standing)
    if until is None:
        never = policy(
            NEVER_PERMITTED, Effect.REVIEW, "no waiting helps", {"horizon_days": str(HORIZON.days)}
        )
        return Decision(Effect.REVIEW, (*reasons, never), packs=packs_of(standing))
    return Decision(worst, reasons, until=until, packs=packs_of(standing))


def packs_of(standing: Standing) -> tuple[str, ...]:
    """The `id@version` of the packs and calendars that decided, each once."""
    if len(standing.views) == 1:
        return standing.views[0].packs.tags
    sure = (view for view in standing.views if not view.in_doubt)
    return tuple(dict.fromkeys(tag for view in sure for tag in view.packs.tags))


def obligations_of(standing: Standing) -> tuple[str, ...]:
    """What an allowed contact has to hold or do."""
    sure = [view for view in standing.views if not view.in_doubt]
    found = [view.selection.obligations(view.asked, view.moment) for view in sure]
    return found[0] if len(found) == 1 else tuple(sorted({duty for duties in found for duty in duties}))
