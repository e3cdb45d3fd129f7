"""Every manipulation of the log that a database owner could try, and the check that finds it."""

from datetime import timedelta

import pytest

from services.compliance.log.bundles import decode_bundle, encode_bundle
from services.compliance.log.checkpoint import (
    Checkpoint,
    add_cosignature,
    open_checkpoint,
    require_fresh,
    sign_checkpoint,
    verify_growth,
)
from services.compliance.log.errors import CheckpointError, NoteError, ProofError
from services.compliance.log.keys import Signer
from services.compliance.log.leaf import encode_entry, payload_digest
from services.compliance.log.merkle import leaf_hash, root_of
from services.compliance.log.paths import consistency_proof, inclusion_proof
from services.compliance.log.proof import LogProof, verify_proof
from services.compliance.log.tiles import BundleId
from services.compliance.log.verification import verify_consistency, verify_inclusion
from tests.unit.compliance.log_reference import flip, tree_of
from tests.unit.compliance.test_log_checkpoint import LOG, ORIGIN, SEEN, WITNESS

SALT = b"s" * 32
PAYLOAD: dict[str, object] = {"outcome": "allow", "rules": ["cn.window", "cn.cap"]}
ENTRIES = [
    encode_entry({"case": "c1", "sequence": n, "payload": payload_digest(SALT, PAYLOAD)}) for n in range(40)
]
SEEN_SIZE = 25
TREE = tree_of([leaf_hash(entry) for entry in ENTRIES])
SEEN_HEAD = Checkpoint(ORIGIN, SEEN_SIZE, TREE.root(SEEN_SIZE))
HEAD = Checkpoint(ORIGIN, 40, TREE.root())


def rewritten(entries: list[bytes]) -> Checkpoint:
    """The checkpoint, genuinely signed, of a log whose owner put other entries into the database."""
    head = Checkpoint(ORIGIN, len(entries), root_of([leaf_hash(entry) for entry in entries]))
    return open_checkpoint(sign_checkpoint(head, LOG), LOG.verifier).checkpoint


def best_proof(entries: list[bytes]) -> tuple[bytes, ...]:
    """The most favourable consistency proof that the owner can compute from the rewritten database."""
    nodes = tree_of([leaf_hash(entry) for entry in entries]).nodes
    return consistency_proof(SEEN_SIZE, len(entries), nodes.__getitem__)


@pytest.mark.parametrize("index", range(0, 40, 3))
def test_inclusion_finds_a_flipped_bit_in_any_leaf(index: int) -> None:
    proof = inclusion_proof(index, 40, TREE.nodes.__getitem__)
    verify_inclusion(leaf_hash(ENTRIES[index]), index, 40, proof, HEAD.root)

    for bit in range(len(ENTRIES[index]) * 8):
        with pytest.raises(ProofError):
            verify_inclusion(leaf_hash(flip(ENTRIES[index], bit)), index, 40, proof, HEAD.root)


@pytest.mark.parametrize("index", range(SEEN_SIZE))
def test_consistency_finds_a_deleted_entry(index: int) -> None:
    entries = ENTRIES[:index] + ENTRIES[index + 1 :]
    head = rewritten(entries)

    for proof in (best_proof(entries), consistency_proof(SEEN_SIZE, 40, TREE.nodes.__getitem__)):
        with pytest.raises(ProofError):
            verify_consistency(SEEN_SIZE, head.size, proof, SEEN_HEAD.root, head.root)


@pytest.mark.parametrize("index", range(SEEN_SIZE - 1))
def test_consistency_finds_two_swapped_entries(index: int) -> None:
    entries = [*ENTRIES]
    entries[index], entries[index + 1] = entries[index + 1], entries[index]
    head = rewritten(entries)

    for proof in (best_proof(entries), consistency_proof(SEEN_SIZE, 40, TREE.nodes.__getitem__)):
        with pytest.raises(ProofError):
            verify_consistency(SEEN_SIZE, head.size, proof, SEEN_HEAD.root, head.root)


@pytest.mark.parametrize("size", [0, 1, 16, SEEN_SIZE - 1])
def test_the_witness_refuses_a_log_whose_tail_was_cut_off(size: int) -> None:
    with pytest.raises(CheckpointError):
        verify_growth(SEEN_HEAD, rewritten(ENTRIES[:size]), ())


def test_the_witness_refuses_a_tail_cut_off_and_grown_again() -> None:
    entries = [*ENTRIES[: SEEN_SIZE - 1], *ENTRIES[:20]]

    with pytest.raises(ProofError):
        verify_growth(SEEN_HEAD, rewritten(entries), best_proof(entries))


@pytest.mark.parametrize("fork_at", [0, 1, 8, 16, 24])
def test_the_witness_refuses_a_fork_that_the_log_itself_signed(fork_at: int) -> None:
    entries = [*ENTRIES[:fork_at], *(entry + b" " for entry in ENTRIES[fork_at:])]

    with pytest.raises(ProofError):
        verify_growth(SEEN_HEAD, rewritten(entries), best_proof(entries))
    with pytest.raises(ProofError):
        verify_growth(SEEN_HEAD, rewritten(entries[:SEEN_SIZE]), ())


def test_what_the_witness_has_not_seen_it_cannot_miss() -> None:
    entries = [*ENTRIES[:SEEN_SIZE], *(entry + b" " for entry in ENTRIES[SEEN_SIZE:])]

    verify_growth(SEEN_HEAD, rewritten(entries), best_proof(entries))


def test_freshness_finds_an_old_checkpoint_that_is_played_again() -> None:
    old = add_cosignature(sign_checkpoint(SEEN_HEAD, LOG), WITNESS.cosign(SEEN_HEAD.body, SEEN))
    opened = open_checkpoint(old, LOG.verifier, [WITNESS.verifier], quorum=1)

    with pytest.raises(CheckpointError):
        require_fresh(opened, SEEN + timedelta(days=1), timedelta(hours=1))
    with pytest.raises(CheckpointError):
        verify_growth(HEAD, opened.checkpoint, ())


def test_the_note_finds_a_checkpoint_that_another_key_signed() -> None:
    forged = sign_checkpoint(HEAD, Signer(ORIGIN, b"x" * 32))

    with pytest.raises(NoteError):
        open_checkpoint(forged, LOG.verifier)
    with pytest.raises(NoteError):
        verify_proof(
            LogProof(3, inclusion_proof(3, 40, TREE.nodes.__getitem__), forged, ENTRIES[3]).encode(),
            LOG.verifier,
        )


def test_the_payload_digest_finds_a_changed_salt_and_a_changed_payload() -> None:
    digest = payload_digest(SALT, PAYLOAD)

    assert payload_digest(flip(SALT, 0), PAYLOAD) != digest
    assert payload_digest(SALT, {**PAYLOAD, "outcome": "deny"}) != digest


def test_erasing_payload_and_salt_leaves_every_proof_valid() -> None:
    # Nothing but the entry, with its digest, goes into a proof.
    for index, entry in enumerate(ENTRIES):
        proof = LogProof(
            index, inclusion_proof(index, 40, TREE.nodes.__getitem__), sign_checkpoint(HEAD, LOG), entry
        )
        assert verify_proof(proof.encode(), LOG.verifier).index == index


def test_a_swapped_entry_in_a_bundle_no_longer_hashes_to_its_tile() -> None:
    bundle = BundleId(0, 40)
    entries = list(decode_bundle(bundle, encode_bundle(bundle, ENTRIES)))
    assert root_of([leaf_hash(entry) for entry in entries]) == HEAD.root

    entries[3], entries[4] = entries[4], entries[3]
    assert root_of([leaf_hash(entry) for entry in entries]) != HEAD.root
