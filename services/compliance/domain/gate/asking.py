"""One question in the light of one set of packs: what is asked, what is known, and by whose clocks."""

from datetime import datetime

from services.compliance.domain.gate.clocks import Zone, second_of, zone_named
from services.compliance.domain.gate.facts import PersonFacts
from services.compliance.domain.gate.request import GateRequest
from services.compliance.domain.packs.schema import TimeZoneRule

Zones = tuple[Zone, ...]


class Asked:
    """A request and the facts about its person; `zones` are all candidates, none where that is unknown.

    `recent` are the attempts as far back as rules with an end to their memory look.
    """

    __slots__ = ("facts", "recent", "request", "zones")

    def __init__(
        self, request: GateRequest, facts: PersonFacts, zones: Zones, since: datetime | None = None
    ) -> None:
        self.request = request
        self.facts = facts
        self.zones = zones
        attempts = facts.attempts
        self.recent = attempts if since is None else [one for one in attempts if one.at >= since]

    def is_the_person(self, person_id: str) -> bool:
        """Whether a record is about the person asked for: under this id or one merged with it."""
        return person_id == self.request.person_id or person_id in self.facts.merged


class Moment:
    """An instant, and what the clocks of all candidate zones show then."""

    __slots__ = ("at", "locals", "second")

    def __init__(self, at: datetime, zones: Zones) -> None:
        self.at = at
        self.second = second = second_of(at)
        self.locals = tuple([zone.local(second) for zone in zones])


def zones_of(rule: TimeZoneRule, facts: PersonFacts) -> Zones:
    """Every zone that the person may be in, each once; none if no source names one, or one is not a zone."""
    if rule.mode == "fixed":
        zone = zone_named(rule.zone or "")
        return () if zone is None else (zone,)
    found: list[Zone] = []
    for evidence in facts.zones:
        if evidence.source not in rule.sources:
            continue
        zone = zone_named(evidence.zone)
        if zone is None:
            # All candidates have to pass, and nobody can tell what this one's clock shows.
            return ()
        if zone not in found:
            found.append(zone)
    return tuple(found)
