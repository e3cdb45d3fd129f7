"""By whose clock a person lives of whom only the place is said."""

from functools import lru_cache
from importlib.resources import files

from services.compliance.domain.gate.facts import Place
from services.compliance.domain.packs.choosing import match, zone_of
from services.compliance.domain.packs.library import Library
from services.compliance.domain.packs.schema import Pack


def zones_at(places: tuple[Place, ...], library: Library) -> tuple[str, ...]:
    """The zones of the places: a country's only one, or that of the state or city that a loaded pack is for.

    None at all where one of the places has several.
    """
    found: list[str] = []
    for place in places:
        zone = _only_zones().get(place.country.upper()) or _of_overlay(place, library)
        if zone is None:
            return ()
        found.append(zone)
    return tuple(dict.fromkeys(found))


def _of_overlay(place: Place, library: Library) -> str | None:
    for pack in library.packs:
        where = pack.jurisdiction
        if (where.state or where.city) and match(where, place) == "yes":
            return zone_of(pack, _base(pack, library)).key
    return None


def _base(overlay: Pack, library: Library) -> Pack:
    return next((pack for pack in library.packs if pack.id == overlay.overlay_of), overlay)


@lru_cache(maxsize=1)
def _only_zones() -> dict[str, str]:
    """The countries with one time zone, as the time zone data list them."""
    zones: dict[str, list[str]] = {}
    table = files("tzdata").joinpath("zoneinfo", "zone.tab").read_text(encoding="utf-8")
    for line in table.splitlines():
        if line and not line.startswith("#"):
            country, _, zone = line.split("\t")[:3]
            zones.setdefault(country, []).append(zone)
    return {country: of_country[0] for country, of_country in zones.items() if len(of_country) == 1}
