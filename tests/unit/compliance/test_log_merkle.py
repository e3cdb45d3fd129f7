import hashlib
from itertools import accumulate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.compliance.log.errors import ProofError
from services.compliance.log.merkle import EMPTY_ROOT, Frontier, cover, leaf_hash, node_hash, root_of
from services.compliance.log.paths import frontier_at
from tests.unit.compliance.log_reference import leaves, reference_root, tree_of

# The eight leaves that implementations of RFC 6962 have been tested with since Certificate Transparency.
CLASSIC_LEAVES = [
    bytes.fromhex(text)
    for text in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
CLASSIC_ROOTS = [
    "6e340b9c",
    "fac54203",
    "aeb6bcfe",
    "d37ee418",
    "4e3bbb1f",
    "76e67dad",
    "ddb89be4",
    "5dc9da79",
]


def test_leaf_node_and_empty_hashes_are_those_of_rfc_6962() -> None:
    assert leaf_hash(b"L123456").hex().startswith("395aa064")
    assert leaf_hash(b"").hex().startswith("6e340b9c")
    assert node_hash(b"N123", b"N456").hex().startswith("aa217fe8")
    assert EMPTY_ROOT.hex().startswith("e3b0c442")
    assert root_of([]) == EMPTY_ROOT


@pytest.mark.parametrize("size", range(1, 9))
def test_the_classic_leaves_have_the_known_roots(size: int) -> None:
    root = root_of([leaf_hash(leaf) for leaf in CLASSIC_LEAVES[:size]])

    assert root.hex().startswith(CLASSIC_ROOTS[size - 1])


def test_the_root_of_all_classic_leaves_is_known_in_full() -> None:
    root = root_of([leaf_hash(leaf) for leaf in CLASSIC_LEAVES])

    assert root.hex() == "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"


def test_a_leaf_cannot_pass_for_an_inner_node() -> None:
    left, right = leaves(2)

    assert leaf_hash(left + right) != node_hash(left, right)


@given(st.lists(st.integers(0, 40), max_size=8))
def test_the_frontier_has_the_recursive_root_however_the_leaves_arrive(batches: list[int]) -> None:
    hashes = leaves(sum(batches))
    frontier = Frontier()
    end = 0
    for start, end in zip([0, *accumulate(batches)], accumulate(batches), strict=False):
        frontier = frontier.append(hashes[start:end]).frontier
        assert frontier.root() == reference_root(hashes[:end])
    assert frontier.size == len(hashes) == end


@given(st.integers(0, 300), st.integers(0, 300))
def test_an_append_names_every_node_that_it_completes_and_no_other(before: int, added: int) -> None:
    hashes = leaves(before + added)
    old = Frontier().append(hashes[:before])
    grown = old.frontier.append(hashes[before:])
    nodes = dict(old.nodes()) | dict(grown.nodes())

    complete = {(level, n) for level in range(11) for n in range(len(hashes) >> level)}
    assert set(nodes) == complete
    assert len(nodes) == len(list(old.nodes())) + len(list(grown.nodes()))
    for (level, position), digest in nodes.items():
        assert digest == reference_root(hashes[position << level : (position + 1) << level])


@given(st.integers(0, 300), st.data())
def test_the_frontier_of_any_earlier_size_comes_back_from_the_nodes(size: int, data: st.DataObject) -> None:
    tree = tree_of(leaves(size))
    earlier = data.draw(st.integers(0, size))

    assert frontier_at(earlier, tree.nodes.__getitem__) == Frontier().append(tree.hashes[:earlier]).frontier


@pytest.mark.parametrize(("size", "count"), [(1, 0), (3, 1), (4, 2), (-1, 0)])
def test_a_frontier_with_the_wrong_number_of_hashes_is_refused(size: int, count: int) -> None:
    with pytest.raises(ProofError):
        Frontier(size, tuple(leaves(count)))


def test_a_hash_of_the_wrong_length_is_never_appended() -> None:
    with pytest.raises(ProofError):
        Frontier().append([hashlib.sha1(b"").digest()])


def test_a_range_that_is_no_subtree_has_no_cover() -> None:
    with pytest.raises(ProofError):
        cover(1, 5)
