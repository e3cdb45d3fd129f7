"""Proof files: that an entry is in a log, checkable offline with the log's public key (C2SP tlog-proof)."""

from collections.abc import Sequence
from dataclasses import dataclass

from services.compliance.log.base64_text import decode_base64, encode_base64
from services.compliance.log.checkpoint import (
    OpenedCheckpoint,
    open_checkpoint,
    parse_decimal,
    parse_hash,
)
from services.compliance.log.errors import ProofError
from services.compliance.log.keys import Verifier
from services.compliance.log.merkle import leaf_hash
from services.compliance.log.verification import verify_inclusion

_HEADER = "c2sp.org/tlog-proof@v1"
_EXTRA = "extra "
_INDEX = "index "


@dataclass(frozen=True, slots=True)
class LogProof:
    """What a `.tlog-proof` file says; nothing in it is trusted before `verify_proof`.

    `extra` carries the entry itself, so that the file and a public key are all that a reader needs;
    `checkpoint` is a signed checkpoint, verbatim.
    """

    index: int
    hashes: tuple[bytes, ...]
    checkpoint: bytes
    extra: bytes = b""

    def encode(self) -> bytes:
        """The file's bytes."""
        lines = [_HEADER]
        if self.extra:
            lines.append(_EXTRA + encode_base64(self.extra))
        lines.append(f"{_INDEX}{self.index}")
        lines.extend(encode_base64(digest) for digest in self.hashes)
        return "".join(f"{line}\n" for line in lines).encode() + b"\n" + self.checkpoint

    @classmethod
    def decode(cls, data: bytes) -> "LogProof":
        """Read a proof file; ProofError where it is malformed."""
        head, separator, checkpoint = data.partition(b"\n\n")
        if not separator:
            raise ProofError("the proof has no checkpoint")
        try:
            header, *lines = head.decode("ascii").split("\n")
            if header != _HEADER:
                raise ProofError(f"a proof starts with {_HEADER}")
            extra = decode_base64(lines.pop(0).removeprefix(_EXTRA)) if _has_extra(lines) else b""
            index, *hashes = lines or [""]
            if not index.startswith(_INDEX):
                raise ProofError("the proof has no index")
            number = parse_decimal(index.removeprefix(_INDEX))
            return cls(number, tuple(parse_hash(line) for line in hashes), checkpoint, extra)
        except ValueError as error:
            raise ProofError(f"the proof is malformed: {error}") from None


@dataclass(frozen=True, slots=True)
class ProvenEntry:
    """An entry that is number `index` of the log at the opened checkpoint."""

    entry: bytes
    index: int
    opened: OpenedCheckpoint


def verify_proof(
    data: bytes,
    log_key: Verifier,
    witnesses: Sequence[Verifier] = (),
    quorum: int = 0,
    entry: bytes | None = None,
) -> ProvenEntry:
    """Check a proof file offline: the log's signature, `quorum` cosignatures, and the inclusion.

    Proves `entry`, or the entry in the file's extra line where none is given; with both they have
    to be equal. Any AuditLogError means that nothing is proven.
    """
    proof = LogProof.decode(data)
    if entry is None:
        entry = proof.extra
    if not entry:
        raise ProofError("the proof file has no entry: give the entry that it should prove")
    if proof.extra and proof.extra != entry:
        raise ProofError("the proof is for another entry")
    opened = open_checkpoint(proof.checkpoint, log_key, witnesses, quorum)
    state = opened.checkpoint
    verify_inclusion(leaf_hash(entry), proof.index, state.size, proof.hashes, state.root)
    return ProvenEntry(entry, proof.index, opened)


def _has_extra(lines: list[str]) -> bool:
    if not lines or not lines[0].startswith(_EXTRA):
        return False
    if lines[0] == _EXTRA:
        raise ProofError("an extra line carries data")
    return True
