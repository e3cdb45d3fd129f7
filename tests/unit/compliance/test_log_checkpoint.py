from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from services.compliance.log.checkpoint import (
    Checkpoint,
    add_cosignature,
    open_checkpoint,
    parse_body,
    require_fresh,
    sign_checkpoint,
    verify_growth,
)
from services.compliance.log.errors import AuditLogError, CheckpointError, NoteError, ProofError
from services.compliance.log.keys import SignatureType, Signer, Verifier, cosigned_message
from services.compliance.log.merkle import EMPTY_ROOT, leaf_hash, root_of
from services.compliance.log.note import Note
from services.compliance.log.paths import consistency_proof
from tests.unit.compliance.log_reference import leaves, tree_of

SEEN = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
ORIGIN = "audit.bank.example/2026"
LOG = Signer(ORIGIN, b"l" * 32)
WITNESS = Signer("witness.bank.example", b"w" * 32, SignatureType.COSIGNATURE_V1)
OTHER_WITNESS = Signer("board.example", b"b" * 32, SignatureType.COSIGNATURE_V1)
TREE = tree_of(leaves(20))

# A log of fifteen words, made by a program in Go: its published test key and two of its checkpoints.
WORDS = [
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eit",
    "nain",
    "ten",
    "ileven",
    "twelf",
    "threeten",
    "fourten",
    "fivten",
]
WORDS_SIGNER = "PRIVATE+KEY+astra+cad5a3d2+ASgwwenlc0uuYcdy7kI44pQvuz1fw8cS5NqS8RkZBXoy"
WORDS_CHECKPOINTS = {
    7: "astra\n7\nIrSXADBqJ7EQoUODSDKROySgNveeL6CFhik2w/+fS7U=\n\n"
    "— astra ytWj0q61ftJEOaWEsCHuXyLlRcqjLBd1+p7o+iN+9vzKclbpIu4molDU/gKGVcneESQzY+KeoxP3AltrMQANWw4HjQk=\n",
    15: "astra\n15\nrKbDipCvhuX1GZ7g5BBe8sA6BbJ7ja/1nk427v383cs=\n\n"
    "— astra ytWj0rJVDQTRJQewX74UJrwdh07x1AScLrx30fZCyKrXqrFF3bSuuELfDG2v2RsH36b+/QFmZxAJqqpKt0SAEVspvwA=\n",
}

# A checkpoint of a public certificate log with cosignatures of its public witnesses, as it was served.
PUBLIC_LOG = "arche2025h1.staging.ct.transparency.dev"
PUBLIC_CHECKPOINT = f"""\
{PUBLIC_LOG}
1432088532
U7WM79jrzyhGZ5/GUBTpM7NzwdyfFx61t3RovgcC4Ro=

— {PUBLIC_LOG} zTM8sQAAAZ5W0WdjBAMARjBEAiBjW5IQf9pvsYLfQFX6hoGREPMHbdQ3urbllzalApkptQIgIpwtEroeW2BXaHAI4kJXFbon5Ch9MNL5zRNZ55lvGt0=
— {PUBLIC_LOG} ui8GwCF1+kWqZrxGdhj4aX3gcw7XUlXQQabg/27lefwhUkzbC3NygNI75MdhL1bfTW9g8Ei59RA23oHP7Ry1k3ZFWwQ=
— transparency.dev/DEV:witness-little-garden 2AQqhwAAAABqEiEgzgFIqqhbUoDwjMWE6UP8nd8/KYTzwZ2rhIgcqoXHAwVkjZr4AscylP3v7sEodkRAErumC2q44vdgJY096st5BQ==
— witness1.smartit.nu/witness1 pIyCDwAAAABqEiEghIp82KWebrw7/oHQwlTAm3g2RKS4+eebl8eO0WH+/iEcxZ75W3u5hNI7TOQtmJbqmNWVuE0tgh0XwzdZsDsUAQ==
— remora.n621.de 2net5wAAAABqEiEgPlfF3V06o0Y+fHM+J5J9s27wgxxcOVSpZ/2g/KSiXCg9DEZI+aVCIobWX9sXTynk5XeU/zZ0WBxtqB0DrAWfBw==
""".encode()  # noqa: E501 - a signature is one line
PUBLIC_LOG_KEY = f"{PUBLIC_LOG}+ba2f06c0+AU0vHmlGCS/PdN8b2OaGmKprLI8HKM+dJ472xgFYh15f"
PUBLIC_WITNESSES = (
    "remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2",
    "transparency.dev/DEV:witness-little-garden+d8042a87+BCtusOxINQNUTN5Oj8HObRkh2yHf/MwYaGX4CPdiVEPM",
    "witness1.smartit.nu/witness1+a48c820f+BPSFWg9G6KPiO7QPryYO5Xq4oYJJ+kAvLKLSimDhoxMO",
)


def state(size: int, origin: str = ORIGIN) -> Checkpoint:
    return Checkpoint(origin, size, TREE.root(size))


@pytest.mark.parametrize("size", [7, 15])
def test_the_checkpoint_of_a_published_log_is_reproduced_byte_for_byte(size: int) -> None:
    root = root_of([leaf_hash(word.encode()) for word in WORDS[:size]])

    signed = sign_checkpoint(Checkpoint("astra", size, root), Signer.parse(WORDS_SIGNER))

    assert signed == WORDS_CHECKPOINTS[size].encode()


def test_a_public_logs_checkpoint_opens_with_its_key_and_its_witnesses() -> None:
    witnesses = [Verifier.parse(text) for text in PUBLIC_WITNESSES]

    opened = open_checkpoint(PUBLIC_CHECKPOINT, Verifier.parse(PUBLIC_LOG_KEY), witnesses, quorum=3)

    assert (opened.checkpoint.origin, opened.checkpoint.size) == (PUBLIC_LOG, 1432088532)
    assert {signature.seconds for signature in opened.cosignatures} == {0x6A122120}


def test_what_a_witness_signs_is_the_specifications_message() -> None:
    body = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"

    assert cosigned_message(body, 1679315147).decode() == f"cosignature/v1\ntime 1679315147\n{body}"


def test_a_cosignature_line_frames_its_time_as_in_the_specification() -> None:
    line = (
        "— witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dl"
        "rDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==\n"
    )
    (signature,) = Note.decode(f"text\n\n{line}".encode()).signatures

    assert (signature.seconds, len(signature.value)) == (1679315147, 72)


def test_a_checkpoint_comes_back_from_its_text() -> None:
    for checkpoint in (state(0), state(20), Checkpoint("Two words", 5, TREE.root(5), ("more", "lines"))):
        assert parse_body(checkpoint.body) == checkpoint
    assert state(0).body == f"{ORIGIN}\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "log\n7\n",
        "log\n7\n{root}",
        "\n7\n{root}\n",
        "log\n07\n{root}\n",
        "log\n-7\n{root}\n",
        "log\n+7\n{root}\n",
        "log\n7 \n{root}\n",
        "log\n٧\n{root}\n",
        "log\n0x7\n{root}\n",
        "log\n\n{root}\n",
        "log\n3438945738945739845734895735\n{root}\n",
        "log\n7\n{root}=\n",
        "log\n7\nYmFuYW5hcw==\n",
        "log\n7\nThisIsn'tBase64\n",
        "log\n7\n{root}\n\n",
        "log\n7\n{root}\n\nmore\n",
        "log\n0\n{root}\n",
    ],
)
def test_a_checkpoint_with_any_other_spelling_is_refused(text: str) -> None:
    root = state(7).body.split("\n")[2]
    with pytest.raises(CheckpointError):
        parse_body(text.replace("{root}", root))


def test_a_log_signs_only_its_own_origin() -> None:
    with pytest.raises(CheckpointError):
        sign_checkpoint(state(3, "another.example"), LOG)


def test_a_checkpoint_of_another_log_or_another_key_does_not_open() -> None:
    signed = sign_checkpoint(state(3), LOG)
    assert open_checkpoint(signed, LOG.verifier).checkpoint == state(3)

    for stranger in (Signer(ORIGIN, b"x" * 32), Signer("another.example", b"l" * 32)):
        with pytest.raises(NoteError):
            open_checkpoint(signed, stranger.verifier)


def test_a_log_key_under_its_name_does_not_vouch_for_another_origin() -> None:
    body = state(3, "another.example").body
    signed = Note(body, (LOG.sign(body),)).encode()

    with pytest.raises(CheckpointError):
        open_checkpoint(signed, LOG.verifier)


def test_a_witness_alone_does_not_make_a_checkpoint() -> None:
    body = state(3).body
    signed = Note(body, (WITNESS.cosign(body, SEEN),)).encode()

    with pytest.raises(CheckpointError):
        open_checkpoint(signed, LOG.verifier, [WITNESS.verifier])


def test_cosignatures_count_towards_the_quorum_once_for_each_trusted_witness() -> None:
    signed = sign_checkpoint(state(3), LOG)
    alias = Signer("alias.example", b"w" * 32, SignatureType.COSIGNATURE_V1)
    for witness in (WITNESS, alias):
        signed = add_cosignature(signed, witness.cosign(state(3).body, SEEN))
    trusted = [WITNESS.verifier, alias.verifier, OTHER_WITNESS.verifier]

    opened = open_checkpoint(signed, LOG.verifier, trusted, quorum=1)

    assert len(opened.cosignatures) == 1
    assert opened.cosignatures[0].seconds == int(SEEN.timestamp())
    with pytest.raises(CheckpointError):
        open_checkpoint(signed, LOG.verifier, trusted, quorum=2)


def test_the_log_is_no_witness_of_itself() -> None:
    itself = Signer("witness.bank.example", b"l" * 32, SignatureType.COSIGNATURE_V1)
    signed = add_cosignature(sign_checkpoint(state(3), LOG), itself.cosign(state(3).body, SEEN))

    with pytest.raises(CheckpointError):
        open_checkpoint(signed, LOG.verifier, [itself.verifier], quorum=1)


def test_a_plain_signature_is_no_cosignature() -> None:
    plain = Signer("plain.example", b"p" * 32)
    signed = add_cosignature(sign_checkpoint(state(3), LOG), plain.sign(state(3).body))

    with pytest.raises(CheckpointError):
        open_checkpoint(signed, LOG.verifier, [plain.verifier], quorum=1)


def test_a_cosignature_with_its_time_changed_is_rejected() -> None:
    cosignature = WITNESS.cosign(state(3).body, SEEN)
    later = (cosignature.seconds + 1).to_bytes(8, "big") + cosignature.value[8:]
    signed = add_cosignature(sign_checkpoint(state(3), LOG), cosignature._replace(value=later))

    with pytest.raises(NoteError):
        open_checkpoint(signed, LOG.verifier, [WITNESS.verifier])
    with pytest.raises(NoteError):
        open_checkpoint(
            add_cosignature(signed, cosignature._replace(value=b"short")), LOG.verifier, [WITNESS.verifier]
        )


def test_a_cosignature_from_beyond_63_bits_of_time_is_rejected() -> None:
    key = Ed25519PrivateKey.from_private_bytes(b"w" * 32)
    honest = WITNESS.cosign(state(3).body, SEEN)
    for seconds, accepted in ((2**63 - 1, True), (2**63, False)):
        value = seconds.to_bytes(8, "big") + key.sign(cosigned_message(state(3).body, seconds))
        assert WITNESS.verifier.accepts(state(3).body, honest._replace(value=value)) is accepted


def test_a_witness_that_signs_again_replaces_its_line() -> None:
    signed = sign_checkpoint(state(3), LOG)
    for minutes in (0, 10):
        signed = add_cosignature(signed, WITNESS.cosign(state(3).body, SEEN + timedelta(minutes=minutes)))

    assert len(Note.decode(signed).signatures) == 2
    (cosignature,) = open_checkpoint(signed, LOG.verifier, [WITNESS.verifier]).cosignatures
    assert cosignature.seconds == int(SEEN.timestamp()) + 600


def test_a_key_signs_only_as_its_type_says() -> None:
    with pytest.raises(NoteError):
        LOG.cosign(state(3).body, SEEN)
    with pytest.raises(NoteError):
        WITNESS.sign(state(3).body)


def test_growth_is_consistent_between_any_two_sizes() -> None:
    for size2 in range(21):
        for size1 in range(size2 + 1):
            proof = consistency_proof(size1, size2, TREE.nodes.__getitem__) if size1 else ()
            verify_growth(state(size1), state(size2), proof)


def test_growth_from_an_empty_log_takes_no_proof() -> None:
    with pytest.raises(CheckpointError):
        verify_growth(Checkpoint(ORIGIN, 0, EMPTY_ROOT), state(3), [TREE.root(3)])


def test_a_log_that_shrank_forked_or_changed_its_name_did_not_grow() -> None:
    proof = consistency_proof(7, 20, TREE.nodes.__getitem__)
    fork = Checkpoint(ORIGIN, 20, tree_of(leaves(20, "fork")).root())

    for earlier, later in ((state(20), state(7)), (state(7), fork), (state(7), state(20, "another"))):
        with pytest.raises((CheckpointError, ProofError)):
            verify_growth(earlier, later, proof)


def test_a_checkpoint_is_fresh_as_long_as_a_witness_saw_it_lately() -> None:
    signed = add_cosignature(sign_checkpoint(state(3), LOG), WITNESS.cosign(state(3).body, SEEN))
    opened = open_checkpoint(signed, LOG.verifier, [WITNESS.verifier])

    require_fresh(opened, SEEN + timedelta(minutes=5), timedelta(minutes=5))
    with pytest.raises(CheckpointError):
        require_fresh(opened, SEEN + timedelta(minutes=5, seconds=1), timedelta(minutes=5))
    with pytest.raises(AuditLogError):
        require_fresh(open_checkpoint(signed, LOG.verifier), SEEN, timedelta(minutes=5))
