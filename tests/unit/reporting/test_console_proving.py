"""What the console checks of the log for itself: the writer's proofs hold, manipulated ones do not."""

import json
from base64 import b64decode, b64encode
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.compliance.log.checkpoint import Checkpoint, add_cosignature, sign_checkpoint
from services.compliance.log.keys import SignatureType, Signer
from services.compliance.log.merkle import Frontier, NodeId
from services.compliance.log.merkle import leaf_hash as their_leaf_hash
from services.compliance.log.paths import consistency_proof, inclusion_proof
from services.compliance.log.proof import LogProof
from services.reporting.console.proving.files import check_file
from services.reporting.console.proving.notes import Key, TrustedKeys, open_checkpoint
from services.reporting.console.proving.tree import (
    GrowingTree,
    ProofError,
    check_consistency,
    check_inclusion,
    leaf_hash,
)

ORIGIN = "bank.example/log/2026"
SIGNER = Signer(ORIGIN, b"s" * 32)
OTHER = Signer(ORIGIN, b"o" * 32)
WITNESS = Signer("witness.example", b"w" * 32, SignatureType.COSIGNATURE_V1)
KEY, WITNESS_KEY = Key.parse(SIGNER.verifier.encode()), Key.parse(WITNESS.verifier.encode())
SIZES = st.integers(1, 70)


def entry(number: int) -> bytes:
    return json.dumps({"id": f"e{number}", "kind": "decision"}).encode()


def tree(size: int) -> tuple[bytes, dict[NodeId, bytes]]:
    """The writer's tree: its root and complete nodes."""
    growth = Frontier().append([their_leaf_hash(entry(number)) for number in range(size)])
    return growth.frontier.root(), dict(growth.nodes())


def signed(size: int, signer: Signer = SIGNER) -> bytes:
    return sign_checkpoint(Checkpoint(ORIGIN, size, tree(size)[0]), signer)


def flipped(data: bytes, place: int = 0) -> bytes:
    return data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]


@given(SIZES)
def test_the_root_from_all_entries_is_the_writers(size: int) -> None:
    growing = GrowingTree()
    growing.append(entry(number) for number in range(size))
    assert (growing.size, growing.root) == (size, tree(size)[0])


@given(SIZES, st.data())
def test_the_writers_inclusion_proofs_hold_and_manipulated_ones_do_not(
    size: int, data: st.DataObject
) -> None:
    index = data.draw(st.integers(0, size - 1))
    root, nodes = tree(size)
    path = list(inclusion_proof(index, size, nodes.__getitem__))
    leaf = leaf_hash(entry(index))
    check_inclusion(leaf, index, size, path, root)
    wrong = [(flipped(leaf), index, size, path), (leaf, index, size, [*path, root]), (leaf, size, size, path)]
    if path:
        place = data.draw(st.integers(0, len(path) - 1))
        bent = [flipped(digest) if number == place else digest for number, digest in enumerate(path)]
        wrong += [(leaf, index, size, bent), (leaf, index, size, path[:-1])]
    for case in wrong:
        with pytest.raises(ProofError):
            check_inclusion(*case, root)


@given(SIZES, SIZES, st.data())
def test_the_writers_consistency_proofs_hold_and_manipulated_ones_do_not(
    one: int, other: int, data: st.DataObject
) -> None:
    old, new = sorted((one, other))
    proof = list(consistency_proof(old, new, tree(new)[1].__getitem__))
    before, after = (old, tree(old)[0]), (new, tree(new)[0])
    check_consistency(before, after, proof)
    wrong = [((old, flipped(before[1])), after, proof), (before, (new, flipped(after[1])), proof)]
    wrong += [(before, after, [*proof, b"x" * 32])]
    if old != new:
        wrong += [(after, before, proof)]
    if proof:
        wrong += [(before, after, proof[:-1]), (before, after, [flipped(proof[0]), *proof[1:]])]
    for case in wrong:
        with pytest.raises(ProofError):
            check_consistency(*case)


def test_a_checkpoint_needs_the_right_key_and_origin() -> None:
    found = open_checkpoint(signed(5), KEY)
    assert (found.origin, found.state) == (ORIGIN, (5, tree(5)[0]))
    note = signed(5)
    body = note.index(b"\n5\n")
    others = Key("other.example", KEY.kind, KEY.public)
    for data, key in [
        (signed(5, OTHER), KEY),
        (note[:body] + b"\n6\n" + note[body + 3 :], KEY),
        (note, others),
        (note[:-30], KEY),
        (b"", KEY),
        (b"\xff\n\n", KEY),
    ]:
        with pytest.raises(ProofError):
            open_checkpoint(data, key)


def test_cosignatures_of_known_witnesses_are_checked_and_of_others_only_listed() -> None:
    at = datetime(2026, 3, 1, tzinfo=UTC)
    text = Checkpoint(ORIGIN, 5, tree(5)[0]).body
    note = add_cosignature(signed(5), WITNESS.cosign(text, at))
    trusted = open_checkpoint(note, KEY, [WITNESS_KEY]).cosignatures[0]
    assert (trusted.name, trusted.seconds, trusted.trusted) == ("witness.example", int(at.timestamp()), True)
    assert not open_checkpoint(note, KEY).cosignatures[0].trusted
    bent = add_cosignature(signed(5), WITNESS.cosign(text.replace("5", "6"), at))
    with pytest.raises(ProofError, match=r"witness\.example"):
        open_checkpoint(bent, KEY, [WITNESS_KEY])


def test_a_proof_file_proves_its_entry_and_nothing_else() -> None:
    path = inclusion_proof(2, 5, tree(5)[1].__getitem__)
    data = LogProof(2, path, signed(5), entry(2)).encode()
    proven = check_file(data, KEY)
    assert (proven.index, proven.record["id"], proven.checkpoint.size) == (2, "e2", 5)
    for wrong in [
        LogProof(2, path, signed(5), entry(3)).encode(),
        LogProof(1, path, signed(5), entry(2)).encode(),
        LogProof(2, path, signed(6), entry(2)).encode(),
        LogProof(2, path, signed(5, OTHER), entry(2)).encode(),
        data.replace(b"index 2", b"index x"),
        data[:40],
    ]:
        with pytest.raises(ProofError):
            check_file(wrong, KEY)


def test_keys_are_read_as_verifier_keys_or_as_plain_public_keys() -> None:
    verifier = SIGNER.verifier.encode()
    plain = b64encode(KEY.public).decode()
    assert TrustedKeys.read(verifier, ()).log == TrustedKeys.read(plain, ()).log == KEY.public
    assert TrustedKeys.read(None, [WITNESS.verifier.encode()]).witnesses == (WITNESS_KEY,)
    for wrong in ("", "no key", verifier.replace("+", "+00", 1), plain[:20]):
        with pytest.raises(ValueError):
            TrustedKeys.read(wrong, ())


def test_the_vectors_of_others_pass_and_fail_as_they_should(real_data: Path) -> None:
    vectors: Any = json.loads((real_data / "merkle-proof-vectors.json").read_text())
    counted = 0
    for vector in _each(vectors):
        if "leafHash" in vector or "leafIdx" in vector:
            counted += _agrees(vector, _inclusion)
        elif "root2" in vector:
            counted += _agrees(vector, _consistency)
    assert counted > 20


def _each(found: Any) -> list[dict[str, Any]]:
    if isinstance(found, dict):
        own = [found] if "wantErr" in found else []
        return own + [one for value in found.values() for one in _each(value)]
    return [one for value in found for one in _each(value)] if isinstance(found, list) else []


def _agrees(vector: dict[str, Any], check: Any) -> int:
    try:
        check(vector)
        failed = False
    except ProofError:
        failed = True
    assert failed == vector["wantErr"], vector
    return 1


def _inclusion(vector: dict[str, Any]) -> None:
    check_inclusion(
        b64decode(vector["leafHash"]),
        vector["leafIdx"],
        vector["treeSize"],
        [b64decode(digest) for digest in vector["proof"] or ()],
        b64decode(vector["root"]),
    )


def _consistency(vector: dict[str, Any]) -> None:
    check_consistency(
        (vector["size1"], b64decode(vector["root1"])),
        (vector["size2"], b64decode(vector["root2"])),
        [b64decode(digest) for digest in vector["proof"] or ()],
    )
