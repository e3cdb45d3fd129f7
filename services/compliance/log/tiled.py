"""Reading a log that others serve as tiles: a web server, a folder, a bundle of files (C2SP tlog-tiles)."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Protocol

from services.compliance.log.audit_source import StoredCheckpoint, StoredEntry
from services.compliance.log.bundles import MAX_ENTRY_SIZE, decode_bundle
from services.compliance.log.errors import TileError
from services.compliance.log.leaf import decode_entry
from services.compliance.log.merkle import HASH_SIZE, NodeId, root_of
from services.compliance.log.paths import ProofPlan
from services.compliance.log.tile_nodes import TileNodes, split_tile, tiles_for
from services.compliance.log.tiles import TILE_WIDTH, BundleId, TileId

CHECKPOINT = "checkpoint"
LARGEST_RESOURCE = TILE_WIDTH * (MAX_ENTRY_SIZE + 2)
"""Bytes in the largest bundle that there can be; a reader need not take more from a stranger."""


class Resources(Protocol):
    """The static resources below a log's prefix."""

    async def read(self, path: str) -> bytes | None:
        """The bytes at a path, None where there is nothing."""
        ...


async def read_tile(resources: Resources, tile: TileId) -> bytes:
    """A tile's bytes. A partial one that is gone is cut out of the full one. TileError where missing."""
    data = await resources.read(tile.path)
    if data is None and tile.width < TILE_WIDTH:
        whole = await resources.read(TileId(tile.level, tile.index).path)
        data = None if whole is None else whole[: tile.width * HASH_SIZE]
    if data is None:
        raise TileError(f"{tile.path} is missing")
    return data


async def read_bundle(resources: Resources, bundle: BundleId) -> tuple[bytes, ...]:
    """A bundle's entries. A partial one that is gone is cut out of the full one. TileError where missing."""
    data = await resources.read(bundle.path)
    if data is not None:
        return decode_bundle(bundle, data)
    whole = BundleId(bundle.index)
    data = await resources.read(whole.path) if bundle.width < TILE_WIDTH else None
    if data is None:
        raise TileError(f"{bundle.path} is missing")
    return decode_bundle(whole, data)[: bundle.width]


async def read_nodes(resources: Resources, nodes: Sequence[NodeId], size: int) -> TileNodes:
    """The lookup of these nodes in the tree of `size`. TileError where a tile is missing."""
    tiles = tiles_for(nodes, size)
    data = await asyncio.gather(*(read_tile(resources, tile) for tile in tiles))
    return TileNodes(size, dict(zip(tiles, data, strict=True)))


async def prove_from_tiles(resources: Resources, plan: ProofPlan, size: int) -> tuple[bytes, ...]:
    """The hashes of a proof in the tree of `size`; as trustworthy as the tiles until it is verified."""
    return plan.hashes(await read_nodes(resources, plan.nodes, size))


class TiledLog:
    """A tiled log up to its newest checkpoint, as an auditor reads it; a LogSource without payloads."""

    has_payloads = False

    def __init__(self, resources: Resources, checkpoints: Sequence[StoredCheckpoint]) -> None:
        """`checkpoints`, at least one, are not verified here."""
        self._resources = resources
        self._checkpoints = sorted(checkpoints, key=lambda checkpoint: checkpoint.size)
        self._size = self._checkpoints[-1].size

    async def size(self) -> int:
        """What the newest checkpoint says."""
        return self._size

    async def entries(self, first: int, end: int) -> Sequence[StoredEntry]:
        """Entries from `first`, the begin of a bundle, on; their hashes are those of the tiles."""
        if first >= self._size:
            return []
        bundles = [
            BundleId(index, min(TILE_WIDTH, self._size - index * TILE_WIDTH))
            for index in range(first // TILE_WIDTH, -(-min(end, self._size) // TILE_WIDTH))
        ]
        read = await asyncio.gather(*(self._bundle(bundle) for bundle in bundles))
        return [entry for entries in read for entry in entries]

    async def checkpoints(self, after: int, until: int | None) -> Sequence[StoredCheckpoint]:
        """Checkpoints with `after` < size <= `until`."""
        end = self._size if until is None else until
        return [checkpoint for checkpoint in self._checkpoints if after < checkpoint.size <= end]

    async def tile_roots(self, level: int, first: int, end: int) -> Mapping[int, bytes]:
        """The roots of full tiles; one that is missing or has the wrong length is left out."""
        roots = await asyncio.gather(*(self._root(TileId(level, index)) for index in range(first, end)))
        return {index: root for index, root in zip(range(first, end), roots, strict=True) if root is not None}

    async def numbered(self) -> AsyncIterator[tuple[bytes, int]]:
        """Counters are not to see from outside."""
        nothing: tuple[tuple[bytes, int], ...] = ()
        for one in nothing:
            yield one

    async def unlogged(self) -> Mapping[str, int]:
        """Facts without a leaf are not to see from outside."""
        return {}

    async def rulesets(self) -> Mapping[str, str] | None:
        """Packs are not to see from outside."""
        return None

    async def _bundle(self, bundle: BundleId) -> list[StoredEntry]:
        entries, tile = await asyncio.gather(
            read_bundle(self._resources, bundle),
            read_tile(self._resources, TileId(0, bundle.index, bundle.width)),
        )
        hashes = split_tile(TileId(0, bundle.index, bundle.width), tile)
        return [
            StoredEntry(bundle.first_entry + place, _id_of(entry), digest, entry, None, None)
            for place, (entry, digest) in enumerate(zip(entries, hashes, strict=True))
        ]

    async def _root(self, tile: TileId) -> bytes | None:
        try:
            return root_of(split_tile(tile, await read_tile(self._resources, tile)))
        except TileError:
            return None


def _id_of(entry: bytes) -> str:
    """The fact that an entry names: outside the store there is no second place that says it."""
    try:
        return str(decode_entry(entry).get("id"))
    except ValueError:
        return ""
