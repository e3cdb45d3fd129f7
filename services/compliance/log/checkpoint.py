"""Checkpoints: the signed size and root of a log (C2SP tlog-checkpoint, tlog-cosignature)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.compliance.log.base64_text import decode_base64, encode_base64
from services.compliance.log.errors import CheckpointError
from services.compliance.log.keys import Signature, SignatureType, Signer, Verifier
from services.compliance.log.merkle import EMPTY_ROOT, HASH_SIZE
from services.compliance.log.note import Note, OpenedNote, open_note, sign_note
from services.compliance.log.verification import verify_consistency

_DECIMAL = re.compile(r"0|[1-9][0-9]{0,18}")


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The state of a log: its origin (name), its size in leaves and the root hash at that size."""

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not self.origin or "\n" in self.origin:
            raise CheckpointError("a checkpoint's origin is one non-empty line")
        if self.size < 0 or len(self.root) != HASH_SIZE:
            raise CheckpointError(f"a checkpoint has a size from 0 and a root of {HASH_SIZE} bytes")
        if self.size == 0 and self.root != EMPTY_ROOT:
            raise CheckpointError("the root of an empty log is the hash of nothing")
        if any(not line or "\n" in line for line in self.extensions):
            raise CheckpointError("an extension is one non-empty line")

    @property
    def body(self) -> str:
        """The note text: origin, size, base64 of the root, then any extension lines."""
        lines = (self.origin, str(self.size), encode_base64(self.root), *self.extensions)
        return "".join(f"{line}\n" for line in lines)


def parse_body(text: str) -> Checkpoint:
    """Read a checkpoint's note text; CheckpointError unless it is spelled as `body` spells it."""
    if not text.endswith("\n"):
        raise CheckpointError("a checkpoint ends with a newline")
    lines = text.removesuffix("\n").split("\n")
    if len(lines) < 3:
        raise CheckpointError("a checkpoint has an origin, a size and a root")
    origin, size, root, *extensions = lines
    return Checkpoint(origin, parse_decimal(size), parse_hash(root), tuple(extensions))


def parse_decimal(text: str) -> int:
    """A size or index in ASCII digits without leading zeroes, below 10**19; else CheckpointError."""
    if _DECIMAL.fullmatch(text) is None:
        raise CheckpointError("not a decimal number without leading zeroes")
    return int(text)


def parse_hash(text: str) -> bytes:
    """A SHA-256 hash in canonical base64; else CheckpointError."""
    try:
        digest = decode_base64(text)
    except ValueError:
        raise CheckpointError("a hash is canonical base64") from None
    if len(digest) != HASH_SIZE:
        raise CheckpointError(f"a hash has {HASH_SIZE} bytes")
    return digest


def sign_checkpoint(checkpoint: Checkpoint, signer: Signer) -> bytes:
    """The note in which the log vouches for `checkpoint`.

    The key has to bear the origin's name. Whoever calls has checked with `verify_growth` that the
    log only grew since the last checkpoint it signed: two inconsistent ones are never signed.
    """
    if signer.verifier.name != checkpoint.origin:
        raise CheckpointError("a log signs its own origin only")
    return sign_note(checkpoint.body, signer.sign(checkpoint.body))


def add_cosignature(data: bytes, cosignature: Signature) -> bytes:
    """The signed checkpoint `data` with a witness's line added, or renewed."""
    return Note.decode(data).signed(cosignature).encode()


@dataclass(frozen=True, slots=True)
class OpenedCheckpoint:
    """A checkpoint that its log signed, and the trusted witnesses that cosigned it."""

    checkpoint: Checkpoint
    cosignatures: tuple[Signature, ...]


def open_checkpoint(
    data: bytes, log_key: Verifier, witnesses: Sequence[Verifier] = (), quorum: int = 0
) -> OpenedCheckpoint:
    """Read a signed checkpoint of the log that `log_key` names.

    NoteError where the note is malformed or a known signature is bad; CheckpointError where the
    log did not sign, the origin is another, or fewer than `quorum` of `witnesses` cosigned.
    """
    note = open_note(data, (log_key, *witnesses))
    if note.signature_of(log_key) is None:
        raise CheckpointError("the log did not sign this checkpoint")
    checkpoint = parse_body(note.text)
    if checkpoint.origin != log_key.name:
        raise CheckpointError("the checkpoint is of another log")
    cosignatures = _cosignatures(note, log_key, witnesses)
    if len(cosignatures) < quorum:
        raise CheckpointError(f"{len(cosignatures)} of {quorum} needed witnesses cosigned")
    return OpenedCheckpoint(checkpoint, cosignatures)


def require_fresh(opened: OpenedCheckpoint, now: datetime, max_age: timedelta) -> None:
    """CheckpointError unless a trusted witness cosigned within `max_age` before `now`.

    A replayed old checkpoint is genuine in every other respect; `now` is timezone-aware.
    """
    oldest = now.timestamp() - max_age.total_seconds()
    if not any(oldest <= signature.seconds for signature in opened.cosignatures):
        raise CheckpointError("no witness cosigned this checkpoint recently")


def verify_growth(earlier: Checkpoint, later: Checkpoint, proof: Sequence[bytes]) -> None:
    """Check that a log only appended between two checkpoints: what a witness does before it signs.

    CheckpointError for another origin or a log that shrank, ProofError where `proof` does not join
    the two. From an empty log any growth is consistent, and the proof has to be empty.
    """
    if earlier.origin != later.origin:
        raise CheckpointError("the checkpoints are of two logs")
    if later.size < earlier.size:
        raise CheckpointError(f"the log shrank from size {earlier.size} to {later.size}")
    if earlier.size == 0:
        if proof:
            raise CheckpointError("growth from an empty log has no proof")
        return
    verify_consistency(earlier.size, later.size, proof, earlier.root, later.root)


def _cosignatures(
    note: OpenedNote, log_key: Verifier, witnesses: Sequence[Verifier]
) -> tuple[Signature, ...]:
    # One witness under two names would count twice towards the quorum; the log is no witness of itself.
    by_key: dict[bytes, Signature] = {}
    for witness in witnesses:
        if witness.kind is not SignatureType.COSIGNATURE_V1 or witness.public_key == log_key.public_key:
            continue
        signature = note.signature_of(witness)
        if signature is not None:
            by_key.setdefault(witness.public_key, signature)
    return tuple(by_key.values())
