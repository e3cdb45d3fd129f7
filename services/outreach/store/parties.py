"""Who belongs to a customer's debts, and the lock that keeps a debtor and a waiting contact from missing
each other."""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.outreach.domain.party import Party
from services.outreach.tables import customer_lock, person
from shared.contracts.parties import ContactPoint
from shared.contracts.vocabulary import ContactPointKind, PartyRole
from shared.database import sets

_ROLES = {role.value: role for role in PartyRole}
_points = msgspec.json.Decoder(list[ContactPoint]).decode
_OF_CUSTOMERS = text(
    "SELECT person_id, customer_id, role, language, time_zone, jurisdiction, version, removed,"
    " CAST(contact_points AS text) FROM person WHERE customer_id = ANY(CAST(:customers AS text[]))"
)
_BY_CONTACT_POINT = text(
    "SELECT DISTINCT ON (wanted.id) wanted.id, person.person_id, person.customer_id, point ->> 'kind' AS kind"
    " FROM unnest(CAST(:points AS text[])) AS wanted(id)"
    " JOIN person ON person.contact_points"
    "  @> jsonb_build_array(jsonb_build_object('contact_point_id', wanted.id))"
    " CROSS JOIN LATERAL jsonb_array_elements(person.contact_points) AS point"
    " WHERE point ->> 'contact_point_id' = wanted.id AND NOT person.removed"
    " ORDER BY wanted.id, person.role <> 'debtor', person.customer_id, person.person_id"
)


class _Customer(NamedTuple):
    customer_id: str


class PointOwner(NamedTuple):
    """Whose contact point it is."""

    contact_point_id: str
    person_id: str
    customer_id: str
    kind: ContactPointKind


async def lock_customers(connection: AsyncConnection, customers: Iterable[str]) -> None:
    """Wait for, and keep out, whoever else changes or looks for the debtor of these customers."""
    ordered = sorted(set(customers))
    await sets.insert(connection, customer_lock, [_Customer(one) for one in ordered], skip_existing=True)
    await sets.fetch(connection, customer_lock, "customer_id", ordered, lock=True)


async def of_customers(connection: AsyncConnection, customers: Iterable[str]) -> dict[str, dict[str, Party]]:
    """Everyone tied to these customers, by customer and person."""
    wanted = list(set(customers))
    found: dict[str, dict[str, Party]] = {}
    if wanted:
        for row in await connection.execute(_OF_CUSTOMERS, {"customers": wanted}):
            found.setdefault(row[1], {})[row[0]] = _party_of(row)
    return found


async def save(connection: AsyncConnection, parties: Sequence[Party]) -> None:
    """Put the parties on file."""
    await sets.upsert(connection, person, parties)


async def owners(connection: AsyncConnection, contact_points: Iterable[str]) -> dict[str, PointOwner]:
    """Whose contact points these are; the debtor's where several persons share one."""
    wanted = sorted(set(contact_points))
    if not wanted:
        return {}
    rows = await connection.execute(_BY_CONTACT_POINT, {"points": wanted})
    return {row[0]: PointOwner(row[0], row[1], row[2], ContactPointKind(row[3])) for row in rows}


def _party_of(row: Row[Any]) -> Party:
    values: list[Any] = list(row)
    values[2], values[8] = _ROLES[values[2]], _points(values[8])
    return Party(*values)
