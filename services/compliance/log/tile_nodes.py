"""Node hashes, and so every proof, out of tiles alone (C2SP tlog-tiles, section Merkle Tree)."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from services.compliance.log.errors import TileError
from services.compliance.log.merkle import HASH_SIZE, Frontier, NodeId
from services.compliance.log.tiles import TILE_HEIGHT, TILE_WIDTH, TileId


class TileSlice(NamedTuple):
    """The hashes of a tile that lie below one node."""

    tile: TileId
    first: int
    length: int


def locate(node: NodeId, size: int) -> TileSlice:
    """The part of a tile of the tree of `size` that hashes to `node`."""
    if node.level < 0 or node.position < 0 or (node.position + 1) << node.level > size:
        raise TileError(f"node {node.level}/{node.position} is not complete in a tree of size {size}")
    tile_level, height = divmod(node.level, TILE_HEIGHT)
    first = node.position << height
    tile_index, offset = divmod(first, TILE_WIDTH)
    row_length = size >> (tile_level * TILE_HEIGHT)
    width = min(TILE_WIDTH, row_length - tile_index * TILE_WIDTH)
    return TileSlice(TileId(tile_level, tile_index, width), offset, 1 << height)


def tiles_for(nodes: Iterable[NodeId], size: int) -> tuple[TileId, ...]:
    """The tiles to fetch, none twice, to know these nodes of the tree of `size`."""
    return tuple(sorted({locate(node, size).tile for node in nodes}))


class TileNodes:
    """The node lookup of the tree of `size`, reading fetched tiles.

    Hashes are as trustworthy as the tiles: whoever fetched them from a stranger verifies the proof
    made of them against a signed root.
    """

    def __init__(self, size: int, tiles: Mapping[TileId, bytes]) -> None:
        self._size = size
        self._tiles = tiles

    def __call__(self, node: NodeId) -> bytes:
        """Hash of `node`; TileError where its tile is missing or has the wrong length."""
        tile, first, length = locate(node, self._size)
        data = self._tiles.get(tile)
        if data is None:
            raise TileError(f"{tile.path} is missing")
        hashes = split_tile(tile, data)[first : first + length]
        return Frontier().append(hashes).frontier.root()


def split_tile(tile: TileId, data: bytes) -> tuple[bytes, ...]:
    """The hashes in a tile's bytes; TileError unless there are as many as its width says."""
    if len(data) != tile.width * HASH_SIZE:
        raise TileError(f"{tile.path} has {len(data)} bytes instead of {tile.width * HASH_SIZE}")
    return tuple(data[start : start + HASH_SIZE] for start in range(0, len(data), HASH_SIZE))
