"""How things stand at an instant: every rule of every pack that applies there, looked at once."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

import msgspec

from services.compliance.domain.gate.asking import Asked, Moment, zones_of
from services.compliance.domain.gate.compiling import CompiledSet, Selection, compiled
from services.compliance.domain.gate.facts import Hold, PersonFacts, Place
from services.compliance.domain.gate.holds import is_about
from services.compliance.domain.gate.request import GateRequest
from services.compliance.domain.gate.rules import CompiledRule
from services.compliance.domain.packs.choosing import InForce, PackSet
from services.compliance.domain.packs.library import Library
from shared.contracts.decisions import Effect, Force, Reason

HOLD_UNNAMED = "HOLD-UNNAMED"
PLACE_UNKNOWN = "PLACE-UNKNOWN"
_UNNAMED = "a hold that no rule names stops everything"


class View(NamedTuple):
    """The question in the light of one set of packs, at the instant.

    `timed` are those of the rules that may begin to stand in the way. `in_doubt`: nobody knows whether these
    rules apply to where the person lives.
    """

    packs: CompiledSet
    selection: Selection
    rules: Sequence[CompiledRule]
    timed: Sequence[CompiledRule]
    asked: Asked
    moment: Moment
    in_doubt: bool = False


class Hitting(NamedTuple):
    """A rule that stands in the way, and where."""

    rule: CompiledRule
    view: View


class Standing(NamedTuple):
    """Nothing stands in the way if there are no reasons. `hitting` are the rules behind them.

    `own_ends` are the instants at which the gate's own reasons end; None: under these packs they do not.
    """

    at: datetime
    in_force: InForce
    views: Sequence[View]
    reasons: Sequence[Reason]
    hitting: Sequence[Hitting]
    own_ends: Sequence[datetime | None]


def stand(request: GateRequest, facts: PersonFacts, library: Library, at: datetime) -> Standing:
    """Look at every rule in force at the instant."""
    in_force = library.in_force((facts.place, *facts.more_places), at)
    views = [_view(packs, request, facts, at) for packs in in_force.sets]
    if in_force.undetermined:
        views += _views_in_doubt(request, facts, library, in_force, at)
    reasons: list[Reason] = []
    hitting = []
    for view in views:
        asked, moment = view.asked, view.moment
        for rule in view.rules:
            found = rule.reasons(asked, moment)
            if found:
                reasons += map(_doubtful, found) if view.in_doubt else found
                hitting.append(Hitting(rule, view))
    own_ends: list[datetime | None] = []
    for hold in _unnamed_holds(request, facts, views, at) if facts.holds else ():
        reasons.append(policy(HOLD_UNNAMED, Effect.DENY, _UNNAMED, {"hold": hold.kind.value}))
        own_ends.append(hold.until)
    if in_force.unknown or not views:
        reasons.append(_unknown_place(in_force))
        own_ends.append(None)
    return Standing(at, in_force, views, reasons, hitting, own_ends)


def _view(packs: PackSet, request: GateRequest, facts: PersonFacts, at: datetime) -> View:
    ready = compiled(packs)
    zones = zones_of(ready.time_zone, facts)
    selection = ready.selected(request)
    looks = selection.for_facts(request, facts)
    asked = Asked(request, facts, zones, at - selection.looks_back)
    return View(ready, selection, looks.rules, looks.timed, asked, Moment(at, zones))


def _views_in_doubt(
    request: GateRequest, facts: PersonFacts, library: Library, in_force: InForce, at: datetime
) -> Iterator[View]:
    """The overlays that may apply, as where they do: if they would object, a human has to look."""
    for overlay in in_force.undetermined:
        where = next(pack.jurisdiction for pack in library.packs if pack.id == overlay)
        place = Place(country=where.country, state=where.state, city=where.city)
        for packs in library.in_force((place,), at).sets:
            view = _view(packs, request, facts, at)
            rules = [rule for rule in view.rules if rule.pack_id == overlay]
            timed = [rule for rule in view.timed if rule.pack_id == overlay]
            yield view._replace(rules=rules, timed=timed, in_doubt=True)


def _doubtful(reason: Reason) -> Reason:
    numbers = reason.numbers | {"unknown": "state or city"}
    return msgspec.structs.replace(reason, effect=Effect.REVIEW, numbers=numbers)


def _unnamed_holds(
    request: GateRequest, facts: PersonFacts, views: Sequence[View], at: datetime
) -> list[Hold]:
    """Holds in force of kinds that no pack in force knows: nobody has said what they leave open."""
    named = frozenset(kind for view in views for kind in view.packs.named_holds)
    return [
        hold
        for hold in facts.holds
        if hold.kind not in named
        and hold.placed_at <= at
        and (hold.until is None or at < hold.until)
        and is_about(hold, "debt", request)
        and is_about(hold, "contact_point", request)
    ]


def _unknown_place(in_force: InForce) -> Reason:
    # Countries are not repeated: they are whatever text the facts held.
    numbers = {"places_without_packs": str(len(in_force.unknown))}
    return policy(PLACE_UNKNOWN, Effect.REVIEW, "no contact under rules that are not known", numbers)


def policy(rule_id: str, effect: Effect, what: str, numbers: dict[str, str]) -> Reason:
    """A reason of the gate itself, whatever the packs say."""
    return Reason(
        rule_id=rule_id,
        effect=effect,
        force=Force.POLICY,
        citation=f"Bank policy: {what}",
        numbers=numbers,
        confidence="A",
    )
