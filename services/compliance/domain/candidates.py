"""Which zones and jurisdictions a person may be in: all of them have to permit the contact."""

from functools import lru_cache

from services.compliance.domain.facts import PersonFacts
from services.compliance.domain.limits import Limit, Limits, reason
from services.compliance.domain.rules import (
    JURISDICTION,
    JURISDICTION_CITATION,
    QUIET_HOURS,
    GateRules,
    JurisdictionRules,
)
from services.compliance.domain.window import zone_named
from shared.contracts.decisions import Effect, Force, Reason
from shared.contracts.requests import ContactRequested

Resolved = tuple[tuple[Limit, ...], tuple[Reason, ...]]


def limits_of(
    request: ContactRequested, facts: PersonFacts, rules: GateRules
) -> tuple[Limits, tuple[Reason, ...]]:
    """The limits of a request, and what is in doubt: a zone or jurisdiction that is not known.

    A missing zone is no doubt where another source names one.
    """
    zones, codes = {request.time_zone}, {request.jurisdiction}
    for party in facts.parties:
        if not party.removed:
            zones.add(party.time_zone)
            codes.add(party.jurisdiction)
    if len(zones) > 1:
        zones.discard(None)
    limits, doubts = _resolve(frozenset(zones), frozenset(codes), rules)
    return Limits(limits, facts.attempts), doubts


@lru_cache(maxsize=1024)
def _resolve(zones: frozenset[str | None], codes: frozenset[str], rules: GateRules) -> Resolved:
    known = rules.jurisdictions
    in_force = [known[code] for code in sorted(codes) if code in known]
    doubts = [_unknown_jurisdiction()] * (len(codes) - len(in_force))
    limits: list[Limit] = []
    for name in sorted(zones, key=str):
        zone = zone_named(name) if name else None
        if zone is None:
            doubts += [_unknown_zone(jurisdiction) for jurisdiction in in_force]
        else:
            limits += [Limit(zone, jurisdiction) for jurisdiction in in_force]
    return tuple(limits), tuple(doubts)


def _unknown_jurisdiction() -> Reason:
    # The code itself is not repeated: it is whatever text the request held.
    return reason(JURISDICTION, Effect.REVIEW, Force.POLICY, JURISDICTION_CITATION, {})


def _unknown_zone(rules: JurisdictionRules) -> Reason:
    numbers = {"jurisdiction": rules.code, "zone": "unknown"}
    return reason(QUIET_HOURS, Effect.REVIEW, rules.window_force, rules.window_citation, numbers)
