"""Following a log: a copy of its tiles that only ever grows, and so finds out when the log does not.

A mirror verifies what it takes: each new entry is hashed on top of the tree that it holds already, and the
result has to be the root that the log signed. The newest checkpoint is written last, so that an interrupted
run is as if it had not been.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from services.compliance.log.bundles import encode_bundle
from services.compliance.log.checkpoint import Checkpoint, OpenedCheckpoint, open_checkpoint
from services.compliance.log.errors import CheckpointError, TileError
from services.compliance.log.keys import Verifier
from services.compliance.log.merkle import EMPTY_ROOT, HASH_SIZE, Frontier, cover, leaf_hash
from services.compliance.log.paths import frontier_at
from services.compliance.log.tiled import CHECKPOINT, Resources, read_bundle, read_nodes, read_tile
from services.compliance.log.tiles import (
    TILE_HEIGHT,
    TILE_WIDTH,
    BundleId,
    TileId,
    bundles_between,
    tiles_between,
)

_AT_ONCE = 16


class Copy(Resources, Protocol):
    """The mirror's own resources."""

    async def write(self, path: str, data: bytes) -> None:
        """Put bytes at a path, whole or not at all."""
        ...

    async def remove(self, path: str) -> None:
        """Take a path away, where it is there."""
        ...


def kept_path(size: int) -> str:
    """Where a mirror keeps the checkpoints that it followed."""
    return f"checkpoints/{size}"


async def follow(
    log: Resources,
    copy: Copy,
    log_key: Verifier,
    witnesses: Sequence[Verifier] = (),
    quorum: int = 0,
) -> tuple[Checkpoint, Checkpoint]:
    """Bring the mirror up to the log's checkpoint; returns where the mirror was and where it is.

    Raises CheckpointError or NoteError where the log's checkpoint is not trusted, was rolled back, or
    contradicts what the mirror holds; TileError where resources are missing.
    """
    note = await log.read(CHECKPOINT)
    if note is None:
        raise CheckpointError("the log has no checkpoint")
    later = open_checkpoint(note, log_key, witnesses, quorum).checkpoint
    kept = await opened_copy(copy, log_key)
    earlier = kept.checkpoint if kept else Checkpoint(log_key.name, 0, EMPTY_ROOT)
    if later.size < earlier.size:
        raise CheckpointError(f"the log was rolled back: the mirror has {earlier.size}, it has {later.size}")
    mirroring = _Mirroring(log, copy, await _frontier(copy, earlier))
    await mirroring.take(later.size)
    if mirroring.frontier.root() != later.root:
        raise CheckpointError(
            f"the log was rewritten: on top of the mirror's {earlier.size} entries, its own do not lead to"
            f" the root that it signed at {later.size}"
        )
    await mirroring.write_upper_tiles(earlier.size)
    await copy.write(kept_path(later.size), note)
    await copy.write(CHECKPOINT, note)
    await _remove_partial(copy, earlier.size, later.size)
    return earlier, later


async def opened_copy(copy: Resources, log_key: Verifier) -> OpenedCheckpoint | None:
    """The mirror's newest checkpoint; None where it is new. Raises as `open_checkpoint`."""
    note = await copy.read(CHECKPOINT)
    return None if note is None else open_checkpoint(note, log_key)


async def _frontier(copy: Resources, at: Checkpoint) -> Frontier:
    frontier = frontier_at(at.size, await read_nodes(copy, cover(0, at.size), at.size))
    if frontier.root() != at.root:
        raise TileError("the mirror's own tiles do not lead to the checkpoint that it keeps: it was altered")
    return frontier


@dataclass(slots=True)
class _Mirroring:
    log: Resources
    copy: Copy
    frontier: Frontier
    upper: dict[int, list[bytes]] = field(default_factory=dict)
    """Nodes of tiles above the first level that were completed by now, by level of tiles, in order."""

    async def take(self, size: int) -> None:
        """Take the entries up to `size`: bundles and first tiles are written, the frontier grows."""
        bundles = list(bundles_between(self.frontier.size, size))
        for first in range(0, len(bundles), _AT_ONCE):
            chunk = bundles[first : first + _AT_ONCE]
            read = await asyncio.gather(*(read_bundle(self.log, bundle) for bundle in chunk))
            for bundle, entries in zip(chunk, read, strict=True):
                await self._take_bundle(bundle, entries)

    async def _take_bundle(self, bundle: BundleId, entries: Sequence[bytes]) -> None:
        hashes = [leaf_hash(entry) for entry in entries]
        known = self.frontier.size - bundle.first_entry
        if known:
            tile = TileId(0, bundle.index, known)
            if b"".join(hashes[:known]) != await read_tile(self.copy, tile):
                raise CheckpointError(f"entries of {bundle.path} are not those that the mirror has")
        growth = self.frontier.append(hashes[known:])
        for row in growth.rows:
            tile_level, rest = divmod(row.level, TILE_HEIGHT)
            if tile_level and not rest:
                self.upper.setdefault(tile_level, []).extend(row.hashes)
        self.frontier = growth.frontier
        await self.copy.write(bundle.path, encode_bundle(bundle, entries))
        await self.copy.write(TileId(0, bundle.index, bundle.width).path, b"".join(hashes))

    async def write_upper_tiles(self, old_size: int) -> None:
        """Write the tiles above the first level that the growth made or filled."""
        for tile in tiles_between(old_size, self.frontier.size):
            if tile.level:
                await self.copy.write(tile.path, await self._tile(tile, old_size))

    async def _tile(self, tile: TileId, old_size: int) -> bytes:
        before = old_size >> (tile.level * TILE_HEIGHT)
        first = tile.index * TILE_WIDTH
        fresh = self.upper[tile.level][max(0, first - before) : first + tile.width - before]
        known = max(0, before - first)
        begin = await read_tile(self.copy, TileId(tile.level, tile.index, known)) if known else b""
        return begin[: known * HASH_SIZE] + b"".join(fresh)


async def _remove_partial(copy: Copy, old_size: int, size: int) -> None:
    """Take away the partial tiles and bundles that larger ones took the place of."""
    if old_size == size:
        return
    for level in range(8):
        index, width = divmod(old_size >> (level * TILE_HEIGHT), TILE_WIDTH)
        if width and size >> (level * TILE_HEIGHT) != old_size >> (level * TILE_HEIGHT):
            await copy.remove(TileId(level, index, width).path)
    index, width = divmod(old_size, TILE_WIDTH)
    if width:
        await copy.remove(BundleId(index, width).path)
