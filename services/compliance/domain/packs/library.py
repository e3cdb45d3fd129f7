"""All packs together: what is in force for a person at an instant, and which lack counsel's sign-off."""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import NamedTuple

from services.compliance.domain.gate.facts import Place
from services.compliance.domain.packs.calendar import Calendar
from services.compliance.domain.packs.choosing import (
    InForce,
    PackSet,
    best_match,
    boundaries,
    covers,
    in_force,
    overlays_of,
    tag_of,
    zone_of,
)
from services.compliance.domain.packs.resolving import RuleInForce, groups_of, resolve
from services.compliance.domain.packs.schema import AnyRule, Pack
from shared.contracts.decisions import Force

_BEGINNING = datetime.min.replace(tzinfo=UTC)
_MOST_PLACES = 16_384


class _Timeline(NamedTuple):
    """What is in force from each of the instants on; `states` has one more, for before the first."""

    changes: tuple[datetime, ...]
    states: tuple[InForce, ...]


class Library:
    """Checked packs and calendars. Made by `build_library`; nothing of it changes.

    `packs` holds every version loaded. `digests` are by tag (`id@version`), of calendars too.
    """

    def __init__(
        self, packs: Sequence[Pack], calendars: Mapping[str, Calendar], digests: Mapping[str, str]
    ) -> None:
        self.packs = tuple(packs)
        self.calendars = dict(calendars)
        self.digests = dict(digests)
        self._bases = tuple(pack for pack in self.packs if pack.overlay_of is None)
        self._sets: dict[tuple[object, ...], PackSet] = {}
        self._timeline = lru_cache(maxsize=_MOST_PLACES)(self._make_timeline)

    @property
    def without_counsel(self) -> tuple[str, ...]:
        """Tags of the packs that counsel has not signed off."""
        return tuple(tag_of(pack) for pack in self.packs if pack.review.counsel is None)

    def in_force(self, places: tuple[Place, ...], at: datetime) -> InForce:
        """What applies to a person who may live at any of the places. A look-up, after the first time."""
        changes, states = self._timeline(places)
        return states[bisect_right(changes, at)]

    def _make_timeline(self, places: tuple[Place, ...]) -> _Timeline:
        countries = {place.country.upper() for place in places}
        bases = [base for base in self._bases if base.jurisdiction.country in countries]
        changes = sorted({change for base in bases for change in self._changes(base)})
        ends: list[datetime | None] = [*changes, None]
        starts = [_BEGINNING, *changes]
        states = [self._state(places, bases, at, until) for at, until in zip(starts, ends, strict=True)]
        return _Timeline(tuple(changes), tuple(states))

    def _changes(self, base: Pack) -> set[datetime]:
        packs = (base, *overlays_of(base, self.packs))
        return {change for pack in packs for change in boundaries(pack, zone_of(pack, base))}

    def _state(
        self, places: tuple[Place, ...], bases: list[Pack], at: datetime, until: datetime | None
    ) -> InForce:
        sets, undetermined, known = [], set(), set()
        for base in bases:
            if at == _BEGINNING or not in_force((base,), base, at):
                continue
            country = base.jurisdiction.country
            known.add(country)
            here = [place for place in places if place.country.upper() == country]
            overlays = in_force(overlays_of(base, self.packs), base, at)
            matches = {pack.id: best_match(pack, here) for pack in overlays}
            undetermined |= {pack.id for pack in overlays if matches[pack.id] == "maybe" and _is_law(pack)}
            sets.append(self._set(base, tuple(p for p in overlays if matches[p.id] == "yes"), at))
        unknown = tuple(place for place in places if place.country.upper() not in known)
        return InForce(tuple(sets), unknown, tuple(sorted(undetermined)), until)

    def _set(self, base: Pack, overlays: tuple[Pack, ...], at: datetime) -> PackSet:
        rules = tuple(_rules(base, overlays, at))
        key = (tag_of(base), *map(tag_of, overlays), *(id(rule) for rule, _ in rules))
        if key not in self._sets:
            self._sets[key] = self._new_set(base, overlays, rules)
        return self._sets[key]

    def _new_set(
        self, base: Pack, overlays: tuple[Pack, ...], rules: Sequence[tuple[AnyRule, Pack]]
    ) -> PackSet:
        calendar = self.calendars[base.calendar.id] if base.calendar else None
        tags = [tag_of(base), *map(tag_of, overlays)] + ([calendar.tag] if calendar else [])
        digests = tuple(self.digests[tag] for tag in tags)
        resolved = tuple(part for rule, pack in rules for part in _resolved(rule, pack, base))
        return PackSet(base, overlays, resolved, calendar, tuple(tags), digests)


def _is_law(pack: Pack) -> bool:
    """Whether more than the bank's own policy stands behind the pack."""
    return any(rule.force is not Force.POLICY for rule in pack.rules)


def _rules(base: Pack, overlays: tuple[Pack, ...], at: datetime) -> list[tuple[AnyRule, Pack]]:
    """The rules in force; where overlays restate one of the base's, theirs take its place."""
    added = [
        (rule, pack)
        for pack in overlays
        for rule in pack.rules
        if covers(rule.effective, zone_of(pack, base), at)
    ]
    restated = {rule.id for rule, _ in added}
    zone = zone_of(base, base)
    kept = [rule for rule in base.rules if rule.id not in restated and covers(rule.effective, zone, at)]
    return [*((rule, base) for rule in kept), *added]


def _resolved(rule: AnyRule, pack: Pack, base: Pack) -> list[RuleInForce]:
    restates = any(rule.id == original.id for original in base.rules)
    applicability = base.applicability if restates else pack.applicability
    return resolve(rule, pack, groups_of(pack, base), applicability)
