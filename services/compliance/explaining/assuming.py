"""What is taken for granted where a request file says nothing: that all else is in order."""

from collections.abc import Iterator

import msgspec

from services.compliance.domain.gate.facts import PersonFacts, ZoneEvidence
from services.compliance.domain.gate.request import GateRequest
from services.compliance.domain.packs.library import Library
from services.compliance.domain.packs.schema import ActorRule, AnyRule, SequenceRule
from services.compliance.explaining.choosing import places_of
from services.compliance.explaining.clocks import zones_at

Mentioned = frozenset[str]
"""The fields that the file gives: `collector.facts`, `collector.staff`, `events`, `known.time_barred` …"""


def in_order(
    request: GateRequest, facts: PersonFacts, library: Library, mentioned: Mentioned
) -> tuple[GateRequest, PersonFacts, list[str]]:
    """Request and facts with what is not mentioned in order, and a sentence for each thing assumed.

    In order are: the collector's facts and number that actor rules require, and the events that sequence
    rules require; facts of `when` are false; the zone is the place's, if it has one.
    """
    rules = [rule for pack in library.packs for rule in pack.rules]
    assumed: list[str] = []
    collector, known = request.collector, dict(facts.known)
    if "collector.facts" not in mentioned:
        required = {name for rule in _actors(rules) for name in rule.require.facts}
        needed = {name for name in required if f"known.{name}" not in mentioned}
        collector = msgspec.structs.replace(collector, facts=frozenset(needed))
        assumed += [f"{name} is true (the collector's)" for name in sorted(needed)]
    if "collector.staff" not in mentioned:
        staff = max((rule.require.min_staff or 1 for rule in _actors(rules)), default=1)
        collector = msgspec.structs.replace(collector, staff=staff)
    events = (
        set() if "events" in mentioned else {r.require.event for r in rules if isinstance(r, SequenceRule)}
    )
    granted = dict.fromkeys(events, True) | {r.when: False for r in rules if r.when is not None}
    for name, value in sorted(granted.items()):
        if f"known.{name}" not in mentioned:
            known[name] = value
            assumed.append(f"{name} is on file" if value else f"{name} is false")
    zones = facts.zones
    if not {"zones", "time_zone"} & mentioned:
        names = zones_at((facts.place, *facts.more_places), library)
        zones = tuple(ZoneEvidence(zone=name, source="declared") for name in names)
        assumed += [f"the person lives by the clock of {name}" for name in names]
    request = msgspec.structs.replace(request, collector=collector)
    facts = msgspec.structs.replace(facts, known=known, zones=zones)
    return request, facts, assumed


def placed(facts: PersonFacts, library: Library, named: bool) -> PersonFacts:
    """The facts with what the named packs tell of the place, where the file does not."""
    if not named:
        return facts
    told = [place for place in places_of(library) if place.country == facts.place.country.upper()]
    if facts.place.state is not None or facts.place.city is not None or not told:
        return facts
    return msgspec.structs.replace(facts, place=told[0], more_places=(*facts.more_places, *told[1:]))


def _actors(rules: list[AnyRule]) -> Iterator[ActorRule]:
    return (rule for rule in rules if isinstance(rule, ActorRule))
