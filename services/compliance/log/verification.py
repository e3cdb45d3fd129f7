"""Checking inclusion and consistency proofs (RFC 9162 sections 2.1.3.2 and 2.1.4.2).

Strict: sizes are compared before anything is hashed, and a proof with one hash too many or too few
is refused. Both functions return nothing and raise `ProofError`.
"""

from collections.abc import Sequence

from services.compliance.log.errors import ProofError
from services.compliance.log.merkle import node_hash, require_hashes


def verify_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> None:
    """Check that the leaf hash `leaf` is number `index` of the tree of `size` leaves under `root`."""
    if not 0 <= index < size:
        raise ProofError(f"leaf {index} is not in a tree of size {size}")
    require_hashes((leaf, *proof))
    position, last = index, size - 1
    result = leaf
    for sibling in proof:
        if last == 0:
            raise ProofError("surplus hashes in the inclusion proof")
        if position % 2 or position == last:
            result = node_hash(sibling, result)
            position, last = _climb_right_edge(position, last)
        else:
            result = node_hash(result, sibling)
        position, last = position >> 1, last >> 1
    if last != 0:
        raise ProofError("missing hashes in the inclusion proof")
    if result != root:
        raise ProofError("the inclusion proof leads to another root")


def verify_consistency(size1: int, size2: int, proof: Sequence[bytes], root1: bytes, root2: bytes) -> None:
    """Check that the tree (`size1`, `root1`) is a prefix of the tree (`size2`, `root2`).

    An empty first tree is refused: everything grows from nothing, so it would prove nothing.
    """
    if not 0 < size1 <= size2:
        raise ProofError(f"no consistency from size {size1} to {size2}")
    if size1 == size2:
        if proof:
            raise ProofError("surplus hashes in the consistency proof")
        if root1 != root2:
            raise ProofError("two roots for one size")
        return
    if not proof:
        raise ProofError("missing hashes in the consistency proof")
    require_hashes((root1, *proof))
    old, new = _consistency_roots(size1, size2, proof, root1)
    if old != root1:
        raise ProofError("the consistency proof leads to another first root")
    if new != root2:
        raise ProofError("the consistency proof leads to another second root")


def _consistency_roots(size1: int, size2: int, proof: Sequence[bytes], root1: bytes) -> tuple[bytes, bytes]:
    is_perfect = size1 & (size1 - 1) == 0
    seed, *rest = (root1, *proof) if is_perfect else proof
    position, last = size1 - 1, size2 - 1
    while position % 2:
        position, last = position >> 1, last >> 1
    old = new = seed
    for sibling in rest:
        if last == 0:
            raise ProofError("surplus hashes in the consistency proof")
        if position % 2 or position == last:
            old, new = node_hash(sibling, old), node_hash(sibling, new)
            position, last = _climb_right_edge(position, last)
        else:
            new = node_hash(new, sibling)
        position, last = position >> 1, last >> 1
    if last != 0:
        raise ProofError("missing hashes in the consistency proof")
    return old, new


def _climb_right_edge(position: int, last: int) -> tuple[int, int]:
    """Skip the levels where the node at the right edge has no sibling."""
    while position % 2 == 0 and position != 0:
        position, last = position >> 1, last >> 1
    return position, last
