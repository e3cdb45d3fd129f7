"""A decision with every rule that was looked at, for people who ask why."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

import msgspec

from services.compliance.domain.gate.applying import not_about
from services.compliance.domain.gate.asking import Asked, Moment, zones_of
from services.compliance.domain.gate.compiling import CompiledSet, compiled
from services.compliance.domain.gate.deciding import decide
from services.compliance.domain.gate.decision import Decision
from services.compliance.domain.gate.facts import PersonFacts
from services.compliance.domain.gate.request import GateRequest
from services.compliance.domain.gate.rules import Looked, Status
from services.compliance.domain.packs.choosing import tag_of
from services.compliance.domain.packs.library import Library
from services.compliance.domain.packs.resolving import RuleInForce
from shared.contracts.decisions import Reason


class RuleLooked(msgspec.Struct, frozen=True, kw_only=True):
    """One rule in force, and what came of it; `because` says why it does not stand in the way."""

    rule_id: str
    kind: str
    pack: str
    status: Status
    because: str = ""
    reasons: Sequence[Reason] = ()


class Explained(NamedTuple):
    """The decision, and every rule in force; reasons of the gate itself are in the decision only.

    `zones` are the names of all candidate zones.
    """

    decision: Decision
    rules: Sequence[RuleLooked]
    zones: Sequence[str]


def explain(request: GateRequest, facts: PersonFacts, library: Library, now: datetime) -> Explained:
    """Decide, and tell what every rule in force had to say."""
    rules: dict[tuple[str, str], RuleLooked] = {}
    names: dict[str, None] = {}
    for packs in library.in_force((facts.place, *facts.more_places), now).sets:
        ready = compiled(packs)
        zones = zones_of(ready.time_zone, facts)
        names |= dict.fromkeys(zone.name for zone in zones)
        asked, moment = Asked(request, facts, zones), Moment(now, zones)
        for said in packs.rules:
            looked = _look(said, ready, asked, moment)
            key = (looked.rule_id, looked.pack)
            rules[key] = _together(rules[key], looked) if key in rules else looked
    return Explained(decide(request, facts, library, now), tuple(rules.values()), tuple(names))


def _look(said: RuleInForce, ready: CompiledSet, asked: Asked, moment: Moment) -> RuleLooked:
    aside = not_about(said, asked.request)
    if aside is not None:
        looked = Looked(Status.NOT_APPLICABLE, because=aside)
    else:
        looked = ready.rule(said, asked.request).look(asked, moment)
    return RuleLooked(
        rule_id=said.rule.id,
        kind=str(said.rule.__struct_config__.tag),
        pack=tag_of(said.pack),
        status=looked.status,
        because=looked.because,
        reasons=looked.reasons,
    )


def _together(one: RuleLooked, other: RuleLooked) -> RuleLooked:
    """Parts of one rule, as of holds with several origins: what stands in the way is told of both."""
    first = min(one, other, key=lambda looked: list(Status).index(looked.status))
    return msgspec.structs.replace(first, reasons=(*one.reasons, *other.reasons))
