"""The tree as RFC 6962 defines it, slow and recursive, to hold the real one against; trees to test with."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from services.compliance.log.merkle import Frontier, NodeId, leaf_hash

SIZES = (1, 2, 3, 7, 8, 15, 255, 256, 257, 511, 700)


def reference_root(hashes: Sequence[bytes]) -> bytes:
    """MTH of RFC 6962 section 2.1, over leaf hashes."""
    if not hashes:
        return hashlib.sha256(b"").digest()
    if len(hashes) == 1:
        return hashes[0]
    k = reference_split(len(hashes))
    return hashlib.sha256(b"\x01" + reference_root(hashes[:k]) + reference_root(hashes[k:])).digest()


def reference_path(index: int, hashes: Sequence[bytes]) -> list[bytes]:
    """PATH of RFC 6962 section 2.1.1."""
    if len(hashes) == 1:
        return []
    k = reference_split(len(hashes))
    if index < k:
        return [*reference_path(index, hashes[:k]), reference_root(hashes[k:])]
    return [*reference_path(index - k, hashes[k:]), reference_root(hashes[:k])]


def reference_consistency(size1: int, hashes: Sequence[bytes], whole: bool = True) -> list[bytes]:
    """PROOF and SUBPROOF of RFC 6962 section 2.1.2."""
    if size1 == len(hashes):
        return [] if whole else [reference_root(hashes)]
    k = reference_split(len(hashes))
    if size1 <= k:
        return [*reference_consistency(size1, hashes[:k], whole), reference_root(hashes[k:])]
    return [*reference_consistency(size1 - k, hashes[k:], False), reference_root(hashes[:k])]


def reference_split(width: int) -> int:
    k = 1
    while k * 2 < width:
        k *= 2
    return k


def leaves(count: int, salt: str = "") -> list[bytes]:
    """Different leaf hashes."""
    return [leaf_hash(f"{salt}{number}".encode()) for number in range(count)]


@dataclass
class Tree:
    """A whole tree in memory: every complete node by its coordinates."""

    hashes: list[bytes]
    nodes: dict[NodeId, bytes]

    def root(self, size: int | None = None) -> bytes:
        return reference_root(self.hashes[:size])


def tree_of(hashes: Sequence[bytes]) -> Tree:
    return Tree(list(hashes), dict(Frontier().append(hashes).nodes()))


def flip(data: bytes, bit: int) -> bytes:
    """`data` with one bit inverted."""
    changed = bytearray(data)
    changed[bit // 8] ^= 1 << (bit % 8)
    return bytes(changed)
