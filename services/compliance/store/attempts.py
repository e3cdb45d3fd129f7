"""Attempts: permits and the reservations behind them."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.compliance.domain.facts import AttemptState
from services.compliance.domain.permit import Permit
from services.compliance.tables import attempt
from shared.contracts.vocabulary import Channel, Purpose
from shared.database import sets

# Rows that somebody holds right now are being redeemed or withdrawn: no need to wait for them.
_EXPIRED = text(
    "UPDATE attempt SET state = 'free' WHERE permit_id IN ("
    " SELECT permit_id FROM attempt WHERE valid_until >= :first AND valid_until < :last"
    " AND state = 'reserved' ORDER BY permit_id FOR UPDATE SKIP LOCKED"
    ") RETURNING permit_id, person_id, contact_id, channel"
)
_POINTS = text(
    "SELECT contact_id, contact_point_id FROM attempt"
    " WHERE person_id = ANY(CAST(:persons AS text[])) AND contact_id = ANY(CAST(:contacts AS text[]))"
)


async def locked(connection: AsyncConnection, permit_ids: Collection[str]) -> dict[str, Permit]:
    """These permits, as far as they exist, locked."""
    rows = await sets.fetch(connection, attempt, "permit_id", permit_ids, lock=True)
    return {row[0]: _permit(row) for row in rows}


async def save(connection: AsyncConnection, permits: Sequence[Permit]) -> None:
    """Write what changed of locked permits."""
    await sets.update(connection, attempt, permits, ("state", "dispatch_id", "left_at"))


async def expire(
    connection: AsyncConnection, first: datetime, last: datetime
) -> list[tuple[str, str, str, str]]:
    """Free the reservations whose permit ended in [first, last) without being redeemed.

    Returns (permit_id, person_id, contact_id, channel) of each, by permit.
    """
    rows = await connection.execute(_EXPIRED, {"first": first, "last": last})
    return sorted(tuple(row) for row in rows)


async def points_of(
    connection: AsyncConnection, persons: Collection[str], contacts: Collection[str]
) -> dict[str, str]:
    """The contact point that each of these persons' contacts went to."""
    if not contacts:
        return {}
    rows = await connection.execute(_POINTS, {"persons": list(persons), "contacts": list(contacts)})
    return {row[0]: row[1] for row in rows}


def _permit(row: Sequence[object]) -> Permit:
    permit = Permit(*row)  # type: ignore[arg-type]  # the columns are in the order of the fields
    permit.state = AttemptState(permit.state)
    permit.channel = Channel(permit.channel)
    permit.purpose = Purpose(permit.purpose)
    return permit
