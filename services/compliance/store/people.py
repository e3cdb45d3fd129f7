"""The lock of a person, and what is on file about persons."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.compliance.domain.facts import (
    Attempt,
    AttemptState,
    Hold,
    OptOut,
    Party,
    PersonFacts,
)
from services.compliance.tables import party
from shared.contracts.vocabulary import Channel, HoldKind, PartyRole
from shared.database import sets

HISTORY = timedelta(days=2)
"""How far back attempts can fall on a calendar day that is today somewhere."""

# A conflicting row is locked even though WHERE leaves it alone: one pass inserts and locks, in order.
# The order is that of Python's strings in both statements, whatever the database's collation is.
_LOCK = text(
    "INSERT INTO person (person_id) SELECT unnest(CAST(:wanted AS text[]))"
    " ON CONFLICT (person_id) DO UPDATE SET person_id = excluded.person_id WHERE false"
)
_LOCK_BY_PERMIT = text(
    "SELECT person_id FROM person WHERE person_id IN"
    " (SELECT person_id FROM attempt WHERE permit_id = ANY(CAST(:permits AS text[])))"
    ' ORDER BY person_id COLLATE "C" FOR UPDATE'
)
_PARTIES = text(
    "SELECT person_id, customer_id, role, jurisdiction, time_zone, removed FROM party"
    " WHERE person_id = ANY(CAST(:wanted AS text[]))"
)
_HOLDS = text(
    "SELECT person_id, hold_id, kind, contact_point_id, until FROM hold"
    " WHERE person_id = ANY(CAST(:wanted AS text[])) AND released_at IS NULL"
    " ORDER BY person_id, placed_at, hold_id"
)
_OPT_OUTS = text(
    "SELECT person_id, channel, opted_out_at FROM opt_out WHERE person_id = ANY(CAST(:wanted AS text[]))"
    " ORDER BY person_id, channel"
)
_ATTEMPTS = text(
    "SELECT person_id, coalesce(left_at, reserved_at), state, channel, contact_point_id FROM attempt"
    " WHERE person_id = ANY(CAST(:wanted AS text[])) AND reserved_at > :since AND state <> 'free'"
    " ORDER BY person_id, reserved_at, permit_id"
)


async def lock(connection: AsyncConnection, person_ids: Iterable[str]) -> None:
    """Hold everything about these persons until the transaction ends; persons new to us come on file."""
    wanted = sorted(set(person_ids))
    if wanted:
        await connection.execute(_LOCK, {"wanted": wanted})


async def lock_by_permit(connection: AsyncConnection, permit_ids: Collection[str]) -> list[str]:
    """Lock the persons that these permits are about; returns their ids."""
    rows = await connection.execute(_LOCK_BY_PERMIT, {"permits": list(permit_ids)})
    return list(rows.scalars().all())


async def facts_of(
    connection: AsyncConnection, person_ids: Collection[str], now: datetime
) -> dict[str, PersonFacts]:
    """What the gate needs to know of each of these persons, who are locked."""
    wanted = {"wanted": list(person_ids)}
    known = {person_id: PersonFacts() for person_id in person_ids}
    parties = (await connection.execute(_PARTIES, wanted)).all()
    for person_id, customer_id, role, jurisdiction, zone, removed in parties:
        known[person_id].parties.append(Party(customer_id, PartyRole(role), jurisdiction, zone, removed))
    for person_id, hold in await _holds(connection, wanted):
        known[person_id].holds.append(hold)
    for person_id, opt_out in await _opt_outs(connection, wanted):
        known[person_id].opt_outs.append(opt_out)
    attempts = (await connection.execute(_ATTEMPTS, {**wanted, "since": now - HISTORY})).all()
    for person_id, at, state, channel, point in attempts:
        known[person_id].attempts.append(Attempt(at, AttemptState(state), Channel(channel), point))
    return known


async def standing_of(connection: AsyncConnection, person_ids: Collection[str]) -> dict[str, PersonFacts]:
    """Only the holds and opt-outs of those that have any."""
    wanted = {"wanted": list(person_ids)}
    known: dict[str, PersonFacts] = {}
    for person_id, hold in await _holds(connection, wanted):
        known.setdefault(person_id, PersonFacts()).holds.append(hold)
    for person_id, opt_out in await _opt_outs(connection, wanted):
        known.setdefault(person_id, PersonFacts()).opt_outs.append(opt_out)
    return known


async def _holds(connection: AsyncConnection, wanted: dict[str, list[str]]) -> list[tuple[str, Hold]]:
    rows = (await connection.execute(_HOLDS, wanted)).all()
    return [
        (person_id, Hold(hold_id, HoldKind(kind), point, until))
        for person_id, hold_id, kind, point, until in rows
    ]


async def _opt_outs(connection: AsyncConnection, wanted: dict[str, list[str]]) -> list[tuple[str, OptOut]]:
    rows = (await connection.execute(_OPT_OUTS, wanted)).all()
    return [(person_id, OptOut(channel, at)) for person_id, channel, at in rows]


async def party_versions(
    connection: AsyncConnection, person_ids: Collection[str]
) -> dict[tuple[str, str], int]:
    """The version on file of each (person, customer)."""
    rows = await sets.fetch(connection, party, "person_id", person_ids)
    return {(row.person_id, row.customer_id): row.version for row in rows}


async def save_parties(connection: AsyncConnection, rows: Sequence[object]) -> None:
    """Write parties over what is on file; the rows have the columns of `party`."""
    await sets.upsert(connection, party, rows)
