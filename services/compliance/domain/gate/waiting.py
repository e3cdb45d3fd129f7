"""The next instant at which a contact is permitted, if nothing else happens."""

from datetime import datetime, timedelta

from services.compliance.domain.gate.checks import later_of
from services.compliance.domain.gate.facts import PersonFacts
from services.compliance.domain.gate.request import GateRequest
from services.compliance.domain.gate.standing import Standing, stand
from services.compliance.domain.packs.library import Library

HORIZON = timedelta(days=400)
_MOST_STEPS = 2000


def next_permitted(
    request: GateRequest, facts: PersonFacts, library: Library, standing: Standing
) -> datetime | None:
    """The first instant after `standing` with nothing in the way; None if none comes within HORIZON.

    Each rule in the way tells an instant before which it stays there. So the contact is not permitted before
    the latest of these; there, all rules are looked at again.
    """
    last = standing.at + HORIZON
    for _ in range(_MOST_STEPS):
        if not standing.reasons:
            return standing.at
        at = _not_before(standing)
        if at is None or at > last:
            return None
        standing = stand(request, facts, library, at)
    return None


def _not_before(standing: Standing) -> datetime | None:
    of_rules = [rule.next_permitted(view.asked, view.moment) for rule, view in standing.hitting]
    found = later_of([*of_rules, *standing.own_ends])
    until = standing.in_force.until
    if until is None or found is None:
        return found or until
    return min(found, until)
