"""Attempts: permits and the reservations behind them, and contacts that persons made themselves."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.compliance.domain.permit import AttemptState, Permit
from services.compliance.tables import attempt
from shared.contracts.vocabulary import Channel, PartyRole, Purpose
from shared.database import sets

_CHANGING = ("state", "dispatch_id", "left_at", "outcome", "outcome_at")
_LONGEST_PERMIT = timedelta(days=2)

# Rows that somebody holds right now are being redeemed or withdrawn: no need to wait for them.
_EXPIRED = text(
    "UPDATE attempt SET state = 'free' WHERE permit_id IN ("
    " SELECT permit_id FROM attempt WHERE valid_until >= :first AND valid_until < :last"
    " AND state = 'reserved' ORDER BY permit_id FOR UPDATE SKIP LOCKED"
    ") RETURNING permit_id, person_id, contact_id, channel"
)
_OF_CONTACTS = text(
    "SELECT permit_id FROM attempt WHERE person_id = ANY(CAST(:persons AS text[]))"
    " AND contact_id = ANY(CAST(:contacts AS text[])) AND state <> 'free'"
)
_DELIVERED = text(
    "UPDATE attempt SET outcome = 'delivered'"
    " WHERE permit_id = ANY(CAST(:permits AS text[])) AND coalesce(outcome, 'placed') = 'placed'"
)
# All records of the humans whom these persons are: whatever changes for one may change a decision on another.
_DOUBT = text(
    "WITH roots AS (SELECT unnest(CAST(:persons AS text[])) AS person_id"
    "  UNION SELECT into_id FROM person_link WHERE member_id = ANY(CAST(:persons AS text[]))),"
    " humans AS (SELECT person_id FROM roots"
    "  UNION SELECT member_id FROM person_link WHERE into_id IN (SELECT person_id FROM roots))"
    " UPDATE attempt SET doubted = true WHERE person_id IN (SELECT person_id FROM humans)"
    " AND reserved_at > :since AND state IN ('reserved', 'redeemed') AND NOT doubted"
)
# A contact is made within days of its permit; the index is of the permits' ends.
_BETWEEN = text(
    "SELECT DISTINCT person_id FROM attempt WHERE valid_until >= :first AND valid_until < :last"
    " AND state = 'left' AND person_id > :after ORDER BY person_id LIMIT :most"
)
_OPEN = text(
    "SELECT permit_id FROM attempt WHERE person_id = ANY(CAST(:persons AS text[]))"
    " AND reserved_at > :since AND state = 'reserved'"
)


async def locked(connection: AsyncConnection, permit_ids: Iterable[str]) -> dict[str, Permit]:
    """These permits, as far as they exist, locked."""
    rows = await sets.fetch(connection, attempt, "permit_id", permit_ids, lock=True)
    return {row[0]: _permit(row) for row in rows}


async def open_of(connection: AsyncConnection, person_ids: Collection[str], now: datetime) -> list[Permit]:
    """The reservations of these persons that may still be redeemed, locked, oldest first."""
    values = {"persons": list(person_ids), "since": now - _LONGEST_PERMIT}
    names = (await connection.execute(_OPEN, values)).scalars().all()
    permits = (await locked(connection, names)).values()
    still = [permit for permit in permits if permit.state is AttemptState.RESERVED]
    return sorted(still, key=lambda permit: (permit.reserved_at, permit.permit_id))


async def save(connection: AsyncConnection, permits: Sequence[Permit]) -> None:
    """Write what changed of locked permits."""
    await sets.update(connection, attempt, permits, _CHANGING)


async def receive(connection: AsyncConnection, received: Sequence[Permit]) -> None:
    """Keep contacts that persons made themselves."""
    await sets.insert(connection, attempt, received, skip_existing=True)


async def delivered(connection: AsyncConnection, permit_ids: Collection[str]) -> None:
    """What went out under these permits arrived, where nothing more is known of it."""
    if permit_ids:
        await connection.execute(_DELIVERED, {"permits": sorted(permit_ids)})


async def doubt(connection: AsyncConnection, person_ids: Iterable[str], now: datetime) -> None:
    """Have the open permits of these persons, who are locked, decided again before they are used."""
    persons = sorted(set(person_ids))
    if persons:
        await connection.execute(_DOUBT, {"persons": persons, "since": now - _LONGEST_PERMIT})


async def expire(
    connection: AsyncConnection, first: datetime, last: datetime
) -> list[tuple[str, str, str, str]]:
    """Free the reservations whose permit ended in [first, last) without being redeemed.

    Returns (permit_id, person_id, contact_id, channel) of each, by permit.
    """
    rows = await connection.execute(_EXPIRED, {"first": first, "last": last})
    return sorted(tuple(row) for row in rows)


async def of_contacts(
    connection: AsyncConnection, persons: Collection[str], contacts: Collection[str]
) -> set[str]:
    """The permits under which these contacts with these persons were, or may yet be, made."""
    if not contacts:
        return set()
    values = {"persons": list(persons), "contacts": list(contacts)}
    return set((await connection.execute(_OF_CONTACTS, values)).scalars().all())


async def persons_between(
    connection: AsyncConnection, first: datetime, last: datetime, after: str, most: int
) -> list[str]:
    """The next persons after `after` who were contacted in [first, last), and maybe some others."""
    ends = {"first": first - _LONGEST_PERMIT, "last": last + _LONGEST_PERMIT}
    values = {**ends, "after": after, "most": most}
    return list((await connection.execute(_BETWEEN, values)).scalars().all())


def _permit(row: Sequence[object]) -> Permit:
    permit = Permit(*row)  # type: ignore[arg-type]  # the columns are in the order of the fields
    permit.state = AttemptState(permit.state)
    permit.channel = Channel(permit.channel)
    permit.purpose = Purpose(permit.purpose)
    permit.party = PartyRole(permit.party)
    return permit
