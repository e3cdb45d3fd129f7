"""What is put on file about locked persons beside their attempts and holds."""

from collections.abc import Collection, Sequence
from datetime import datetime

import msgspec
from sqlalchemy import and_, delete, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from services.compliance.domain.keeping import (
    ConsentRow,
    FactRow,
    MilestoneRow,
    Moved,
    PreferenceRow,
    ResidenceRow,
    ZoneRow,
)
from services.compliance.tables import (
    consent,
    milestone,
    person_fact,
    preference,
    residence,
    zone_evidence,
)
from shared.database import sets

# Who is still said to be there has not left.
_LEAVE_ZONES = text(
    "INSERT INTO zone_evidence (person_id, source, zone, since, until, set_by)"
    " SELECT person_id, source, zone, since, until, set_by FROM json_to_recordset(CAST(:rows AS json)) AS"
    "  new(person_id text, source text, zone text, since timestamptz, until timestamptz, set_by text)"
    " ON CONFLICT (person_id, source, zone) DO UPDATE SET until = excluded.until"
    "  WHERE zone_evidence.until IS NOT NULL"
)
_LEAVE_PLACES = text(
    "INSERT INTO residence (person_id, country, state, city, since, until, set_by)"
    " SELECT person_id, country, state, city, since, until, set_by FROM"
    "  json_to_recordset(CAST(:rows AS json)) AS new(person_id text, country text, state text, city text,"
    "  since timestamptz, until timestamptz, set_by text)"
    " ON CONFLICT (person_id, country, state, city) DO UPDATE SET until = excluded.until"
    "  WHERE residence.until IS NOT NULL"
)
# Hardly anybody lives there or has none yet, so the look at the party comes first.
_ADD_FIRST = text(
    "INSERT INTO milestone (person_id, kind, debt, at, recorded_by)"
    " SELECT DISTINCT ON (person_id, kind, debt) person_id, kind, debt, at, recorded_by"
    " FROM json_to_recordset(CAST(:rows AS json)) AS"
    "  new(person_id text, kind text, debt text, at timestamptz, recorded_by text)"
    " WHERE (EXISTS (SELECT 1 FROM party WHERE party.person_id = new.person_id"
    "   AND split_part(jurisdiction, '-', 1) = ANY(CAST(:countries AS text[])))"
    "  OR EXISTS (SELECT 1 FROM residence WHERE residence.person_id = new.person_id"
    "   AND country = ANY(CAST(:countries AS text[]))))"
    " AND NOT EXISTS (SELECT 1 FROM milestone AS known WHERE known.person_id = new.person_id"
    "  AND known.kind = new.kind AND known.debt = new.debt AND known.at <= new.at)"
    " ORDER BY person_id, kind, debt, at"
    " ON CONFLICT DO NOTHING"
)
_encode = msgspec.json.Encoder().encode


async def add_consent(connection: AsyncConnection, row: ConsentRow) -> None:
    """Keep a new consent."""
    await sets.insert(connection, consent, [row])


async def withdraw_consent(
    connection: AsyncConnection, person_id: str, consent_id: str, at: datetime
) -> ConsentRow | None:
    """End a consent of the person; None where there is none that is not withdrawn."""
    mine = (consent.c.consent_id == consent_id, consent.c.person_id == person_id)
    done = await connection.execute(
        update(consent)
        .where(*mine, consent.c.withdrawn_at.is_(None))
        .values(withdrawn_at=at)
        .returning(*consent.columns)
    )
    row = done.first()
    return None if row is None else ConsentRow(*row)


async def add_preference(connection: AsyncConnection, row: PreferenceRow) -> None:
    """Keep a new preference."""
    await sets.insert(connection, preference, [row])


async def withdraw_preference(
    connection: AsyncConnection, person_id: str, preference_id: str, at: datetime
) -> PreferenceRow | None:
    """End a preference of the person; None where there is none that is not withdrawn."""
    mine = (preference.c.preference_id == preference_id, preference.c.person_id == person_id)
    done = await connection.execute(
        update(preference)
        .where(*mine, preference.c.withdrawn_at.is_(None))
        .values(withdrawn_at=at)
        .returning(*preference.columns)
    )
    row = done.first()
    return None if row is None else PreferenceRow(*row)


async def consents_of(connection: AsyncConnection, person_ids: Sequence[str]) -> list[ConsentRow]:
    """All consents that these persons ever gave, oldest first."""
    query = select(consent).where(consent.c.person_id.in_(person_ids))
    rows = await connection.execute(query.order_by(consent.c.given_at, consent.c.consent_id))
    return [ConsentRow(*row) for row in rows]


async def preferences_of(connection: AsyncConnection, person_ids: Sequence[str]) -> list[PreferenceRow]:
    """All preferences that these persons ever had, oldest first."""
    query = select(preference).where(preference.c.person_id.in_(person_ids))
    rows = await connection.execute(query.order_by(preference.c.since, preference.c.preference_id))
    return [PreferenceRow(*row) for row in rows]


async def set_facts(connection: AsyncConnection, rows: Sequence[FactRow]) -> None:
    """Say of facts, each named once, what they are now."""
    await sets.upsert(connection, person_fact, rows)


async def forget_facts(connection: AsyncConnection, rows: Sequence[FactRow]) -> None:
    """Say of facts that they are not known any more."""
    for row in rows:
        key = (column == getattr(row, column.name) for column in person_fact.primary_key)
        await connection.execute(delete(person_fact).where(and_(*key)))


async def facts_of(connection: AsyncConnection, person_ids: Sequence[str]) -> list[FactRow]:
    """The facts on file about these persons, by person and name."""
    query = select(person_fact).where(person_fact.c.person_id.in_(person_ids))
    rows = await connection.execute(query.order_by(*person_fact.primary_key))
    return [FactRow(*row) for row in rows]


async def declare_zones(
    connection: AsyncConnection, person_id: str, source: str, rows: Sequence[ZoneRow], until: datetime
) -> None:
    """Let the source name these zones; those that it named before count until `until`."""
    mine = (zone_evidence.c.person_id == person_id, zone_evidence.c.source == source)
    await connection.execute(
        update(zone_evidence).where(*mine, zone_evidence.c.until.is_(None)).values(until=until)
    )
    await sets.upsert(connection, zone_evidence, rows)


async def declare_places(
    connection: AsyncConnection, person_id: str, rows: Sequence[ResidenceRow], until: datetime
) -> None:
    """Let the person live at these places; those of before count until `until`."""
    mine = residence.c.person_id == person_id
    await connection.execute(update(residence).where(mine, residence.c.until.is_(None)).values(until=until))
    await sets.upsert(connection, residence, rows)


async def leave(connection: AsyncConnection, left: Moved) -> None:
    """Keep what persons left behind for as long as it counts."""
    if left.zones:
        await connection.execute(_LEAVE_ZONES, {"rows": _encode(list(left.zones.values())).decode()})
    if left.residences:
        await connection.execute(_LEAVE_PLACES, {"rows": _encode(list(left.residences.values())).decode()})


async def add_first(
    connection: AsyncConnection, rows: Sequence[MilestoneRow], countries: Collection[str]
) -> None:
    """Keep the first event of a kind of each person and debt, of persons who may live in these countries."""
    if rows and countries:
        values = {"rows": _encode(rows).decode(), "countries": sorted(countries)}
        await connection.execute(_ADD_FIRST, values)


async def add_milestones(connection: AsyncConnection, rows: Sequence[MilestoneRow]) -> None:
    """Keep events that sequence rules look for, each once."""
    await sets.insert(connection, milestone, rows, skip_existing=True)
