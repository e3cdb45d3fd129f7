"""Tiles: where the nodes of the tree and its entries lie (C2SP tlog-tiles).

A hash tile holds up to 256 consecutive nodes of a level that is a multiple of eight; the rightmost
ones of a tree are partial. Entry bundles sit beside the tiles of level 0.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from services.compliance.log.errors import TileError
from services.compliance.log.merkle import NodeId

TILE_HEIGHT = 8
TILE_WIDTH = 256
_MAX_LEVEL = 63

_PATH = re.compile(r"tile/(entries|[0-9]{1,2})/((?:x[0-9]{3}/)*[0-9]{3})(?:\.p/([0-9]{1,3}))?")


@dataclass(frozen=True, slots=True, order=True)
class TileId:
    """A hash tile: its level (of tiles), its index in the level and how many hashes it holds."""

    level: int
    index: int
    width: int = TILE_WIDTH

    def __post_init__(self) -> None:
        if not 0 <= self.level <= _MAX_LEVEL:
            raise TileError(f"a tile's level is 0 to {_MAX_LEVEL}")
        _require_span(self.index, self.width)

    @property
    def path(self) -> str:
        """`tile/<L>/<N>[.p/<W>]` below the log's prefix."""
        return f"tile/{self.level}/{_span_path(self.index, self.width)}"

    @property
    def nodes(self) -> tuple[NodeId, ...]:
        """The tree's nodes whose hashes, concatenated, are the tile."""
        first = self.index * TILE_WIDTH
        return tuple(NodeId(self.level * TILE_HEIGHT, first + offset) for offset in range(self.width))


@dataclass(frozen=True, slots=True, order=True)
class BundleId:
    """An entry bundle: its index and how many entries it holds."""

    index: int
    width: int = TILE_WIDTH

    def __post_init__(self) -> None:
        _require_span(self.index, self.width)

    @property
    def path(self) -> str:
        """`tile/entries/<N>[.p/<W>]` below the log's prefix."""
        return f"tile/entries/{_span_path(self.index, self.width)}"

    @property
    def first_entry(self) -> int:
        """Index in the log of the bundle's first entry."""
        return self.index * TILE_WIDTH


def parse_path(path: str) -> TileId | BundleId:
    """The tile or bundle at `path`; TileError for any spelling but the one that `path` has."""
    match = _PATH.fullmatch(path)
    if match is None:
        raise TileError("no tile has this path")
    kind, span, width_text = match.groups()
    index = int(span.replace("x", "").replace("/", ""))
    width = TILE_WIDTH if width_text is None else int(width_text)
    found = BundleId(index, width) if kind == "entries" else TileId(int(kind), index, width)
    if found.path != path:
        raise TileError("no tile has this path")
    return found


def tiles_between(old_size: int, size: int) -> Iterator[TileId]:
    """The tiles that a tree of `size` has and the same tree at `old_size` did not have."""
    if not 0 <= old_size <= size:
        raise TileError(f"no growth from size {old_size} to {size}")
    level = 0
    while size:
        for index, width in _spans(old_size, size):
            yield TileId(level, index, width)
        level, old_size, size = level + 1, old_size // TILE_WIDTH, size // TILE_WIDTH


def bundles_between(old_size: int, size: int) -> Iterator[BundleId]:
    """The entry bundles that a log of `size` has and the same log at `old_size` did not have."""
    if not 0 <= old_size <= size:
        raise TileError(f"no growth from size {old_size} to {size}")
    for index, width in _spans(old_size, size):
        yield BundleId(index, width)


def _spans(old_count: int, count: int) -> Iterator[tuple[int, int]]:
    for index in range(old_count // TILE_WIDTH, -(-count // TILE_WIDTH)):
        width = min(TILE_WIDTH, count - index * TILE_WIDTH)
        if index * TILE_WIDTH + width > old_count:
            yield index, width


def _span_path(index: int, width: int) -> str:
    digits = str(index)
    digits = digits.zfill(-(-len(digits) // 3) * 3)
    groups = [digits[start : start + 3] for start in range(0, len(digits), 3)]
    name = "/".join([*(f"x{group}" for group in groups[:-1]), groups[-1]])
    return name if width == TILE_WIDTH else f"{name}.p/{width}"


def _require_span(index: int, width: int) -> None:
    if index < 0 or not 1 <= width <= TILE_WIDTH:
        raise TileError("a tile has an index from 0 and a width of 1 to 256")
