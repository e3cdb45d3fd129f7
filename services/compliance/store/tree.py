"""Tiles and checkpoints of the log."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple

import msgspec
from sqlalchemy import func, select, text, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from services.compliance.log.paths import ProofPlan
from services.compliance.log.tile_nodes import TileNodes, tiles_for
from services.compliance.log.tiles import TILE_WIDTH, TileId
from services.compliance.tables import checkpoint, log_entry, log_tile
from shared.database import sets

_TRY_LOCK = text("SELECT pg_try_advisory_xact_lock(hashtextextended(current_schema() || '/signer', 0))")
_OUTGROWN = text(
    "SELECT year, size FROM log_head WHERE size >"
    " coalesce((SELECT max(size) FROM checkpoint WHERE checkpoint.year = log_head.year), 0) ORDER BY year"
)

_LAST = text(
    "SELECT DISTINCT ON (year) year, size, root, note, signed_at FROM checkpoint ORDER BY year, size DESC"
)


class SignedCheckpoint(msgspec.Struct, frozen=True):
    """A signed checkpoint; the fields are the columns of table `checkpoint`."""

    year: int
    size: int
    root: bytes
    note: str
    signed_at: datetime


class FullTile(msgspec.Struct, frozen=True):
    """A full tile; the fields are the columns of table `log_tile`."""

    year: int
    level: int
    tile_index: int
    hashes: bytes
    root: bytes


class Outgrown(NamedTuple):
    """A log that is larger than its last checkpoint says."""

    year: int
    size: int


async def outgrown(connection: AsyncConnection) -> list[Outgrown]:
    """The logs to sign."""
    return [Outgrown(*row) for row in await connection.execute(_OUTGROWN)]


async def become_signer(connection: AsyncConnection) -> bool:
    """Be the only one who signs, until the transaction ends; False where somebody else is."""
    return bool((await connection.execute(_TRY_LOCK)).scalar_one())


async def last_checkpoint(connection: AsyncConnection, year: int | None = None) -> SignedCheckpoint | None:
    """The newest checkpoint of a year's log, or of the newest log."""
    query = select(checkpoint).order_by(checkpoint.c.year.desc(), checkpoint.c.size.desc()).limit(1)
    if year is not None:
        query = query.where(checkpoint.c.year == year)
    row = (await connection.execute(query)).first()
    return None if row is None else SignedCheckpoint(*tuple(row))


async def last_checkpoints(connection: AsyncConnection) -> list[SignedCheckpoint]:
    """The newest checkpoint of each year's log, by year."""
    return [SignedCheckpoint(*row) for row in await connection.execute(_LAST)]


async def first_covering(connection: AsyncConnection, year: int, size: int) -> SignedCheckpoint | None:
    """The smallest checkpoint of at least this size."""
    query = select(checkpoint).where(checkpoint.c.year == year, checkpoint.c.size >= size)
    row = (await connection.execute(query.order_by(checkpoint.c.size).limit(1))).first()
    return None if row is None else SignedCheckpoint(*row)


async def signed_sizes(connection: AsyncConnection) -> dict[int, int]:
    """The signed size of each year's log."""
    rows = await connection.execute(
        select(checkpoint.c.year, func.max(checkpoint.c.size)).group_by(checkpoint.c.year)
    )
    return {row[0]: row[1] for row in rows}


async def save_checkpoint(connection: AsyncConnection, made: SignedCheckpoint) -> None:
    """Keep a checkpoint; a second one of the same size is refused by the database."""
    await sets.insert(connection, checkpoint, [made])


async def save_tiles(connection: AsyncConnection, tiles: Sequence[FullTile]) -> None:
    """Keep full tiles."""
    await sets.insert(connection, log_tile, tiles)


async def leaf_hashes(connection: AsyncConnection, year: int, first: int, end: int) -> list[bytes]:
    """The leaf hashes with an index in [first, end), in order."""
    query = select(log_entry.c.leaf_hash).where(
        log_entry.c.year == year, log_entry.c.leaf_index >= first, log_entry.c.leaf_index < end
    )
    rows = await connection.execute(query.order_by(log_entry.c.leaf_index))
    return list(rows.scalars().all())


async def tile_roots(connection: AsyncConnection, year: int, level: int, first: int, end: int) -> list[bytes]:
    """The roots of the full tiles of a level with an index in [first, end), in order."""
    query = select(log_tile.c.root).where(
        log_tile.c.year == year,
        log_tile.c.level == level,
        log_tile.c.tile_index >= first,
        log_tile.c.tile_index < end,
    )
    rows = await connection.execute(query.order_by(log_tile.c.tile_index))
    return list(rows.scalars().all())


async def tiles(connection: AsyncConnection, year: int, wanted: Collection[TileId]) -> dict[TileId, bytes]:
    """The bytes of these tiles, as far as the log has them."""
    full = [tile for tile in wanted if tile.width == TILE_WIDTH]
    found = await _full_tiles(connection, year, full)
    for tile in wanted:
        if tile not in found:
            first = tile.index * TILE_WIDTH
            hashes = await _row(connection, year, tile.level, first, first + tile.width)
            if len(hashes) == tile.width:
                found[tile] = b"".join(hashes)
    return found


async def prove(connection: AsyncConnection, year: int, plan: ProofPlan, size: int) -> tuple[bytes, ...]:
    """The proof in the tree of `size` leaves. TileError where tiles are missing."""
    fetched = await tiles(connection, year, tiles_for(plan.nodes, size))
    return plan.hashes(TileNodes(size, fetched))


async def _full_tiles(
    connection: AsyncConnection, year: int, wanted: Collection[TileId]
) -> dict[TileId, bytes]:
    if not wanted:
        return {}
    columns = log_tile.c
    query = select(columns.level, columns.tile_index, columns.hashes).where(
        columns.year == year,
        tuple_(columns.level, columns.tile_index).in_([(tile.level, tile.index) for tile in wanted]),
    )
    return {TileId(level, index): hashes for level, index, hashes in await connection.execute(query)}


async def _row(connection: AsyncConnection, year: int, level: int, first: int, end: int) -> list[bytes]:
    if level == 0:
        return await leaf_hashes(connection, year, first, end)
    return await tile_roots(connection, year, level - 1, first, end)
