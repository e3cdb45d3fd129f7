import base64
import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.compliance.log.checkpoint import Checkpoint, add_cosignature, sign_checkpoint
from services.compliance.log.errors import AuditLogError, ProofError
from services.compliance.log.keys import Signer
from services.compliance.log.merkle import leaf_hash
from services.compliance.log.paths import inclusion_proof
from services.compliance.log.proof import LogProof, verify_proof
from tests.unit.compliance.log_reference import flip, tree_of
from tests.unit.compliance.test_log_checkpoint import LOG, ORIGIN, SEEN, WITNESS

ENTRIES = [f'{{"attempt":{number}}}'.encode() for number in range(50)]
TREE = tree_of([leaf_hash(entry) for entry in ENTRIES])
HEAD = Checkpoint(ORIGIN, 50, TREE.root())
SIGNED = sign_checkpoint(HEAD, LOG)
COSIGNED = add_cosignature(SIGNED, WITNESS.cosign(HEAD.body, SEEN))


def proof_of(index: int, checkpoint: bytes = SIGNED, extra: bytes | None = None) -> LogProof:
    hashes = inclusion_proof(index, 50, TREE.nodes.__getitem__)
    return LogProof(index, hashes, checkpoint, ENTRIES[index] if extra is None else extra)


def test_a_proof_file_is_written_as_the_specification_says() -> None:
    first, second = hashlib.sha256(b"1").digest(), hashlib.sha256(b"2").digest()
    lines = [base64.b64encode(digest).decode() for digest in (first, second)]

    bare = LogProof(5, (first, second), b"test checkpoint\n").encode().decode()
    extended = LogProof(10, (first,), b"checkpoint data\n", b"extra information").encode().decode()
    short = LogProof(0, (), b"checkpoint\n").encode().decode()

    assert bare == f"c2sp.org/tlog-proof@v1\nindex 5\n{lines[0]}\n{lines[1]}\n\ntest checkpoint\n"
    assert extended == (
        f"c2sp.org/tlog-proof@v1\nextra ZXh0cmEgaW5mb3JtYXRpb24=\nindex 10\n{lines[0]}\n\ncheckpoint data\n"
    )
    assert short == "c2sp.org/tlog-proof@v1\nindex 0\n\ncheckpoint\n"


@given(st.integers(0, 49))
def test_a_proof_file_and_the_public_key_prove_the_entry_in_it(index: int) -> None:
    data = proof_of(index).encode()
    assert LogProof.decode(data) == proof_of(index)

    proven = verify_proof(data, LOG.verifier)

    assert (proven.entry, proven.index) == (ENTRIES[index], index)
    assert proven.opened.checkpoint == HEAD


@given(st.integers(0, 49), st.data())
def test_no_proof_file_with_one_flipped_bit_proves_anything_else(index: int, data: st.DataObject) -> None:
    whole = proof_of(index).encode()
    changed = flip(whole, data.draw(st.integers(0, len(whole) * 8 - 1)))

    with pytest.raises(AuditLogError):
        verify_proof(changed, LOG.verifier)


def test_an_entry_from_elsewhere_is_proven_where_the_file_has_none() -> None:
    data = proof_of(7, extra=b"").encode()

    assert verify_proof(data, LOG.verifier, entry=ENTRIES[7]).entry == ENTRIES[7]
    with pytest.raises(ProofError):
        verify_proof(data, LOG.verifier)
    with pytest.raises(ProofError):
        verify_proof(data, LOG.verifier, entry=ENTRIES[8])


def test_a_file_that_carries_another_entry_proves_neither() -> None:
    for extra, entry in ((ENTRIES[8], None), (ENTRIES[8], ENTRIES[7]), (ENTRIES[7], ENTRIES[8])):
        with pytest.raises(ProofError):
            verify_proof(proof_of(7, extra=extra).encode(), LOG.verifier, entry=entry)


def test_a_proof_needs_the_key_of_the_log_and_the_witnesses_asked_for() -> None:
    data = proof_of(7, COSIGNED).encode()

    assert len(verify_proof(data, LOG.verifier, [WITNESS.verifier], 1).opened.cosignatures) == 1
    with pytest.raises(AuditLogError):
        verify_proof(data, Signer(ORIGIN, b"x" * 32).verifier)
    with pytest.raises(AuditLogError):
        verify_proof(proof_of(7).encode(), LOG.verifier, [WITNESS.verifier], 1)


@pytest.mark.parametrize(
    "head",
    [
        "c2sp.org/tlog-proof@v2\nindex 0",
        "c2sp.org/tlog-proof@v1",
        "c2sp.org/tlog-proof@v1\nextra AA==",
        "c2sp.org/tlog-proof@v1\nextra !!\nindex 0",
        "c2sp.org/tlog-proof@v1\nextra \nindex 0",
        "c2sp.org/tlog-proof@v1\nextra AA\nindex 0",
        "c2sp.org/tlog-proof@v1\nindex 0\nextra AA==",
        "c2sp.org/tlog-proof@v1\nindex one",
        "c2sp.org/tlog-proof@v1\nindex -5",
        "c2sp.org/tlog-proof@v1\nindex 00",
        "c2sp.org/tlog-proof@v1\nindex 18446744073709551616",
        "c2sp.org/tlog-proof@v1\nindex 0\n!!notbase64!!",
        "c2sp.org/tlog-proof@v1\nindex 0\nAA==",
        "c2sp.org/tlog-proof@v1\r\nindex 0",
        "c2sp.org/tlog-proof@v1\nindex ٠",
        "",
    ],
)
def test_a_malformed_proof_file_is_refused(head: str) -> None:
    with pytest.raises(ProofError):
        LogProof.decode(head.encode() + b"\n\n" + SIGNED)


def test_a_proof_file_without_a_checkpoint_is_refused() -> None:
    with pytest.raises(ProofError):
        LogProof.decode(b"c2sp.org/tlog-proof@v1\nindex 0\n")
    with pytest.raises(AuditLogError):
        verify_proof(LogProof(0, (), b"", ENTRIES[0]).encode(), LOG.verifier)
