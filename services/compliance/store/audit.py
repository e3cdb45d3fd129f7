"""A stored log as the auditor reads it, in one consistent snapshot."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from services.compliance.log.audit import AuditReport, Demands, audit
from services.compliance.log.audit_source import StoredCheckpoint, StoredEntry
from services.compliance.log.errors import TileError
from services.compliance.log.keys import Verifier
from services.compliance.log.merkle import root_of
from services.compliance.log.tile_nodes import split_tile
from services.compliance.log.tiles import TileId
from services.compliance.store import acts, cosignatures, log
from services.compliance.store.cosignatures import with_lines
from services.compliance.tables import ruleset

_BEYOND = 100
_LARGEST = 2**63 - 1

_ENTRIES = text(
    "SELECT e.leaf_index, e.event_id, e.leaf_hash, e.entry, p.salt, p.body FROM log_entry e"
    " LEFT JOIN payload p ON p.year = e.year AND p.leaf_index = e.leaf_index"
    " WHERE e.year = :year AND e.leaf_index >= :first ORDER BY e.leaf_index LIMIT :count"
)
_CHECKPOINTS = text(
    "SELECT size, root, note FROM checkpoint WHERE year = :year AND size > :after"
    " AND (CAST(:until AS bigint) IS NULL OR size <= :until) ORDER BY size LIMIT :count"
)
_TILES = text(
    "SELECT tile_index, hashes, root FROM log_tile WHERE year = :year AND level = :level"
    " AND tile_index >= :first AND tile_index < :end ORDER BY tile_index"
)
_NUMBERED = text("SELECT subject, leaves FROM subject_head WHERE year = :year ORDER BY subject")


@dataclass(slots=True)
class StoredLog:
    """The log of a year; a LogSource."""

    connection: AsyncConnection
    year: int
    has_payloads: bool = True

    async def size(self) -> int:
        """What the head says."""
        return (await log.heads(self.connection)).get(self.year, 0)

    async def entries(self, first: int, end: int) -> Sequence[StoredEntry]:
        """Entries from `first` on, at most as many as the range is long."""
        values = {"year": self.year, "first": first, "count": end - first}
        return [StoredEntry(*row) for row in await self.connection.execute(_ENTRIES, values)]

    async def checkpoints(self, after: int, until: int | None) -> Sequence[StoredCheckpoint]:
        """Checkpoints with `after` < size <= `until`, with their cosignatures."""
        count = _BEYOND if until is None else until - after
        values = {"year": self.year, "after": after, "until": until, "count": count}
        rows = (await self.connection.execute(_CHECKPOINTS, values)).all()
        lines = await cosignatures.lines_between(self.connection, self.year, after, until or _LARGEST)
        return [
            StoredCheckpoint(size, root, with_lines(note, lines.get(size, ()))) for size, root, note in rows
        ]

    async def tile_roots(self, level: int, first: int, end: int) -> Mapping[int, bytes]:
        """The roots of tiles whose stored root and hashes agree."""
        values = {"year": self.year, "level": level, "first": first, "end": end}
        rows = await self.connection.execute(_TILES, values)
        return {index: root for index, hashes, root in rows if _root(TileId(level, index), hashes) == root}

    async def numbered(self) -> AsyncIterator[tuple[bytes, int]]:
        """The counters of the year."""
        async with self.connection.stream(_NUMBERED, {"year": self.year}) as rows:
            async for subject, leaves in rows:
                yield subject, leaves

    async def unlogged(self) -> Mapping[str, int]:
        """Acts without a leaf in any year's log."""
        return await acts.unlogged(self.connection)

    async def rulesets(self) -> Mapping[str, str]:
        """The digest of each set of packs on file, recomputed, by the digest that it is kept under."""
        rows = await self.connection.execute(select(ruleset.c.digest, ruleset.c.packs))
        return {digest: _digest_of(packs) for digest, packs in rows}


async def audit_log(
    engine: AsyncEngine,
    year: int,
    log_key: Verifier,
    demands: Demands = Demands(),  # noqa: B008
) -> AuditReport:
    """Audit the log of a year as it is at one moment, while the service goes on working."""
    async with engine.connect() as connection:
        snapshot = await connection.execution_options(isolation_level="REPEATABLE READ")
        async with snapshot.begin():
            return await audit(StoredLog(snapshot, year), log_key, demands)


async def years(engine: AsyncEngine) -> list[int]:
    """The years that have a log."""
    async with engine.connect() as connection:
        return list(await log.heads(connection))


def _digest_of(packs: Mapping[str, str]) -> str:
    """The name of these packs together: over the name and digest of each, in order, a line each."""
    return sha256("".join(f"{tag} {digest}\n" for tag, digest in sorted(packs.items())).encode()).hexdigest()


def _root(tile: TileId, hashes: bytes) -> bytes | None:
    try:
        return root_of(split_tile(tile, hashes))
    except TileError:
        return None
