"""When a complaint has to be decided: what the rule packs say of `complaint_received`, as instants."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import msgspec

from services.compliance.domain.dossier import places
from services.compliance.domain.packs.choosing import zone_of
from services.compliance.domain.packs.deadlines import Due, deadline_of, end_of
from services.compliance.domain.packs.library import Library
from services.compliance.domain.packs.zones import is_zone

EVENT = "complaint_received"
SUMMARY = "complaint_summary"
POLICY_CITE = "Bank policy: no rule pack sets a term"


class Place(msgspec.Struct, frozen=True):
    """Where a complainant lives (a jurisdiction code such as CN or US-MA), and their IANA zone if known."""

    jurisdiction: str
    zone: str = ""


class Ends(msgspec.Struct, frozen=True):
    """The ends of the first term and of each longer one that may be granted, as instants (UTC, exclusive).

    `cite` says by which rule; `zone` whose calendar counts, and `received_on` the date of receipt there.
    """

    instants: tuple[datetime, ...]
    cite: str
    zone: str
    received_on: date


def ends_of(place: Place, received_at: datetime, library: Library, policy_days: int) -> Ends:
    """The earliest deadline of the packs in force at receipt; `policy_days` where none has one."""
    sets = library.in_force(places(frozenset({place.jurisdiction}), ()), received_at).sets
    found = [(due, packs) for packs in sets if (due := deadline_of(packs, EVENT, received_at)) is not None]
    if not found:
        return _by_policy(place, received_at, policy_days)
    due, packs = min(found, key=lambda pair: pair[0].end.at)
    zone = zone_of(packs.base, packs.base)
    cite = f"{due.deadline.cite} ({due.pack})"
    return Ends(_growing(due), cite, zone.key, received_at.astimezone(zone).date())


def summary_end_of(place: Place, received_at: datetime, library: Library) -> datetime | None:
    """The end of the short procedure, exclusive: the earliest that the packs in force name, if any does."""
    sets = library.in_force(places(frozenset({place.jurisdiction}), ()), received_at).sets
    found = [deadline_of(packs, SUMMARY, received_at) for packs in sets]
    return min((due.end.at for due in found if due is not None), default=None)


def local_date(at: datetime, zone: str) -> date:
    """The date that a clock in the zone shows."""
    return at.astimezone(ZoneInfo(zone)).date()


def _by_policy(place: Place, received_at: datetime, days: int) -> Ends:
    zone = ZoneInfo(place.zone if is_zone(place.zone) else "UTC")
    end = end_of(f"P{days}D", received_at, zone, None, moved=False)
    return Ends((end.at,), POLICY_CITE, zone.key, received_at.astimezone(zone).date())


def _growing(due: Due) -> tuple[datetime, ...]:
    # An extension that gives no more time than the term before it is none.
    ends = [due.end.at]
    ends += [end.at for end in due.extensions if end.at > due.end.at]
    return tuple(sorted(set(ends)))
