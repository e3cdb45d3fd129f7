"""What the log holds of a case; the catalogue has caught up."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Row, select, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncConnection

from services.compliance.store.catalogue import CaseContact, subject_number
from services.compliance.tables import case_contact
from shared.contracts.decisions import Reason

_LEAVES = text(
    "SELECT e.year, e.leaf_index, e.event_id, e.entry, p.salt, p.body FROM subject_leaf AS s"
    " JOIN log_entry AS e ON e.year = s.year AND e.leaf_index = s.leaf_index"
    " LEFT JOIN payload AS p ON p.year = e.year AND p.leaf_index = e.leaf_index"
    " WHERE s.subject = ANY(CAST(:subjects AS bigint[])) ORDER BY e.year, e.leaf_index"
)
_NAMED = text(
    "SELECT year, leaf_index, event_id, entry, NULL, NULL FROM log_entry"
    " WHERE event_id = ANY(CAST(:names AS text[])) ORDER BY year, leaf_index"
)
_ELSEWHERE = text(
    "SELECT DISTINCT person_id FROM (SELECT person_id, customer_id FROM party UNION ALL"
    " SELECT person_id, customer_id FROM case_contact) AS known"
    " WHERE person_id = ANY(CAST(:persons AS text[])) AND customer_id <> ALL(CAST(:customers AS text[]))"
)
_HOLDS = text(
    "SELECT hold_id FROM hold WHERE person_id = ANY(CAST(:persons AS text[]))"
    " AND customer_id = ANY(CAST(:customers AS text[]))"
)


_REASONS = text("SELECT decision_id, reasons FROM decision WHERE contact_id = ANY(CAST(:contacts AS text[]))")


class CaseLeaf(NamedTuple):
    """A leaf, its place, and its payload with salt as far as there is one."""

    year: int
    leaf_index: int
    event_id: str
    entry: bytes
    salt: bytes | None
    body: bytes | None


class CaseParties(NamedTuple):
    """Whom a case is about. `shared` are persons who also have to do with other customers."""

    contacts: dict[str, str]
    """The person of each contact."""
    customers: frozenset[str]
    shared: frozenset[str]
    holds: frozenset[str]
    """Holds of these persons because of these customers."""

    @property
    def persons(self) -> list[str]:
        """All of them, in order."""
        return sorted(set(self.contacts.values()))


async def parties_of(connection: AsyncConnection, case_id: str) -> CaseParties | None:
    """The persons of a case, by the contacts that were asked for; None where none was."""
    query = select(case_contact).where(case_contact.c.case_id == case_id)
    rows = await connection.execute(query.order_by(case_contact.c.contact_id))
    found = [CaseContact(*row) for row in rows]
    if not found:
        return None
    contacts = {one.contact_id: one.person_id for one in found}
    values = {
        "persons": sorted(set(contacts.values())),
        "customers": sorted({one.customer_id for one in found}),
    }
    elsewhere = await connection.execute(_ELSEWHERE, values)
    holds = await connection.execute(_HOLDS, values)
    return CaseParties(
        contacts,
        frozenset(values["customers"]),
        frozenset(elsewhere.scalars().all()),
        frozenset(holds.scalars().all()),
    )


async def leaves_about(
    connection: AsyncConnection, pseudonyms: Collection[str], sizes: Mapping[int, int] | None
) -> list[CaseLeaf]:
    """The leaves about these persons, in order; with sizes, below that of each year's log."""
    values = {"subjects": [subject_number(pseudonym) for pseudonym in pseudonyms]}
    return _within(await connection.execute(_LEAVES, values), sizes)


async def leaves_named(
    connection: AsyncConnection, event_ids: Sequence[str], sizes: Mapping[int, int] | None
) -> list[CaseLeaf]:
    """The leaves of these facts, in order, without payloads; with sizes, below that of each year's log."""
    return _within(await connection.execute(_NAMED, {"names": list(event_ids)}), sizes)


async def reasons_on(connection: AsyncConnection, contact_ids: Collection[str]) -> dict[str, list[Reason]]:
    """The reasons of the decisions on these contacts, by decision."""
    rows = await connection.execute(_REASONS.columns(reasons=JSONB), {"contacts": list(contact_ids)})
    return {row.decision_id: msgspec.convert(row.reasons, list[Reason]) for row in rows}


def _within(rows: Iterable[Row[Any]], sizes: Mapping[int, int] | None) -> list[CaseLeaf]:
    found = [CaseLeaf(*tuple(row)) for row in rows]
    if sizes is None:
        return found
    return [leaf for leaf in found if leaf.leaf_index < sizes.get(leaf.year, 0)]
