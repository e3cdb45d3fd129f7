"""Whom the retention job judges: persons in order of their ids, and what has to be known of each."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.compliance.domain.complaints.words import OPEN
from services.compliance.domain.dossier import places
from services.compliance.domain.gate.facts import Place
from services.compliance.domain.retention.judging import DebtTie, Subject, debts_over
from services.compliance.domain.retention.run import STOPPING
from services.compliance.store import links
from services.compliance.tables import legal_hold

# Persons whom somebody looked up are recorded as such, whether they are on file or not.
_NEXT = text(
    "(SELECT person_id FROM person WHERE person_id > :after ORDER BY person_id LIMIT :limit)"
    " UNION (SELECT DISTINCT person_id FROM personal_access WHERE person_id > :after"
    "  ORDER BY person_id LIMIT :limit) ORDER BY person_id LIMIT :limit"
)
_LOCK = text(
    "SELECT person_id FROM person WHERE person_id = ANY(CAST(:wanted AS text[])) OR person_id IN"
    "  (SELECT into_id FROM person_link WHERE member_id = ANY(CAST(:wanted AS text[])))"
    ' ORDER BY person_id COLLATE "C" FOR UPDATE'
)
_PLACES = text(
    "SELECT person_id, jurisdiction, NULL AS country, NULL AS state, NULL AS city FROM party"
    "  WHERE person_id = ANY(CAST(:wanted AS text[])) AND jurisdiction <> ''"
    " UNION ALL SELECT person_id, NULL, country, nullif(state, ''), nullif(city, '') FROM residence"
    "  WHERE person_id = ANY(CAST(:wanted AS text[]))"
)
_DECIDED = text(
    "SELECT DISTINCT person_id, split_part(unnest(packs), '@', 1) FROM decision"
    " WHERE person_id = ANY(CAST(:wanted AS text[]))"
)
_TIES = text(
    "SELECT tie.person_id, tie.customer_id, bool_and(tie.removed), max(debt_end.ended_at) FROM ("
    "  SELECT person_id, customer_id, removed FROM party WHERE person_id = ANY(CAST(:wanted AS text[]))"
    "  UNION ALL SELECT DISTINCT person_id, customer_id, false FROM decision"
    "   WHERE person_id = ANY(CAST(:wanted AS text[])) AND NOT EXISTS (SELECT 1 FROM party"
    "    WHERE party.person_id = decision.person_id AND party.customer_id = decision.customer_id)"
    " ) AS tie LEFT JOIN debt_end USING (customer_id) GROUP BY 1, 2"
)
_ACTIVITY = text(
    "SELECT person_id, max(coalesce(outcome_at, left_at, reserved_at)) FROM attempt"
    " WHERE person_id = ANY(CAST(:wanted AS text[])) AND state <> 'free' GROUP BY 1"
)
_HELD = text(
    "SELECT person_id FROM legal_hold WHERE person_id = ANY(CAST(:wanted AS text[])) AND released_at IS NULL"
    " UNION SELECT person_id FROM complaint WHERE person_id = ANY(CAST(:wanted AS text[]))"
    "  AND state = ANY(CAST(:open AS text[]))"
    " UNION SELECT person_id FROM hold WHERE person_id = ANY(CAST(:wanted AS text[]))"
    "  AND kind = ANY(CAST(:stopping AS text[])) AND released_at IS NULL"
    "  AND coalesce(until, 'infinity') > :at"
)


class _Lived(NamedTuple):
    """Codes of jurisdictions and places of one person."""

    codes: list[str]
    places: list[Place]


async def next_persons(connection: AsyncConnection, after: str, limit: int) -> list[str]:
    """The next persons by id, as the database orders them."""
    return list((await connection.execute(_NEXT, {"after": after, "limit": limit})).scalars())


async def lock(connection: AsyncConnection, person_ids: Collection[str]) -> None:
    """Let nobody place a hold on these humans, or act for them, until the transaction ends."""
    await connection.execute(_LOCK, {"wanted": list(person_ids)})


async def legally_held(connection: AsyncConnection, person_id: str) -> bool:
    """Whether a legal hold on the human, whichever their record, is in force."""
    linked = await links.groups_of(connection, [person_id])
    members = [member for group in linked.values() for member in group]
    query = select(legal_hold.c.person_id).where(
        legal_hold.c.person_id.in_(members), legal_hold.c.released_at.is_(None)
    )
    return (await connection.execute(query.limit(1))).first() is not None


async def subjects_of(
    connection: AsyncConnection, person_ids: Sequence[str], at: datetime, homes: Mapping[str, Place]
) -> dict[str, Subject]:
    """What has to be known of each person, of all records of the same human together.

    `homes` says where each pack applies: a person is at home where decisions were made under one, too.
    """
    linked = await links.groups_of(connection, person_ids)
    groups = {member: members for members in linked.values() for member in members}
    wanted: dict[str, Any] = {"wanted": sorted({member for members in groups.values() for member in members})}
    lived = await _places_of(connection, wanted, homes)
    ties: dict[str, list[DebtTie]] = {}
    for person_id, *tie in await connection.execute(_TIES, wanted):
        ties.setdefault(person_id, []).append(DebtTie(*tie))
    activity = {row[0]: row[1] for row in await connection.execute(_ACTIVITY, wanted)}
    values = wanted | {"open": sorted(OPEN), "stopping": sorted(STOPPING), "at": at}
    held = set((await connection.execute(_HELD, values)).scalars())
    subjects = {}
    for person_id in person_ids:
        members = groups[person_id]
        last = max((activity[one] for one in members if one in activity), default=None)
        is_over, settled_at = debts_over([tie for one in members for tie in ties.get(one, ())], last)
        found = [lived[one] for one in members if one in lived]
        codes = frozenset(code for one in found for code in one.codes)
        known = tuple(place for one in found for place in one.places)
        subjects[person_id] = Subject(
            person_id=person_id,
            places=places(codes, known),
            last_activity=last,
            settled_at=settled_at,
            is_over=is_over,
            is_held=not held.isdisjoint(members),
        )
    return subjects


async def _places_of(
    connection: AsyncConnection, wanted: dict[str, Any], homes: Mapping[str, Place]
) -> dict[str, _Lived]:
    """Where each person lives or lived; of who is tied to no debt any more core banking says nothing."""
    found: dict[str, _Lived] = {}
    for person_id, code, country, state, city in await connection.execute(_PLACES, wanted):
        lived = found.setdefault(person_id, _Lived([], []))
        if code is not None:
            lived.codes.append(code)
        else:
            lived.places.append(Place(country=country, state=state, city=city))
    for person_id, pack in await connection.execute(_DECIDED, wanted):
        if pack in homes:
            found.setdefault(person_id, _Lived([], [])).places.append(homes[pack])
    return found
