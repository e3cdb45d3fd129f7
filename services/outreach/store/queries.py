"""What the status API asks."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.outreach.domain.contact import Contact
from services.outreach.domain.party import Party
from services.outreach.store import parties
from services.outreach.store.contacts import contact_of
from services.outreach.tables import contact, contact_history
from shared.database import sets

_LIST = text(
    "SELECT contact_id, case_id, customer_id, person_id, channel, state, reason, ask, created_at, changed_at"
    " FROM contact WHERE contact_id > :after"
    " AND (CAST(:case_id AS text) IS NULL OR case_id = :case_id)"
    " AND (CAST(:customer_id AS text) IS NULL OR customer_id = :customer_id)"
    " AND (CAST(:state AS text) IS NULL OR state = :state)"
    " ORDER BY contact_id LIMIT :limit"
)


class Selection(NamedTuple):
    """Which contacts to list; None: any."""

    case_id: str | None = None
    customer_id: str | None = None
    state: str | None = None


async def find(connection: AsyncConnection, contact_id: str) -> Contact | None:
    """The contact of this id."""
    rows = await sets.fetch(connection, contact, "contact_id", [contact_id])
    return contact_of(rows[0]) if rows else None


async def history(connection: AsyncConnection, contact_id: str) -> Sequence[Row[Any]]:
    """Every state that the contact entered, first to last."""
    return await sets.fetch(connection, contact_history, "contact_id", [contact_id])


async def party_of(connection: AsyncConnection, one: Contact) -> Party | None:
    """The person of a contact as on file."""
    people = await parties.of_customers(connection, [one.customer_id])
    return people.get(one.customer_id, {}).get(one.person_id)


async def listed(
    connection: AsyncConnection, chosen: Selection, after: str, limit: int
) -> Sequence[Row[Any]]:
    """Contacts in order of their id, from after `after`."""
    values = {**chosen._asdict(), "after": after, "limit": limit}
    return (await connection.execute(_LIST, values)).all()
