"""The inspection queue: inspections are changed under their row's lock and saved act by act."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import select, text, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from services.compliance.domain.inspection.acts import Act, Step
from services.compliance.domain.inspection.inspecting import Inspection
from services.compliance.domain.inspection.words import State
from services.compliance.store.inspection_rows import read
from services.compliance.tables import inspection, inspection_act
from shared.contracts.vocabulary import Channel
from shared.database import sets

# What is locked is being claimed by somebody else at this moment.
_NEXT = text(
    "SELECT inspection_id FROM inspection WHERE state IN ('queued', 'claimed')"
    " AND (state = 'queued' OR claimed_until <= :now) AND collector_id <> :actor"
    " AND (CAST(:channel AS text) IS NULL OR channel = :channel)"
    " ORDER BY priority DESC, queued_at, inspection_id LIMIT 1 FOR UPDATE SKIP LOCKED"
)
_SAID = text(
    "SELECT e.event_id, p.body FROM log_entry e JOIN payload p USING (year, leaf_index)"
    " WHERE e.event_id = ANY(CAST(:wanted AS text[]))"
)


class Filters(NamedTuple):
    """Which inspections to list; None asks for nothing."""

    state: State | None = None
    contact_id: str | None = None
    person_id: str | None = None
    collector_id: str | None = None
    branch_id: str | None = None
    channel: Channel | None = None
    claimed_by: str | None = None
    sampled: bool | None = None
    passed: bool | None = None


async def save(connection: AsyncConnection, steps: Sequence[Step[Inspection]]) -> None:
    """Write what acts on locked inspections came to; new ones come into the queue."""
    changed = {step.record.inspection_id: step.record for step in steps}
    await sets.upsert(connection, inspection, list(changed.values()))
    await sets.insert(connection, inspection_act, [step.act for step in steps])


async def locked(connection: AsyncConnection, inspection_id: str) -> Inspection | None:
    """An inspection, locked until the transaction ends."""
    rows = await sets.fetch(connection, inspection, "inspection_id", [inspection_id], lock=True)
    return read(rows[0], Inspection) if rows else None


async def next_for(
    connection: AsyncConnection, actor: str, channel: Channel | None, now: datetime
) -> Inspection | None:
    """The gravest, then oldest, inspection that waits and is not about the actor, locked."""
    values = {"actor": actor, "channel": channel, "now": now}
    found = (await connection.execute(_NEXT, values)).scalar_one_or_none()
    return None if found is None else await locked(connection, found)


async def last_of(connection: AsyncConnection, contact_ids: Collection[str]) -> dict[str, Inspection]:
    """The last inspection of each of these contacts that has one, locked; their persons are locked before."""
    rows = await sets.fetch(connection, inspection, "contact_id", contact_ids, lock=True)
    found = sorted((read(row, Inspection) for row in rows), key=lambda one: one.round)
    return {one.contact_id: one for one in found}


async def by_id(connection: AsyncConnection, inspection_id: str) -> Inspection | None:
    """An inspection."""
    rows = await sets.fetch(connection, inspection, "inspection_id", [inspection_id])
    return read(rows[0], Inspection) if rows else None


async def listed(
    connection: AsyncConnection, wanted: Filters, after: tuple[datetime, str] | None, limit: int
) -> list[Inspection]:
    """Inspections in the order in which they came into the queue."""
    columns = inspection.c
    query = select(inspection).order_by(columns.queued_at, columns.inspection_id).limit(limit)
    for name, value in wanted._asdict().items():
        if value is not None:
            query = query.where(columns[name] == value)
    if after is not None:
        query = query.where(tuple_(columns.queued_at, columns.inspection_id) > after)
    return [read(row, Inspection) for row in await connection.execute(query)]


async def acts_of(connection: AsyncConnection, about: str) -> list[Act]:
    """The history of an inspection or a violation, in order."""
    rows = await sets.fetch(connection, inspection_act, "about", [about])
    return [read(row, Act) for row in rows]


async def said_in(connection: AsyncConnection, leaf_ids: Collection[str]) -> dict[str, Any]:
    """The payloads of these leaves, as bytes by leaf; those that were erased, or never were, are missing."""
    if not leaf_ids:
        return {}
    rows = await connection.execute(_SAID, {"wanted": list(leaf_ids)})
    return {row.event_id: row.body for row in rows}
