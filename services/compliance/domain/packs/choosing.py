"""Which packs apply to a person, by where the person may live and by the jurisdiction's local date.

Everything here is immutable. The same packs and rules in force are the same `PackSet` object of a library, so
what is compiled from one can be kept by its identity.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from services.compliance.domain.gate.facts import Place
from services.compliance.domain.packs.calendar import Calendar
from services.compliance.domain.packs.resolving import RuleInForce
from services.compliance.domain.packs.schema import Effective, Jurisdiction, Pack

EVERYWHERE = "*"
UNKNOWN = "unknown"
"""The state or city of a place of which it should be known and is not."""

_ONE_DAY = timedelta(days=1)

Match = Literal["yes", "no", "maybe"]


@dataclass(frozen=True, eq=False, slots=True)
class PackSet:
    """A base pack and the overlays that tighten it, as they are in force together.

    `rules` are the base's, with those that an overlay restates replaced, and the overlays' own; rules that
    are not in force yet or any more are left out. `tags` are `id@version`, base first, the calendar last;
    `digests` are theirs.
    """

    base: Pack
    overlays: tuple[Pack, ...]
    rules: tuple[RuleInForce, ...]
    calendar: Calendar | None
    tags: tuple[str, ...]
    digests: tuple[str, ...]


@dataclass(frozen=True, eq=False, slots=True)
class InForce:
    """What applies to a person at an instant.

    Every set has to permit the contact. With `unknown` places, for which no pack is in force, or without any
    set, a human has to look; and so with `undetermined`: ids of overlays in force, of more than bank policy,
    that may apply, because state or city are UNKNOWN. From `until` on (UTC) other packs or rules may be in
    force; a permit ends there.
    """

    sets: tuple[PackSet, ...]
    unknown: tuple[Place, ...]
    undetermined: tuple[str, ...]
    until: datetime | None


def tag_of(pack: Pack) -> str:
    """`id@version`."""
    return f"{pack.id}@{pack.version}"


def zone_of(pack: Pack, base: Pack) -> ZoneInfo:
    """The zone by whose clock the pack's dates begin and end; a base is its own base.

    Raises ValueError where neither names one.
    """
    fixed = base.defaults.time_zone.zone if base.defaults else None
    name = pack.effective.zone or base.effective.zone or fixed
    if name is None:
        raise ValueError(f"{base.id} does not say by whose clock its dates are meant")
    return ZoneInfo(name)


def match(jurisdiction: Jurisdiction, place: Place) -> Match:
    """Whether the pack of a jurisdiction applies at a place.

    "maybe" where the place says UNKNOWN in the part that decides. A part that is left out asserts nothing
    finer: only the packs of the wider place apply.
    """
    if jurisdiction.country == EVERYWHERE:
        return "yes"
    if jurisdiction.country != place.country.upper():
        return "no"
    narrowest = jurisdiction.city or jurisdiction.state
    if narrowest is None:
        return "yes"
    spellings = {_plain(text) for text in (narrowest, *jurisdiction.names)}
    wanted_state, state, city = _plain(jurisdiction.state), _state(place), _plain(place.city)
    if jurisdiction.city is None:
        return _found(state, spellings)
    if wanted_state is not None and state not in (None, UNKNOWN, wanted_state):
        return "no"
    if city is None and state == UNKNOWN:
        return "maybe"
    return _found(city, spellings)


def _found(given: str | None, spellings: set[str | None]) -> Match:
    if given == UNKNOWN:
        return "maybe"
    return "yes" if given is not None and given in spellings else "no"


def covers(effective: Effective | None, zone: ZoneInfo, at: datetime) -> bool:
    """Whether the local date of `at` is among the dates; without dates it always is."""
    if effective is None:
        return True
    day = at.astimezone(ZoneInfo(effective.zone) if effective.zone else zone).date()
    return effective.from_ <= day and (effective.to is None or day <= effective.to)


def boundaries(pack: Pack, zone: ZoneInfo) -> Iterator[datetime]:
    """The instants (UTC) at which the pack, or a rule of it, begins or ceases to be in force."""
    for effective in (pack.effective, *(rule.effective for rule in pack.rules)):
        if effective is None:
            continue
        own = ZoneInfo(effective.zone) if effective.zone else zone
        yield _midnight(effective.from_, own)
        if effective.to is not None:
            yield _midnight(effective.to + _ONE_DAY, own)


def in_force(packs: Iterable[Pack], base: Pack, at: datetime) -> tuple[Pack, ...]:
    """Those of the packs that are in force at the instant; dates are by the clock of each, or of `base`."""
    return tuple(pack for pack in packs if covers(pack.effective, zone_of(pack, base), at))


def overlays_of(base: Pack, packs: Iterable[Pack]) -> tuple[Pack, ...]:
    """The packs that may tighten the base somewhere."""
    return tuple(pack for pack in packs if pack.overlay_of in (base.id, EVERYWHERE))


def best_match(pack: Pack, places: Sequence[Place]) -> Match:
    """The best match of the pack's jurisdiction with any of the places."""
    found = {match(pack.jurisdiction, place) for place in places}
    return "yes" if "yes" in found else "maybe" if "maybe" in found else "no"


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)


def _state(place: Place) -> str | None:
    state = _plain(place.state)
    return state.removeprefix(f"{place.country.casefold()}-") if state else None


def _plain(text: str | None) -> str | None:
    return " ".join(text.casefold().split()) if text else None
