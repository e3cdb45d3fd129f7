"""Holds and opt-outs."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from services.compliance.domain.conduct import OptedOut, OptOutEnd, PlacedHold
from services.compliance.tables import hold, opt_out, opt_out_end
from shared.contracts.vocabulary import HoldKind
from shared.database import sets


async def place(connection: AsyncConnection, holds: Sequence[PlacedHold]) -> None:
    """Keep new holds of locked persons."""
    await sets.insert(connection, hold, holds, skip_existing=True)


async def opt_out_of(connection: AsyncConnection, opt_outs: Sequence[OptedOut]) -> None:
    """Keep opt-outs of locked persons; the first one of a channel stays.

    News of one from before the person consented anew comes too late to count.
    """
    if not opt_outs:
        return
    rows = await sets.fetch(connection, opt_out_end, "person_id", {made.person_id for made in opt_outs})
    consented: dict[tuple[str, str], datetime] = {}
    for row in sorted(rows, key=lambda row: row.consented_at):
        consented[row.person_id, row.channel] = row.consented_at
    counting = [made for made in opt_outs if not _is_over(made, consented)]
    await sets.insert(connection, opt_out, counting, skip_existing=True)


async def end_opt_out(connection: AsyncConnection, end: OptOutEnd) -> None:
    """Take back an opt-out of a locked person; that there was one stays on file."""
    mine = (opt_out.c.person_id == end.person_id, opt_out.c.channel == end.channel)
    await connection.execute(delete(opt_out).where(*mine))
    await sets.insert(connection, opt_out_end, [end])


def _is_over(made: OptedOut, consented: dict[tuple[str, str], datetime]) -> bool:
    at = consented.get((made.person_id, made.channel))
    return at is not None and made.opted_out_at <= at


async def by_id(connection: AsyncConnection, hold_id: str) -> PlacedHold | None:
    """One hold."""
    row = (await connection.execute(select(hold).where(hold.c.hold_id == hold_id))).first()
    return None if row is None else _hold(row)


async def by_ids(connection: AsyncConnection, hold_ids: Sequence[str]) -> list[PlacedHold]:
    """These holds, as far as they exist."""
    return [_hold(row) for row in await sets.fetch(connection, hold, "hold_id", hold_ids)]


async def release(connection: AsyncConnection, hold_id: str, at: datetime, reason: str) -> bool:
    """End a hold; False where it has ended already."""
    done = await connection.execute(
        update(hold)
        .where(hold.c.hold_id == hold_id, hold.c.released_at.is_(None))
        .values(released_at=at, release_reason=reason)
    )
    return done.rowcount == 1


async def listed(
    connection: AsyncConnection,
    *,
    person_id: str | None,
    kind: HoldKind | None,
    active: bool | None,
    now: datetime,
    after: tuple[datetime, str] | None,
    limit: int,
) -> list[PlacedHold]:
    """Holds, oldest first; `active` ones are neither released nor over."""
    query = select(hold).order_by(hold.c.placed_at, hold.c.hold_id).limit(limit)
    if person_id is not None:
        query = query.where(hold.c.person_id == person_id)
    if kind is not None:
        query = query.where(hold.c.kind == kind)
    in_force = hold.c.released_at.is_(None) & (hold.c.until.is_(None) | (hold.c.until > now))
    if active is not None:
        query = query.where(in_force if active else ~in_force)
    if after is not None:
        query = query.where(tuple_(hold.c.placed_at, hold.c.hold_id) > after)
    return [_hold(row) for row in await connection.execute(query)]


async def in_force(connection: AsyncConnection, person_ids: Sequence[str], now: datetime) -> list[PlacedHold]:
    """The holds on these persons that are neither released nor over, oldest first."""
    active = hold.c.released_at.is_(None) & (hold.c.until.is_(None) | (hold.c.until > now))
    query = select(hold).where(hold.c.person_id.in_(person_ids), active)
    rows = await connection.execute(query.order_by(hold.c.placed_at, hold.c.hold_id))
    return [_hold(row) for row in rows]


async def opt_outs_of(connection: AsyncConnection, person_ids: Sequence[str]) -> list[OptedOut]:
    """What these persons opted out of, oldest first."""
    query = select(opt_out).where(opt_out.c.person_id.in_(person_ids)).order_by(opt_out.c.opted_out_at)
    return [OptedOut(*row) for row in await connection.execute(query)]


def _hold(row: Row[Any]) -> PlacedHold:
    found = PlacedHold(*tuple(row))
    found.kind = HoldKind(found.kind)
    return found
