"""What a witness cosigns and what it refuses, by C2SP tlog-witness; what it remembers."""

from pathlib import Path

import pytest

from services.compliance.log.checkpoint import Checkpoint, add_cosignature, open_checkpoint, sign_checkpoint
from services.compliance.log.errors import AuditLogError, CheckpointError, KeyFormatError
from services.compliance.log.keys import SignatureType, Signer
from services.compliance.log.merkle import EMPTY_ROOT, root_of
from services.compliance.log.note import Note
from services.compliance.log.paths import consistency_proof
from services.compliance.log.trust import LogKeys, parse_witnesses
from services.compliance.witness.files import write_durably
from services.compliance.witness.judging import Refusal, RefusedError, authenticate, judge
from services.compliance.witness.request import MOST_HASHES, AddCheckpoint
from services.compliance.witness.state import WitnessState, WitnessStateError, open_state
from tests.unit.compliance.log_reference import leaves, tree_of
from tests.unit.compliance.test_log_checkpoint import LOG, ORIGIN, SEEN, WITNESS

TREE = tree_of(leaves(40))
FORK = tree_of([*leaves(20), *leaves(20, salt="forged")])
LOGS = LogKeys((LOG.verifier,))
STRANGER = Signer(ORIGIN, b"x" * 32)


def head(size: int, hashes: list[bytes] = TREE.hashes) -> Checkpoint:
    return Checkpoint(ORIGIN, size, root_of(hashes[:size]))


def signed(checkpoint: Checkpoint, signer: Signer = LOG) -> bytes:
    return sign_checkpoint(checkpoint, signer)


def asking(old: int, size: int, *, hashes: list[bytes] = TREE.hashes, signer: Signer = LOG) -> bytes:
    """The body of an honest request, or of the best one that a forger can make."""
    nodes = tree_of(hashes).nodes
    proof = consistency_proof(old, size, nodes.__getitem__) if 0 < old <= size else ()
    return AddCheckpoint(old, tuple(proof), signed(head(size, hashes), signer)).encode()


def refused(body: bytes, last: Checkpoint | None = None, logs: LogKeys = LOGS) -> RefusedError:
    with pytest.raises(RefusedError) as caught:
        judge(authenticate(body, logs), last)
    return caught.value


@pytest.mark.parametrize(("old", "size"), [(0, 0), (0, 1), (0, 40), (1, 40), (16, 32), (25, 40), (40, 40)])
def test_a_log_that_only_grew_is_cosigned(old: int, size: int) -> None:
    judge(authenticate(asking(old, size), LOGS), head(old) if old else None)


def test_a_request_is_read_as_it_was_written() -> None:
    request = AddCheckpoint(25, tuple(leaves(3)), signed(head(40)))

    assert AddCheckpoint.decode(request.encode()) == request


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"old 0\n",
        b"old 0\n\n",
        b"old 01\n\n" + signed(head(3)),
        b"old -1\n\n" + signed(head(3)),
        b"0\n\n" + signed(head(3)),
        b"old 0\nAA==\n\n" + signed(head(3)),
        b"old 0\n\xff\n\n" + signed(head(3)),
        b"old 0\n\nnothing signed\n",
        AddCheckpoint(1, tuple(leaves(MOST_HASHES + 1)), signed(head(3))).encode(),
        AddCheckpoint(4, (), signed(head(3))).encode(),
    ],
)
def test_a_malformed_request_is_answered_with_400(body: bytes) -> None:
    assert refused(body).refusal == Refusal.MALFORMED == 400


def test_a_log_that_nobody_named_is_answered_with_404() -> None:
    assert refused(asking(0, 3), logs=LogKeys(())).refusal == Refusal.UNKNOWN_LOG == 404


def test_a_checkpoint_that_the_log_did_not_sign_is_answered_with_403() -> None:
    by_stranger = refused(asking(0, 3, signer=STRANGER))
    broken = AddCheckpoint(0, (), signed(head(3)).replace(b"\n3\n", b"\n4\n")).encode()

    assert by_stranger.refusal == refused(broken).refusal == Refusal.NOT_SIGNED == 403


@pytest.mark.parametrize(("old", "last"), [(0, 25), (24, 25), (26, 25), (5, None)])
def test_another_old_size_is_answered_with_409_and_the_size_that_the_witness_knows(
    old: int, last: int | None
) -> None:
    found = refused(asking(old, 40), head(last) if last else None)

    assert (found.refusal, found.size) == (Refusal.OUT_OF_STEP, last or 0)
    assert found.refusal == 409


def test_two_roots_for_one_size_are_answered_with_409_and_kept() -> None:
    found = refused(asking(40, 40, hashes=FORK.hashes), head(40))

    assert (found.refusal, found.size, found.is_suspicious) == (Refusal.OUT_OF_STEP, None, True)


@pytest.mark.parametrize("seen", [21, 25, 39])
def test_a_fork_that_the_log_signed_is_answered_with_422_and_kept(seen: int) -> None:
    found = refused(asking(seen, 40, hashes=FORK.hashes), head(seen))

    assert (found.refusal, found.is_suspicious) == (Refusal.INCONSISTENT, True)
    assert found.refusal == 422


def test_a_log_whose_tail_was_cut_off_cannot_go_on() -> None:
    # It either names the size that the witness knows, which is larger than its own, or its own.
    assert refused(asking(25, 20), head(25)).refusal == Refusal.MALFORMED
    assert refused(asking(20, 20), head(25)).size == 25


@pytest.mark.parametrize("seen", [20, 25])
def test_an_old_checkpoint_that_is_played_again_is_refused(seen: int) -> None:
    assert refused(asking(0, 20), head(seen)).size == seen


def test_surplus_and_missing_hashes_are_answered_with_422() -> None:
    honest = AddCheckpoint.decode(asking(25, 40))
    for proof in (honest.proof[1:], (*honest.proof, leaves(1)[0]), ()):
        assert refused(AddCheckpoint(25, proof, honest.checkpoint).encode(), head(25)).refusal == 422
    assert refused(AddCheckpoint(0, honest.proof, honest.checkpoint).encode()).refusal == 422


def test_signatures_of_strangers_are_not_carried_on() -> None:
    crowded = Note.decode(add_cosignature(signed(head(3)), WITNESS.cosign(head(3).body, SEEN)))
    claim = authenticate(AddCheckpoint(0, (), crowded.encode()).encode(), LOGS)

    assert claim.note == signed(head(3))


def test_one_key_is_trusted_for_the_logs_of_all_years() -> None:
    keys = LogKeys.parse([Signer("bank.example/compliance/2026", b"l" * 32).verifier.encode()])
    later = keys.find("bank.example/compliance/2027")

    assert later == Signer("bank.example/compliance/2027", b"l" * 32).verifier
    for other in ("bank.example/compliance", "bank.example/other/2027", "bank.example/compliance/27"):
        assert keys.find(other) is None
    with pytest.raises(CheckpointError):
        keys.of_checkpoint(signed(head(3)))


def test_keys_of_logs_and_of_witnesses_are_not_confused() -> None:
    with pytest.raises(KeyFormatError):
        LogKeys.parse([WITNESS.verifier.encode()])
    with pytest.raises(KeyFormatError):
        parse_witnesses([LOG.verifier.encode()])
    assert parse_witnesses([f"{WITNESS.verifier.encode()}\n"]) == (WITNESS.verifier,)


def cosigned(state: WitnessState, size: int) -> bytes:
    checkpoint = head(size)
    return add_cosignature(signed(checkpoint), state.signer.cosign(checkpoint.body, SEEN))


def test_what_a_witness_cosigned_survives_its_restart(tmp_path: Path) -> None:
    with open_state(tmp_path / "state", "witness.example") as state:
        assert state.last(ORIGIN) is None
        state.save(ORIGIN, cosigned(state, 25))
        key = state.signer.verifier
    with open_state(tmp_path / "state", "witness.example") as again:
        assert again.signer.verifier == key
        assert again.last(ORIGIN) == head(25)
        note = again.last_note(ORIGIN)
    assert note is not None
    assert open_checkpoint(note, LOG.verifier, [key], quorum=1).checkpoint == head(25)


def test_a_crash_while_writing_leaves_the_old_checkpoint(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_state(tmp_path, "witness.example") as state:
        state.save(ORIGIN, cosigned(state, 20))
        monkeypatch.setattr("os.replace", lambda *_: (_ for _ in ()).throw(OSError("no space left")))
        with pytest.raises(OSError, match="no space"):
            state.save(ORIGIN, cosigned(state, 25))
        monkeypatch.undo()
        assert state.last(ORIGIN) == head(20)
    with open_state(tmp_path, "witness.example") as again:
        assert again.last(ORIGIN) == head(20)


def test_a_witness_whose_memory_was_tampered_with_does_not_start(tmp_path: Path) -> None:
    with open_state(tmp_path, "witness.example") as state:
        state.save(ORIGIN, cosigned(state, 25))
        (path,) = (tmp_path / "cosigned").iterdir()
        path.write_bytes(signed(head(20)))
        with pytest.raises(WitnessStateError, match="damaged"):
            state.last(ORIGIN)
    with pytest.raises(WitnessStateError, match="damaged"):
        open_state(tmp_path, "witness.example")


def test_a_witness_that_lost_its_key_does_not_begin_with_another(tmp_path: Path) -> None:
    with open_state(tmp_path, "witness.example") as state:
        state.save(ORIGIN, cosigned(state, 25))
    (tmp_path / "witness.key").unlink()
    with pytest.raises(WitnessStateError, match=r"lost its witness\.key"):
        open_state(tmp_path, "witness.example")


def test_two_processes_cannot_share_a_memory(tmp_path: Path) -> None:
    with open_state(tmp_path, "witness.example"), pytest.raises(WitnessStateError, match="in use"):
        open_state(tmp_path, "witness.example")
    with open_state(tmp_path, "witness.example"):
        pass


def test_a_witness_keeps_its_name_and_its_secret(tmp_path: Path) -> None:
    with open_state(tmp_path, "witness.example") as state:
        assert (tmp_path / "witness.vkey").read_text().strip() == state.signer.verifier.encode()
    assert (tmp_path / "witness.key").stat().st_mode & 0o077 == 0
    with pytest.raises(WitnessStateError, match="is the key of"):
        open_state(tmp_path, "other.example")
    write_durably(tmp_path / "witness.key", LOG.encode().encode())
    with pytest.raises(WitnessStateError):
        open_state(tmp_path, ORIGIN)
    with pytest.raises(WitnessStateError):
        open_state(tmp_path / "fresh", "a name with spaces")


def test_suspicious_requests_are_kept_up_to_a_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.compliance.witness.state.MOST_SUSPICIOUS", 2)
    with open_state(tmp_path, "witness.example") as state:
        for number in range(4):
            state.keep_suspicious(f"request {number % 3}".encode())
    assert len(list((tmp_path / "suspicious").iterdir())) == 2


def test_the_empty_log_has_one_root_only() -> None:
    with pytest.raises(AuditLogError):
        Checkpoint(ORIGIN, 0, leaves(1)[0])
    assert head(0).root == EMPTY_ROOT
    assert WITNESS.verifier.kind is SignatureType.COSIGNATURE_V1


def test_a_witness_whose_key_is_kept_elsewhere_has_it_from_there(tmp_path: Path) -> None:
    seed = b"e" * 32
    with open_state(tmp_path / "w", "witness.example", seed) as state:
        key = state.signer.verifier
    assert key == Signer("witness.example", seed, SignatureType.COSIGNATURE_V1).verifier
    assert not (tmp_path / "w" / "witness.key").exists()
    assert (tmp_path / "w" / "witness.vkey").read_text().strip() == key.encode()
    with open_state(tmp_path / "w", "witness.example", seed) as state:
        assert state.signer.verifier == key


@pytest.mark.parametrize(("name", "seed"), [("witness.example", b"o" * 32), ("other.example", b"e" * 32)])
def test_a_folder_is_the_memory_of_one_witness_only(tmp_path: Path, name: str, seed: bytes) -> None:
    open_state(tmp_path / "w", "witness.example", b"e" * 32).__exit__()
    with pytest.raises(WitnessStateError, match="another witness's memory"):
        open_state(tmp_path / "w", name, seed)


def test_a_folder_with_a_key_of_its_own_takes_no_other(tmp_path: Path) -> None:
    open_state(tmp_path / "w", "witness.example").__exit__()
    with pytest.raises(WitnessStateError, match="a key of its own"):
        open_state(tmp_path / "w", "witness.example", b"e" * 32)
