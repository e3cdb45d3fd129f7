"""The Merkle tree of the audit log (RFC 6962 section 2.1): hashes, roots, and checking proofs.

Written for the reader of a log: nothing here is shared with the service that writes it, so that the console's
tick does not rest on the code that it checks.
"""

import hashlib
from collections.abc import Iterable, Sequence

EMPTY = hashlib.sha256().digest()


class ProofError(Exception):
    """Something does not hold. The message says what."""


def leaf_hash(entry: bytes) -> bytes:
    """The hash of an entry as a leaf."""
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of two subtrees side by side."""
    return hashlib.sha256(b"\x01" + left + right).digest()


class GrowingTree:
    """A root that is computed leaf by leaf; holds one hash for each power of two in its size."""

    def __init__(self) -> None:
        self.size = 0
        self._subtrees: list[tuple[int, bytes]] = []

    def append(self, entries: Iterable[bytes]) -> None:
        """Add these entries as leaves."""
        for entry in entries:
            width, digest = 1, leaf_hash(entry)
            while self._subtrees and self._subtrees[-1][0] == width:
                width, digest = width * 2, node_hash(self._subtrees.pop()[1], digest)
            self._subtrees.append((width, digest))
            self.size += 1

    @property
    def root(self) -> bytes:
        """The root over all leaves so far."""
        if not self._subtrees:
            return EMPTY
        *others, (_, digest) = self._subtrees
        for _, left in reversed(others):
            digest = node_hash(left, digest)
        return digest


def check_inclusion(leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes) -> None:
    """That the leaf hash is number `index` of the tree with this size and root; ProofError otherwise."""
    if not 0 <= index < size:
        raise ProofError("the entry lies outside the signed log")
    _require_hashes(leaf, root, *path)
    remaining = list(path)
    if _climb(leaf, index, size, remaining) != root or remaining:
        raise ProofError("the entry is not in the signed log")


def check_consistency(old: tuple[int, bytes], new: tuple[int, bytes], proof: Sequence[bytes]) -> None:
    """That the tree (size, root) of `old` is the beginning of that of `new`; ProofError otherwise."""
    (old_size, old_root), (new_size, new_root) = old, new
    if not 0 < old_size <= new_size:
        raise ProofError("the log shrank, or there is nothing to compare with")
    _require_hashes(old_root, new_root, *proof)
    if old_size == new_size:
        if proof or old_root != new_root:
            raise ProofError("two roots for one size")
        return
    remaining = list(proof)
    found = _join(old_size, new_size, old_root, remaining, whole=True)
    if found != (old_root, new_root) or remaining:
        raise ProofError("the log was rewritten")


def _climb(leaf: bytes, index: int, size: int, path: list[bytes]) -> bytes:
    """The root that the leaf and its path lead to; uses the path up from its end."""
    if size == 1:
        return leaf
    split = 1 << ((size - 1).bit_length() - 1)
    sibling = _last(path)
    if index < split:
        return node_hash(_climb(leaf, index, split, path), sibling)
    return node_hash(sibling, _climb(leaf, index - split, size - split, path))


def _join(
    old_size: int, new_size: int, old_root: bytes, proof: list[bytes], *, whole: bool
) -> tuple[bytes, bytes]:
    """Old and new hash of a subtree (RFC 6962 section 2.1.2, read backwards); uses the proof up.

    `whole`: the old tree is all that lies in it, so that its hash is the old root itself.
    """
    if old_size == new_size:
        digest = old_root if whole else _last(proof)
        return digest, digest
    split = 1 << ((new_size - 1).bit_length() - 1)
    sibling = _last(proof)
    if old_size <= split:
        old, new = _join(old_size, split, old_root, proof, whole=whole)
        return old, node_hash(new, sibling)
    old, new = _join(old_size - split, new_size - split, old_root, proof, whole=False)
    return node_hash(sibling, old), node_hash(sibling, new)


def _require_hashes(*hashes: bytes) -> None:
    if any(len(digest) != 32 for digest in hashes):
        raise ProofError("a hash has not 32 bytes")


def _last(hashes: list[bytes]) -> bytes:
    if not hashes:
        raise ProofError("the proof is too short")
    return hashes.pop()
