"""What is put on file about persons; the fields of each struct are the columns of its table."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

import msgspec

from services.compliance.domain.parties import PartyRow

BY_CORE_BANK = "corebank"
ADDRESS = "address"


class ConsentRow(msgspec.Struct):
    """Something that a person agreed to."""

    consent_id: str
    person_id: str
    kind: str
    channel: str | None
    contact_point_id: str | None
    given_at: datetime
    until: datetime | None
    withdrawn_at: datetime | None
    recorded_by: str


class PreferenceRow(msgspec.Struct):
    """Something that a person asked for."""

    preference_id: str
    person_id: str
    kind: str
    channel: str | None
    contact_point_id: str | None
    weekdays: Sequence[int]
    from_time: str | None
    to_time: str | None
    since: datetime
    withdrawn_at: datetime | None
    recorded_by: str


class FactRow(msgspec.Struct):
    """A named fact about a person, a debt or a contact point."""

    person_id: str
    name: str
    debt: str
    contact_point_id: str
    value: bool
    set_at: datetime
    until: datetime | None
    set_by: str


class ZoneRow(msgspec.Struct):
    """A time zone that a person may be in."""

    person_id: str
    source: str
    zone: str
    since: datetime
    until: datetime | None
    set_by: str


class ResidenceRow(msgspec.Struct):
    """A place where a person may live."""

    person_id: str
    country: str
    state: str
    city: str
    since: datetime
    until: datetime | None
    set_by: str


class MilestoneRow(msgspec.Struct):
    """An event that sequence rules look for."""

    person_id: str
    kind: str
    debt: str
    at: datetime
    recorded_by: str


class Moved(msgspec.Struct):
    """What persons left behind, each once: it counts for a while. Whoever `changed` is decided on again."""

    zones: dict[tuple[str, str], ZoneRow] = {}
    residences: dict[tuple[str, str], ResidenceRow] = {}
    changed: set[str] = set()


def moved(
    rows: Iterable[PartyRow], on_file: Mapping[tuple[str, str], PartyRow], now: datetime, until: datetime
) -> Moved:
    """What the new rows of parties leave behind of those on file.

    The zone and jurisdiction that a person had are theirs as well until `until`: what was counted there is
    counted by both clocks.
    """
    found = Moved()
    for row in rows:
        old = on_file.get((row.person_id, row.customer_id))
        if old is None:
            continue
        found.changed.add(row.person_id)
        if old.removed or row.removed:
            continue
        if old.time_zone is not None and old.time_zone != row.time_zone:
            zone = ZoneRow(row.person_id, ADDRESS, old.time_zone, now, until, BY_CORE_BANK)
            found.zones[row.person_id, old.time_zone] = zone
        if old.jurisdiction != row.jurisdiction:
            country, _, rest = old.jurisdiction.partition("-")
            state, _, city = rest.partition("-")
            left = ResidenceRow(row.person_id, country, state, city, now, until, BY_CORE_BANK)
            found.residences[row.person_id, old.jurisdiction] = left
    return found
