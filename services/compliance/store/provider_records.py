"""Providers' records, what they are held against, and the leaves that show it."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from sqlalchemy import select, text, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from services.compliance.domain.completeness.comparing import ProviderRecord
from services.compliance.domain.completeness.finding import Dispatch
from services.compliance.domain.completeness.leaves import PermitRow, StoredLeaf
from services.compliance.leaves import Pseudonyms
from services.compliance.tables import provider_record
from shared.contracts.vocabulary import Channel
from shared.database import sets

_LONGEST_PERMIT = timedelta(days=2)

_PERMITS_OF = text(
    "SELECT permit_id FROM attempt WHERE permit_id = ANY(CAST(:names AS text[])) AND direction = 'out'"
)
# Of a contact's permits the one that was used, else the newest.
_PERMITS_OF_CONTACTS = text(
    "SELECT DISTINCT ON (d.contact_id) d.contact_id, d.permit_id FROM decision d"
    " JOIN attempt a ON a.permit_id = d.permit_id WHERE d.contact_id = ANY(CAST(:names AS text[]))"
    " ORDER BY d.contact_id, (a.state IN ('left', 'redeemed')) DESC, a.reserved_at DESC"
)
_ROWS = text(
    "SELECT a.permit_id, d.contact_id, d.person_id, d.customer_id, d.decision_id FROM attempt a"
    " JOIN decision d ON d.contact_id = a.contact_id AND d.permit_id = a.permit_id"
    " WHERE a.permit_id = ANY(CAST(:permits AS text[]))"
)
_LEAVES = text(
    "SELECT e.event_id, e.leaf_hash, e.entry, e.leaf_index <"
    "  coalesce((SELECT max(size) FROM checkpoint c WHERE c.year = e.year), 0)"
    " FROM log_entry e WHERE e.event_id = ANY(CAST(:events AS text[]))"
)
_FIRST_USES = text(
    "SELECT DISTINCT ON (permit_id) provider, message_id, channel, permit_id, destination, state, sent_at,"
    " received_at FROM provider_record"
    " WHERE permit_id = ANY(CAST(:permits AS text[])) AND state <> 'rejected'"
    ' ORDER BY permit_id, sent_at, provider COLLATE "C", message_id COLLATE "C"'
)
_COUNTS = text(
    "SELECT count(*), count(permit_id) FROM provider_record"
    " WHERE provider = :provider AND sent_at >= :first AND sent_at < :end"
)
# The index is of the permits' ends; a contact is made within days of its permit.
_UNKNOWN_THERE = text(
    "SELECT a.permit_id, a.contact_id, a.person_id, d.customer_id, a.channel, a.left_at FROM attempt a"
    " LEFT JOIN decision d ON d.contact_id = a.contact_id AND d.permit_id = a.permit_id"
    " WHERE a.valid_until >= :permits_from AND a.valid_until < :permits_until AND a.direction = 'out'"
    " AND a.state = 'left' AND a.channel = :channel AND a.left_at >= :first AND a.left_at < :end"
    " AND a.permit_id > :after"
    " AND NOT EXISTS (SELECT 1 FROM provider_record r WHERE r.permit_id = a.permit_id)"
    " ORDER BY a.permit_id LIMIT :most"
)


async def permits_named(connection: AsyncConnection, names: Collection[str]) -> dict[str, str]:
    """The permit that each of these names stands for: its own id, or the id of its contact."""
    asked = {"names": sorted(names)}
    contacts = await connection.execute(_PERMITS_OF_CONTACTS, asked)
    found = {row[0]: row[1] for row in contacts}
    return found | {name: name for name in (await connection.execute(_PERMITS_OF, asked)).scalars()}


async def keep(connection: AsyncConnection, records: Sequence[ProviderRecord]) -> None:
    """Keep records; what is known already is as the provider says now."""
    await sets.upsert(connection, provider_record, records)


async def between(
    connection: AsyncConnection,
    provider: str,
    first: datetime,
    end: datetime,
    after: tuple[datetime, str] | None,
    most: int,
) -> list[ProviderRecord]:
    """A provider's records in [first, end), in order, from behind `after` on."""
    columns = provider_record.c
    query = select(provider_record).where(
        columns.provider == provider, columns.sent_at >= first, columns.sent_at < end
    )
    if after is not None:
        query = query.where(tuple_(columns.sent_at, columns.message_id) > after)
    query = query.order_by(columns.sent_at, columns.message_id).limit(most)
    return [_record(row) for row in await connection.execute(query)]


async def counts(
    connection: AsyncConnection, provider: str, first: datetime, end: datetime
) -> tuple[int, int]:
    """How many records there are in [first, end), and how many name a permit."""
    values = {"provider": provider, "first": first, "end": end}
    records, permitted = (await connection.execute(_COUNTS, values)).one()
    return records, permitted


async def first_uses(connection: AsyncConnection, permits: Collection[str]) -> dict[str, ProviderRecord]:
    """The earliest contact under each permit, at any provider."""
    rows = await connection.execute(_FIRST_USES, {"permits": sorted(permits)})
    return {row.permit_id: _record(row) for row in rows}


async def permit_rows(
    connection: AsyncConnection, permits: Collection[str], pseudonyms: Pseudonyms
) -> list[PermitRow]:
    """What the tables say of these permits."""
    rows = await connection.execute(_ROWS, {"permits": sorted(permits)})
    return [
        PermitRow(permit_id, contact_id, person_id, customer_id, decision_id, pseudonyms.of(person_id))
        for permit_id, contact_id, person_id, customer_id, decision_id in rows
    ]


async def leaves(connection: AsyncConnection, events: Collection[str]) -> dict[str, StoredLeaf]:
    """The leaves of these facts, as far as there are any."""
    rows = await connection.execute(_LEAVES, {"events": sorted(events)})
    return {row[0]: StoredLeaf(*row) for row in rows}


async def unknown_there(
    connection: AsyncConnection, channel: Channel, first: datetime, end: datetime, after: str, most: int
) -> list[Dispatch]:
    """Contacts of the channel that left in [first, end) and that no provider recorded, by permit."""
    values = {
        "permits_from": first - _LONGEST_PERMIT,
        "permits_until": end + _LONGEST_PERMIT,
        "channel": channel,
        "first": first,
        "end": end,
        "after": after,
        "most": most,
    }
    rows = await connection.execute(_UNKNOWN_THERE, values)
    return [
        Dispatch(permit_id, contact_id, person_id, customer_id, Channel(named), left_at)
        for permit_id, contact_id, person_id, customer_id, named, left_at in rows
    ]


def _record(row: Sequence[object]) -> ProviderRecord:
    provider, message_id, channel, *rest = row
    return ProviderRecord(provider, message_id, Channel(channel), *rest)  # type: ignore[arg-type]  # the columns
