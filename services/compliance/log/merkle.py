"""Merkle tree hashes and the frontier of a growing tree (RFC 6962 section 2.1).

A node is named by its level and its position in the level: (level, position) is the root of the perfect
subtree over the leaves [position * 2**level, (position + 1) * 2**level).
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from services.compliance.log.errors import ProofError

HASH_SIZE = 32
EMPTY_ROOT = hashlib.sha256(b"").digest()

_LEAF_PREFIX = b"\x00"
_NODE_PREFIX = b"\x01"


class NodeId(NamedTuple):
    """Coordinates of a perfect subtree: leaves are level 0."""

    level: int
    position: int


class CompletedRow(NamedTuple):
    """Consecutive nodes of one level that an append completed."""

    level: int
    first_position: int
    hashes: tuple[bytes, ...]


def leaf_hash(entry: bytes) -> bytes:
    """Hash of a leaf: SHA-256(0x00 || entry)."""
    return hashlib.sha256(_LEAF_PREFIX + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash of an inner node: SHA-256(0x01 || left || right)."""
    return hashlib.sha256(_NODE_PREFIX + left + right).digest()


def require_hashes(hashes: Sequence[bytes]) -> None:
    """ProofError unless each is as long as a SHA-256 hash."""
    if any(len(digest) != HASH_SIZE for digest in hashes):
        raise ProofError(f"a hash has {HASH_SIZE} bytes")


def root_of(leaf_hashes: Sequence[bytes]) -> bytes:
    """Merkle tree hash over leaf hashes; SHA-256 of nothing for no leaves."""
    return Frontier().append(leaf_hashes).frontier.root()


def cover(begin: int, end: int) -> tuple[NodeId, ...]:
    """The perfect subtrees, largest first, whose fold is the hash of leaves [begin, end).

    `begin` has to be aligned as the left edge of a subtree is; an empty range has no subtrees.
    """
    nodes = []
    while begin < end:
        level = (end - begin).bit_length() - 1
        if begin & ((1 << level) - 1):
            raise ProofError(f"leaves {begin} to {end} are no subtree")
        nodes.append(NodeId(level, begin >> level))
        begin += 1 << level
    return tuple(nodes)


def fold(hashes: Sequence[bytes]) -> bytes:
    """Hash of adjacent subtrees given largest first, joined from the right edge."""
    if not hashes:
        return EMPTY_ROOT
    *left_hashes, result = hashes
    for left in reversed(left_hashes):
        result = node_hash(left, result)
    return result


@dataclass(frozen=True, slots=True)
class Frontier:
    """All that appending needs of a tree: its size and its perfect subtrees, largest first.

    One hash for each set bit of `size`, at most 64; a compact range from leaf 0.
    """

    size: int = 0
    hashes: tuple[bytes, ...] = ()

    def __post_init__(self) -> None:
        if self.size < 0 or len(self.hashes) != self.size.bit_count():
            raise ProofError(f"a frontier of size {self.size} has {self.size.bit_count()} hashes")
        require_hashes(self.hashes)

    def root(self) -> bytes:
        """Root hash of the tree at this size."""
        return fold(self.hashes)

    def append(self, leaf_hashes: Sequence[bytes]) -> "Growth":
        """The frontier after these leaf hashes, and every node they completed."""
        require_hashes(leaf_hashes)
        waiting = {node.level: h for node, h in zip(cover(0, self.size), self.hashes, strict=True)}
        rows = []
        level, fresh = 0, list(leaf_hashes)
        while fresh:
            rows.append(CompletedRow(level, self.size >> level, tuple(fresh)))
            left = waiting.pop(level, None)
            chain = fresh if left is None else [left, *fresh]
            if len(chain) % 2:
                waiting[level] = chain[-1]
            fresh = _parents(chain)
            level += 1
        hashes = tuple(waiting[level] for level in sorted(waiting, reverse=True))
        return Growth(Frontier(self.size + len(leaf_hashes), hashes), tuple(rows))


class Growth(NamedTuple):
    """The outcome of an append: the next frontier and the completed nodes, row by row from the leaves."""

    frontier: Frontier
    rows: tuple[CompletedRow, ...]

    def nodes(self) -> Iterator[tuple[NodeId, bytes]]:
        """Every completed node with its hash; the leaves come first."""
        for row in self.rows:
            for offset, digest in enumerate(row.hashes):
                yield NodeId(row.level, row.first_position + offset), digest


def _parents(chain: list[bytes]) -> list[bytes]:
    # Inlined rather than calling node_hash: this is the append's inner loop. An odd last one waits.
    sha256 = hashlib.sha256
    pairs = zip(chain[::2], chain[1::2], strict=False)
    return [sha256(b"\x01" + left + right).digest() for left, right in pairs]
