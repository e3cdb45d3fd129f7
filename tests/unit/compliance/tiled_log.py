"""A log served as tiles, in memory."""

from services.compliance.log.bundles import encode_bundle
from services.compliance.log.checkpoint import Checkpoint, sign_checkpoint
from services.compliance.log.keys import Signer
from services.compliance.log.leaf import encode_entry
from services.compliance.log.merkle import leaf_hash
from services.compliance.log.tiles import BundleId, TileId, bundles_between, tiles_between
from tests.unit.compliance.log_reference import tree_of
from tests.unit.compliance.test_log_checkpoint import LOG, ORIGIN


def entries(count: int, salt: str = "") -> list[bytes]:
    return [encode_entry({"id": f"fact-{n}", "kind": f"decision{salt}"}) for n in range(count)]


class Files:
    """Resources in a dictionary; a mirror's copy as well."""

    def __init__(self, files: dict[str, bytes] | None = None) -> None:
        self.files = dict(files or {})

    async def read(self, path: str) -> bytes | None:
        return self.files.get(path)

    async def write(self, path: str, data: bytes) -> None:
        self.files[path] = data

    async def remove(self, path: str) -> None:
        self.files.pop(path, None)


def served(leaves: list[bytes], signer: Signer = LOG) -> Files:
    """All resources of a log with these entries, signed."""
    tree = tree_of([leaf_hash(leaf) for leaf in leaves])
    files: dict[str, bytes] = {}
    for tile in tiles_between(0, len(leaves)):
        files[tile.path] = b"".join(tree.nodes[node] for node in tile.nodes)
    for bundle in bundles_between(0, len(leaves)):
        first = bundle.first_entry
        files[bundle.path] = encode_bundle(bundle, leaves[first : first + bundle.width])
    files["checkpoint"] = sign_checkpoint(Checkpoint(ORIGIN, len(leaves), tree.root()), signer)
    return Files(files)


def paths_of(size: int) -> set[str]:
    """The tiles and bundles of a log of this size."""
    found: list[TileId | BundleId] = [*tiles_between(0, size), *bundles_between(0, size)]
    return {one.path for one in found}
