"""Making inclusion and consistency proofs (RFC 6962 sections 2.1.1 and 2.1.2).

A proof is planned first, so that a store can load all its nodes in one query, and hashed after.
"""

from collections.abc import Callable
from dataclasses import dataclass

from services.compliance.log.errors import ProofError
from services.compliance.log.merkle import Frontier, NodeId, cover, fold

Lookup = Callable[[NodeId], bytes]
"""Hash of a complete node of the tree; raises where the node is missing."""


@dataclass(frozen=True, slots=True)
class ProofPlan:
    """A proof before it is hashed: for each hash the perfect subtrees it folds, largest first."""

    parts: tuple[tuple[NodeId, ...], ...]

    @property
    def nodes(self) -> tuple[NodeId, ...]:
        """Every stored node that the proof needs; none twice."""
        return tuple(node for part in self.parts for node in part)

    def hashes(self, lookup: Lookup) -> tuple[bytes, ...]:
        """The proof, from the leaf's side up."""
        return tuple(fold([lookup(node) for node in part]) for part in self.parts)


def plan_inclusion(index: int, size: int) -> ProofPlan:
    """Plan the audit path of leaf `index` in the tree of `size` leaves (section 2.1.1)."""
    if not 0 <= index < size:
        raise ProofError(f"leaf {index} is not in a tree of size {size}")
    begin, end = 0, size
    siblings = []
    while end - begin > 1:
        middle = begin + _split(end - begin)
        if index < middle:
            siblings.append(cover(middle, end))
            end = middle
        else:
            siblings.append(cover(begin, middle))
            begin = middle
    return ProofPlan(tuple(reversed(siblings)))


def plan_consistency(size1: int, size2: int) -> ProofPlan:
    """Plan the proof that the tree of `size1` is a prefix of that of `size2` (section 2.1.2)."""
    if not 0 < size1 <= size2:
        raise ProofError(f"no consistency proof from size {size1} to {size2}")
    begin, end = 0, size2
    siblings = []
    while size1 < end:
        middle = begin + _split(end - begin)
        if size1 <= middle:
            siblings.append(cover(middle, end))
            end = middle
        else:
            siblings.append(cover(begin, middle))
            begin = middle
    # A left edge at 0 means that the old root itself is the subtree: the verifier has it.
    known = () if begin == 0 else (cover(begin, end),)
    return ProofPlan((*known, *reversed(siblings)))


def inclusion_proof(index: int, size: int, lookup: Lookup) -> tuple[bytes, ...]:
    """The audit path of leaf `index` in the tree of `size`, from its sibling to the root's child."""
    return plan_inclusion(index, size).hashes(lookup)


def consistency_proof(size1: int, size2: int, lookup: Lookup) -> tuple[bytes, ...]:
    """The proof that nothing changed among the first `size1` leaves when the tree grew to `size2`."""
    return plan_consistency(size1, size2).hashes(lookup)


def frontier_at(size: int, lookup: Lookup) -> Frontier:
    """The frontier, and so the root, that the tree had at `size`."""
    return Frontier(size, tuple(lookup(node) for node in cover(0, size)))


def _split(width: int) -> int:
    """The largest power of two smaller than `width`."""
    return 1 << ((width - 1).bit_length() - 1)
