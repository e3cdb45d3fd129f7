"""The lock of a person, and the dossiers of persons."""

from collections.abc import Collection, Iterable, Sequence

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.compliance.domain.dossier import Dossier
from services.compliance.domain.parties import PartyRow
from services.compliance.domain.past import History
from services.compliance.store import links
from services.compliance.store.standing import standing_of
from services.compliance.tables import party
from shared.database import sets

# A conflicting row is locked even though WHERE leaves it alone: one pass inserts and locks, in order, with
# each person the root of their group. The order is the same everywhere, whatever the database's collation is.
_LOCK = text(
    "INSERT INTO person (person_id) SELECT person_id FROM ("
    "  SELECT unnest(CAST(:wanted AS text[])) AS person_id"
    "  UNION SELECT into_id FROM person_link WHERE member_id = ANY(CAST(:wanted AS text[]))"
    ' ) AS all_of_them ORDER BY person_id COLLATE "C"'
    " ON CONFLICT (person_id) DO UPDATE SET person_id = excluded.person_id WHERE false"
)
_LOCK_BY_PERMIT = text(
    "WITH named AS (SELECT DISTINCT person_id FROM attempt WHERE permit_id = ANY(CAST(:permits AS text[])))"
    " SELECT person_id FROM person WHERE person_id IN (SELECT person_id FROM named"
    "  UNION SELECT into_id FROM person_link WHERE member_id IN (SELECT person_id FROM named))"
    ' ORDER BY person_id COLLATE "C" FOR UPDATE'
)


async def lock(connection: AsyncConnection, person_ids: Iterable[str]) -> None:
    """Hold everything about these humans until the transaction ends; persons new to us come on file.

    Who holds a person's own record and the root of its group holds the human: linking takes both.
    """
    wanted = list(set(person_ids))
    if wanted:
        await connection.execute(_LOCK, {"wanted": wanted})


async def lock_by_permit(connection: AsyncConnection, permit_ids: Collection[str]) -> None:
    """Lock the persons that these permits are about."""
    await connection.execute(_LOCK_BY_PERMIT, {"permits": list(permit_ids)})


async def dossiers_of(
    connection: AsyncConnection, person_ids: Collection[str], history: History, creditor: str
) -> dict[str, Dossier]:
    """What is on file about each of these persons, who are locked, and about their merged records."""
    found = await standing_of(connection, person_ids, history, creditor)
    if not found.roots:
        return found.dossiers
    # Links that came while the lock was awaited: their roots are locked now.
    await lock(connection, found.roots.values())
    groups = await links.groups_of(connection, found.roots.keys())
    others = {member for group in groups.values() for member in group} - found.dossiers.keys()
    further = await standing_of(connection, others, history, creditor)
    alone = found.dossiers | further.dossiers
    for group in groups.values():
        pooled = Dossier.pooled([alone[member] for member in group])
        for member in group:
            alone[member] = pooled
    return {person_id: alone[person_id] for person_id in person_ids}


async def parties_on_file(
    connection: AsyncConnection, person_ids: Collection[str]
) -> dict[tuple[str, str], PartyRow]:
    """What is on file of each (person, customer)."""
    rows = await sets.fetch(connection, party, "person_id", person_ids)
    return {(row.person_id, row.customer_id): PartyRow(*tuple(row)) for row in rows}


async def save_parties(connection: AsyncConnection, rows: Sequence[object]) -> None:
    """Write parties over what is on file; the rows have the columns of `party`."""
    await sets.upsert(connection, party, rows)
