import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.compliance.log.bundles import MAX_ENTRY_SIZE, decode_bundle, encode_bundle
from services.compliance.log.errors import TileError
from services.compliance.log.merkle import NodeId
from services.compliance.log.paths import consistency_proof, frontier_at, inclusion_proof, plan_inclusion
from services.compliance.log.tile_nodes import TileNodes, locate, tiles_for
from services.compliance.log.tiles import BundleId, TileId, bundles_between, parse_path, tiles_between
from tests.unit.compliance.log_reference import Tree, leaves, tree_of

TREE = tree_of(leaves(70_000))


def tile_data(tree: Tree, tile: TileId) -> bytes:
    return b"".join(tree.nodes[node] for node in tile.nodes)


def all_tiles(size: int) -> dict[TileId, bytes]:
    return {tile: tile_data(TREE, tile) for tile in tiles_between(0, size)}


@pytest.mark.parametrize(
    ("tile", "path"),
    [
        (TileId(0, 0), "tile/0/000"),
        (TileId(0, 1234067), "tile/0/x001/x234/067"),
        (TileId(0, 1234067, 1), "tile/0/x001/x234/067.p/1"),
        (TileId(3, 999, 255), "tile/3/999.p/255"),
        (TileId(63, 1000), "tile/63/x001/000"),
        (BundleId(0, 8), "tile/entries/000.p/8"),
        (BundleId(1234067), "tile/entries/x001/x234/067"),
    ],
)
def test_tiles_lie_at_the_paths_of_the_specification(tile: TileId | BundleId, path: str) -> None:
    assert tile.path == path
    assert parse_path(path) == tile


@pytest.mark.parametrize(
    "path",
    [
        "tile/0/0",
        "tile/0/x000/001",
        "tile/00/000",
        "tile/64/000",
        "tile/-1/000",
        "tile/0/000.p/0",
        "tile/0/000.p/256",
        "tile/0/000.p/01",
        "tile/0/1000",
        "tile/0/001/000",
        "tile/0/x001",
        "tile/0/x001/x000",
        "/tile/0/000",
        "tile/0/000/",
        "tile/0/000\n",
        "tile/0/٠٠٠",
        "tile/leaves/000",
        "tile/0/../000",
    ],
)
def test_no_other_spelling_of_a_path_is_accepted(path: str) -> None:
    with pytest.raises(TileError):
        parse_path(path)


@given(st.integers(0, 63), st.integers(0, 2**48), st.integers(1, 256))
def test_every_tile_is_found_again_by_its_path(level: int, index: int, width: int) -> None:
    assert parse_path(TileId(level, index, width).path) == TileId(level, index, width)
    assert parse_path(BundleId(index, width).path) == BundleId(index, width)


def test_a_tree_of_70000_has_the_tiles_of_the_specifications_example() -> None:
    tiles = list(tiles_between(0, 70_000))

    full = [tile for tile in tiles if tile.width == 256]
    assert [sum(tile.level == level for tile in full) for level in (0, 1, 2)] == [273, 1, 0]
    assert [t for t in tiles if t.width < 256] == [TileId(0, 273, 112), TileId(1, 1, 17), TileId(2, 0, 1)]


def test_a_tree_of_256_has_a_full_tile_and_a_partial_one_above() -> None:
    assert list(tiles_between(0, 256)) == [TileId(0, 0), TileId(1, 0, 1)]


@given(st.integers(0, 70_000), st.integers(0, 2_000))
def test_growth_publishes_exactly_the_tiles_that_were_not_there(old_size: int, growth: int) -> None:
    size = old_size + growth

    assert set(tiles_between(old_size, size)) == set(tiles_between(0, size)) - set(tiles_between(0, old_size))
    assert set(bundles_between(old_size, size)) == set(bundles_between(0, size)) - set(
        bundles_between(0, old_size)
    )


@pytest.mark.parametrize("size", [1, 2, 255, 256, 257, 511, 65_535, 65_536, 65_537, 70_000])
def test_tiles_give_the_same_roots_and_proofs_as_the_whole_tree(size: int) -> None:
    from_tiles = TileNodes(size, all_tiles(size))
    whole = TREE.nodes.__getitem__

    assert frontier_at(size, from_tiles) == frontier_at(size, whole)
    for part in {0, 1, size // 3, size // 2, size - 1} & set(range(size)):
        assert inclusion_proof(part, size, from_tiles) == inclusion_proof(part, size, whole)
        assert consistency_proof(part + 1, size, from_tiles) == consistency_proof(part + 1, size, whole)


@given(st.integers(1, 70_000), st.data())
def test_the_tiles_a_proof_needs_are_few_and_enough(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    plan = plan_inclusion(index, size)
    fetched = {tile: tile_data(TREE, tile) for tile in tiles_for(plan.nodes, size)}

    assert len(fetched) <= 6
    assert set(fetched) <= set(tiles_between(0, size))
    assert plan.hashes(TileNodes(size, fetched)) == plan.hashes(TREE.nodes.__getitem__)


def test_a_missing_or_short_tile_is_an_error() -> None:
    with pytest.raises(TileError):
        TileNodes(300, {})(NodeId(0, 0))
    for damage in (b"", tile_data(TREE, TileId(0, 0))[:-1], tile_data(TREE, TileId(0, 0)) + b"\0"):
        with pytest.raises(TileError):
            TileNodes(300, {TileId(0, 0): damage})(NodeId(0, 0))


def test_a_node_that_is_not_complete_lies_in_no_tile() -> None:
    with pytest.raises(TileError):
        locate(NodeId(2, 1), 7)


@given(st.lists(st.binary(max_size=300), min_size=1, max_size=256))
def test_entries_come_back_from_their_bundle(entries: list[bytes]) -> None:
    bundle = BundleId(0, len(entries))
    data = encode_bundle(bundle, entries)

    assert list(decode_bundle(bundle, data)) == entries
    for damaged in (data[:-1], data + b"\0", data + b"\0\0"):
        with pytest.raises(TileError):
            decode_bundle(bundle, damaged)


def test_a_bundle_has_big_endian_lengths_and_entries_up_to_65535_bytes() -> None:
    assert encode_bundle(BundleId(0, 2), [b"ab", b""]) == b"\x00\x02ab\x00\x00"
    longest = b"x" * MAX_ENTRY_SIZE
    assert decode_bundle(BundleId(0, 1), encode_bundle(BundleId(0, 1), [longest])) == (longest,)
    with pytest.raises(TileError):
        encode_bundle(BundleId(0, 1), [longest + b"x"])
    with pytest.raises(TileError):
        encode_bundle(BundleId(0, 2), [b"only one"])
