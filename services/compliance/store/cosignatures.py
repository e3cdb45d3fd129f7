"""Cosignatures of checkpoints, and how far each witness follows each log."""

from collections.abc import Sequence
from datetime import datetime

import msgspec
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.compliance.store.tree import SignedCheckpoint
from services.compliance.tables import checkpoint, cosignature, witness_standing
from shared.database import sets

_TRY_LOCK = text("SELECT pg_try_advisory_xact_lock(hashtextextended(current_schema() || '/witnesses', 0))")
_NEWEST = text(
    "SELECT DISTINCT ON (witness) line FROM cosignature WHERE year = :year AND size = :size"
    " ORDER BY witness, cosigned_at DESC"
)
_FIRST = text(
    "SELECT DISTINCT ON (witness) line FROM cosignature WHERE year = :year AND size = :size"
    " ORDER BY witness, cosigned_at"
)
_ALL = text(
    "SELECT size, line FROM (SELECT DISTINCT ON (size, witness) size, witness, line FROM cosignature"
    " WHERE year = :year AND size > :after AND size <= :until ORDER BY size, witness, cosigned_at DESC)"
    " AS newest ORDER BY size, witness"
)

_COVERING = text(
    "SELECT year, size, root, note, signed_at FROM checkpoint JOIN cosignature USING (year, size)"
    " WHERE year = :year AND size >= :size ORDER BY size LIMIT 1"
)


class Cosignature(msgspec.Struct, frozen=True):
    """A witness's signature of a checkpoint; the fields are the columns of table `cosignature`."""

    year: int
    size: int
    witness: str
    cosigned_at: datetime
    line: str


class Standing(msgspec.Struct, frozen=True):
    """How far a witness follows a log; the fields are the columns of table `witness_standing`."""

    year: int
    witness: str
    size: int
    cosigned_at: datetime | None
    tried_at: datetime
    problem: str | None


async def become_submitter(connection: AsyncConnection) -> bool:
    """Be the only one who asks witnesses, until the transaction ends; False where somebody else is."""
    return bool((await connection.execute(_TRY_LOCK)).scalar_one())


async def standings(connection: AsyncConnection) -> list[Standing]:
    """Every witness's standing in every log, by year and name."""
    query = select(witness_standing).order_by(witness_standing.c.year, witness_standing.c.witness)
    return [Standing(*row) for row in await connection.execute(query)]


async def save(connection: AsyncConnection, made: Sequence[Cosignature], now: Sequence[Standing]) -> None:
    """Keep new cosignatures, and where the witnesses stand now."""
    await sets.insert(connection, cosignature, made, skip_existing=True)
    await sets.upsert(connection, witness_standing, now)


async def newest_note(connection: AsyncConnection, signed: SignedCheckpoint) -> bytes:
    """The checkpoint with the newest cosignature of each witness: how fresh the log is."""
    return await _note(connection, signed, newest=True)


async def first_note(connection: AsyncConnection, signed: SignedCheckpoint) -> bytes:
    """The checkpoint with the first cosignature of each witness: the same bytes at any time."""
    return await _note(connection, signed, newest=False)


async def lines_between(
    connection: AsyncConnection, year: int, after: int, until: int
) -> dict[int, list[str]]:
    """The newest line of each witness for the checkpoints with `after` < size <= `until`, by size."""
    found: dict[int, list[str]] = {}
    for size, line in await connection.execute(_ALL, {"year": year, "after": after, "until": until}):
        found.setdefault(size, []).append(line)
    return found


async def last_cosigned(connection: AsyncConnection, year: int) -> SignedCheckpoint | None:
    """The newest checkpoint of a year's log that a witness cosigned."""
    same = (checkpoint.c.year == cosignature.c.year) & (checkpoint.c.size == cosignature.c.size)
    query = select(checkpoint).join(cosignature, same).where(cosignature.c.year == year)
    row = (await connection.execute(query.order_by(cosignature.c.size.desc()).limit(1))).first()
    return None if row is None else SignedCheckpoint(*row)


async def first_cosigned(connection: AsyncConnection, year: int, size: int) -> SignedCheckpoint | None:
    """The smallest checkpoint of at least this size that a witness cosigned."""
    row = (await connection.execute(_COVERING, {"year": year, "size": size})).first()
    return None if row is None else SignedCheckpoint(*row)


def with_lines(note: str, lines: Sequence[str]) -> bytes:
    """A signed note with further signature lines."""
    return "".join((note, *(f"{line}\n" for line in lines))).encode()


async def _note(connection: AsyncConnection, signed: SignedCheckpoint, *, newest: bool) -> bytes:
    values = {"year": signed.year, "size": signed.size}
    rows = await connection.execute(_NEWEST if newest else _FIRST, values)
    return with_lines(signed.note, rows.scalars().all())
