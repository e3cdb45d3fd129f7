import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.compliance.log.errors import ProofError
from services.compliance.log.merkle import NodeId
from services.compliance.log.paths import consistency_proof, inclusion_proof, plan_consistency, plan_inclusion
from services.compliance.log.verification import verify_consistency, verify_inclusion
from tests.unit.compliance.log_reference import (
    flip,
    leaves,
    reference_consistency,
    reference_path,
    tree_of,
)

TREE = tree_of(leaves(300))
ROOTS = [TREE.root(size) for size in range(301)]


@st.composite
def leaf_and_size(draw: st.DrawFn) -> tuple[int, int]:
    size = draw(st.integers(1, 300))
    return draw(st.integers(0, size - 1)), size


@st.composite
def two_sizes(draw: st.DrawFn) -> tuple[int, int]:
    size2 = draw(st.integers(1, 300))
    return draw(st.integers(1, size2)), size2


@given(leaf_and_size())
def test_every_inclusion_proof_is_the_audit_path_of_the_rfc_and_verifies(case: tuple[int, int]) -> None:
    index, size = case
    proof = inclusion_proof(index, size, TREE.nodes.__getitem__)

    assert list(proof) == reference_path(index, TREE.hashes[:size])
    verify_inclusion(TREE.hashes[index], index, size, proof, ROOTS[size])


@given(two_sizes())
def test_any_two_sizes_are_consistent_by_the_proof_of_the_rfc(case: tuple[int, int]) -> None:
    size1, size2 = case
    proof = consistency_proof(size1, size2, TREE.nodes.__getitem__)

    assert list(proof) == reference_consistency(size1, TREE.hashes[:size2])
    verify_consistency(size1, size2, proof, ROOTS[size1], ROOTS[size2])


@given(leaf_and_size(), st.data())
def test_one_flipped_bit_anywhere_breaks_an_inclusion_proof(
    case: tuple[int, int], data: st.DataObject
) -> None:
    index, size = case
    parts = [
        TREE.hashes[index],
        ROOTS[size],
        *inclusion_proof(index, size, TREE.nodes.__getitem__),
    ]
    which = data.draw(st.integers(0, len(parts) - 1))
    parts[which] = flip(parts[which], data.draw(st.integers(0, 255)))
    leaf, root, *proof = parts

    with pytest.raises(ProofError):
        verify_inclusion(leaf, index, size, proof, root)


@given(two_sizes(), st.data())
def test_one_flipped_bit_anywhere_breaks_a_consistency_proof(
    case: tuple[int, int], data: st.DataObject
) -> None:
    size1, size2 = case
    parts = [ROOTS[size1], ROOTS[size2], *consistency_proof(size1, size2, TREE.nodes.__getitem__)]
    which = data.draw(st.integers(0, len(parts) - 1))
    parts[which] = flip(parts[which], data.draw(st.integers(0, 255)))
    root1, root2, *proof = parts

    with pytest.raises(ProofError):
        verify_consistency(size1, size2, proof, root1, root2)


@given(leaf_and_size(), st.data())
def test_an_inclusion_proof_holds_for_its_own_index_and_length_only(
    case: tuple[int, int], data: st.DataObject
) -> None:
    index, size = case
    leaf, root = TREE.hashes[index], ROOTS[size]
    proof = inclusion_proof(index, size, TREE.nodes.__getitem__)
    other = data.draw(st.integers(0, 2**64).filter(lambda number: number != index))
    at = data.draw(st.integers(0, len(proof)))

    with pytest.raises(ProofError):
        verify_inclusion(leaf, other, size, proof, root)
    with pytest.raises(ProofError):
        verify_inclusion(leaf, index, size, [*proof[:at], leaf, *proof[at:]], root)
    with pytest.raises(ProofError):
        verify_inclusion(leaf, index, size, [*proof[:at], b"", *proof[at:]], root)
    for missing in range(len(proof)):
        with pytest.raises(ProofError):
            verify_inclusion(leaf, index, size, [*proof[:missing], *proof[missing + 1 :]], root)


@given(two_sizes(), st.data())
def test_a_consistency_proof_has_exactly_its_hashes(case: tuple[int, int], data: st.DataObject) -> None:
    size1, size2 = case
    roots = ROOTS[size1], ROOTS[size2]
    proof = consistency_proof(size1, size2, TREE.nodes.__getitem__)
    at = data.draw(st.integers(0, len(proof)))

    with pytest.raises(ProofError):
        verify_consistency(size1, size2, [*proof[:at], ROOTS[size1], *proof[at:]], *roots)
    for missing in range(len(proof)):
        with pytest.raises(ProofError):
            verify_consistency(size1, size2, [*proof[:missing], *proof[missing + 1 :]], *roots)


def test_an_inner_node_cannot_be_proven_as_a_leaf() -> None:
    for height in (1, 2, 3):
        proof = inclusion_proof(0, 8, TREE.nodes.__getitem__)[height:]
        with pytest.raises(ProofError):
            verify_inclusion(TREE.nodes[NodeId(height, 0)], 0, 8, proof, ROOTS[8])


@pytest.mark.parametrize(("claimed_index", "claimed_size"), [(0, 1), (1, 2), (3, 4), (15, 16)])
def test_the_size_that_an_inclusion_proof_claims_fixes_its_length(
    claimed_index: int, claimed_size: int
) -> None:
    proof = inclusion_proof(7, 8, TREE.nodes.__getitem__)

    with pytest.raises(ProofError):
        verify_inclusion(TREE.hashes[7], claimed_index, claimed_size, proof, ROOTS[8])


@pytest.mark.parametrize(
    ("sizes", "claimed"), [((7, 8), (3, 4)), ((3, 4), (7, 8)), ((4, 8), (1, 8)), ((1, 8), (4, 8))]
)
def test_the_sizes_that_a_consistency_proof_claims_fix_its_length(
    sizes: tuple[int, int], claimed: tuple[int, int]
) -> None:
    proof = consistency_proof(*sizes, TREE.nodes.__getitem__)
    roots = ROOTS[sizes[0]], ROOTS[sizes[1]]
    verify_consistency(*sizes, proof, *roots)

    with pytest.raises(ProofError):
        verify_consistency(*claimed, proof, *roots)


def test_a_byte_moved_from_one_hash_to_its_neighbour_is_noticed() -> None:
    left, right = TREE.hashes[0][:-1], TREE.hashes[0][-1:] + TREE.hashes[1]

    with pytest.raises(ProofError):
        verify_inclusion(left, 0, 2, [right], ROOTS[2])
    with pytest.raises(ProofError):
        verify_consistency(1, 2, [right], left, ROOTS[2])


def test_an_empty_tree_includes_nothing_and_proves_no_consistency() -> None:
    with pytest.raises(ProofError):
        verify_inclusion(TREE.hashes[0], 0, 0, [], ROOTS[0])
    for size2 in (0, 1, 8):
        with pytest.raises(ProofError):
            verify_consistency(0, size2, [], ROOTS[0], ROOTS[size2])
        with pytest.raises(ProofError):
            plan_consistency(0, size2)


@pytest.mark.parametrize(("index", "size"), [(0, 0), (1, 1), (8, 8), (9, 8), (-1, 8)])
def test_a_leaf_outside_the_tree_has_no_proof(index: int, size: int) -> None:
    with pytest.raises(ProofError):
        plan_inclusion(index, size)
    with pytest.raises(ProofError):
        verify_inclusion(TREE.hashes[0], index, size, [], ROOTS[size])


def test_a_tree_that_shrank_is_inconsistent() -> None:
    proof = consistency_proof(3, 8, TREE.nodes.__getitem__)

    with pytest.raises(ProofError):
        verify_consistency(8, 3, proof, ROOTS[8], ROOTS[3])


def test_two_roots_of_one_size_are_inconsistent() -> None:
    with pytest.raises(ProofError):
        verify_consistency(8, 8, [], ROOTS[8], ROOTS[7])


def test_a_plan_names_each_node_once_so_that_one_query_loads_them() -> None:
    nodes = plan_inclusion(129, 300).nodes

    assert len(set(nodes)) == len(nodes)
    assert set(nodes) <= set(TREE.nodes)
    assert len(nodes) <= 2 * (300).bit_length()
