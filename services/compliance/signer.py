"""Signs the log: every second, by one process at a time, and only what grew out of what was signed."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from services.compliance.log.checkpoint import Checkpoint, sign_checkpoint, verify_growth
from services.compliance.log.errors import CheckpointError
from services.compliance.log.keys import Signer
from services.compliance.log.merkle import Frontier, Growth, cover
from services.compliance.log.paths import ProofPlan, plan_consistency
from services.compliance.log.tiles import TILE_HEIGHT, TILE_WIDTH
from services.compliance.store import tree
from services.compliance.store.tree import FullTile, SignedCheckpoint
from shared.contracts.conduct import CheckpointSigned
from shared.stream.transaction import Transactions
from shared.stream.work import Work

log = structlog.get_logger()
CHUNK = 100 * TILE_WIDTH


@dataclass(slots=True)
class CheckpointSigner:
    """Remembers the frontier of each log, so that signing costs what was appended and no more."""

    transactions: Transactions
    signer_of: Callable[[int], Signer]
    seconds: float = 1.0
    _frontiers: dict[int, Frontier] = field(default_factory=dict)

    async def run(self) -> None:
        """Sign for ever. Raises CheckpointError where the log is not what was signed; it signs no more."""
        while True:
            await self.step()
            await asyncio.sleep(self.seconds)

    async def step(self) -> int:
        """Sign each log that has grown; how many. Does nothing while another process is the signer."""
        async with self.transactions.engine.connect() as connection:
            if not await tree.outgrown(connection):
                return 0
        async with self.transactions.begin() as work:
            if not await tree.become_signer(work.connection):
                return 0
            grown = await tree.outgrown(work.connection)
            signed = {year: await self._sign(year, size, work) for year, size in grown}
        self._frontiers.update(signed)
        return len(signed)

    async def _sign(self, year: int, size: int, work: Work) -> Frontier:
        signer = self.signer_of(year)
        origin = signer.verifier.name
        last = await tree.last_checkpoint(work.connection, year)
        earlier = Checkpoint(origin, last.size, last.root) if last else None
        try:
            frontier = await self._grown(work.connection, year, size, earlier)
            later = Checkpoint(origin, size, frontier.root())
            await _check(work.connection, year, earlier, later)
        except CheckpointError:
            log.error("log.inconsistent", origin=origin, size=size)
            raise
        note = sign_checkpoint(later, signer).decode()
        await tree.save_checkpoint(work.connection, SignedCheckpoint(year, size, later.root, note, work.now))
        event = CheckpointSigned(
            origin=origin, size=size, root=later.root.hex(), note=note, signed_at=work.now
        )
        work.emit(event, key=origin)
        return frontier

    async def _grown(
        self, connection: AsyncConnection, year: int, size: int, earlier: Checkpoint | None
    ) -> Frontier:
        """The frontier at `size`; full tiles are kept on the way."""
        frontier = await self._frontier(connection, year, earlier)
        while frontier.size < size:
            first = frontier.size // TILE_WIDTH * TILE_WIDTH
            end = min(size, first + CHUNK)
            hashes = await tree.leaf_hashes(connection, year, first, end)
            if len(hashes) != end - first:
                raise CheckpointError(f"leaves are missing between {first} and {end}")
            growth = frontier.append(hashes[frontier.size - first :])
            await _keep_tiles(connection, year, growth, hashes)
            frontier = growth.frontier
        return frontier

    async def _frontier(self, connection: AsyncConnection, year: int, earlier: Checkpoint | None) -> Frontier:
        """The frontier at the last checkpoint: remembered, or from what is stored."""
        if earlier is None:
            return Frontier()
        frontier = self._frontiers.get(year)
        if frontier is None or frontier.size != earlier.size:
            nodes = cover(0, earlier.size)
            plan = ProofPlan(tuple((node,) for node in nodes))
            frontier = Frontier(earlier.size, await tree.prove(connection, year, plan, earlier.size))
        if frontier.root() != earlier.root:
            raise CheckpointError(f"the stored log has another root at size {earlier.size} than was signed")
        return frontier


async def _check(
    connection: AsyncConnection, year: int, earlier: Checkpoint | None, later: Checkpoint
) -> None:
    """The proof that anybody could make from the stored tiles has to join the two checkpoints."""
    if earlier is None:
        return
    plan = plan_consistency(earlier.size, later.size)
    verify_growth(earlier, later, await tree.prove(connection, year, plan, later.size))


async def _keep_tiles(connection: AsyncConnection, year: int, growth: Growth, leaves: list[bytes]) -> None:
    """Keep the tiles that this growth filled; `leaves` begin at the edge of a tile."""
    rows = {row.level: row for row in growth.rows}
    level = 0
    while (roots := rows.get((level + 1) * TILE_HEIGHT)) is not None:
        first = roots.first_position
        below = leaves
        if level:
            end = (growth.frontier.size >> (level * TILE_HEIGHT)) // TILE_WIDTH * TILE_WIDTH
            below = await tree.tile_roots(connection, year, level - 1, first * TILE_WIDTH, end)
        made = [
            FullTile(
                year,
                level,
                first + place,
                b"".join(below[place * TILE_WIDTH : (place + 1) * TILE_WIDTH]),
                root,
            )
            for place, root in enumerate(roots.hashes)
        ]
        await tree.save_tiles(connection, made)
        level += 1
