"""How long a permit is good for: no longer than every rule goes on permitting the contact."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from services.compliance.domain.gate.clocks import instant, second_of
from services.compliance.domain.gate.facts import PersonFacts
from services.compliance.domain.gate.known import consent_ends
from services.compliance.domain.gate.request import GateRequest
from services.compliance.domain.gate.standing import Standing, stand
from services.compliance.domain.packs.library import Library


def valid_until(request: GateRequest, facts: PersonFacts, library: Library, standing: Standing) -> datetime:
    """The end of a permit given as things stand, exclusive: the least time to live, or what comes earlier.

    Earlier come the instant from which other packs are in force, and the first at which a rule of those in
    force begins to stand in the way.
    """
    end = standing.at + min((view.packs.ttl for view in standing.views), default=timedelta())
    if standing.in_force.until is not None and standing.in_force.until < end:
        end = standing.in_force.until
    for at in sorted({at for at in _suspects(facts, standing, end) if standing.at < at < end}):
        if stand(request, facts, library, at).reasons:
            return at
    return end


def _suspects(facts: PersonFacts, standing: Standing, end: datetime) -> Iterator[datetime]:
    """Instants at which a rule may begin to stand in the way."""
    for hold in facts.holds:
        yield hold.placed_at
    first, last = second_of(standing.at), second_of(end)
    for view in standing.views:
        for rule in view.timed:
            yield from rule.check.may_begin(view.asked, view.moment, end)
        for zone in view.asked.zones:
            yield from map(instant, zone.changes(first, last))
        if facts.consents:
            yield from consent_ends(view.asked, view.moment)
