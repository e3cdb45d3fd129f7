"""The body of add-checkpoint: old size, consistency proof, checkpoint (C2SP tlog-witness)."""

from dataclasses import dataclass

from services.compliance.log.base64_text import encode_base64
from services.compliance.log.checkpoint import parse_decimal, parse_hash
from services.compliance.log.errors import CheckpointError

SIZE_TYPE = "text/x.tlog.size"
"""The media type of the answer that names the size which the witness knows."""

MOST_HASHES = 63
LARGEST_BODY = 64 * 1024
"""Bytes; far beyond any checkpoint with its proof."""

_OLD = "old "


@dataclass(frozen=True, slots=True)
class AddCheckpoint:
    """A log's request for a cosignature; nothing in it is trusted."""

    old_size: int
    proof: tuple[bytes, ...]
    checkpoint: bytes

    def encode(self) -> bytes:
        """The request's body."""
        lines = [f"{_OLD}{self.old_size}", *(encode_base64(digest) for digest in self.proof)]
        return "".join(f"{line}\n" for line in lines).encode() + b"\n" + self.checkpoint

    @classmethod
    def decode(cls, body: bytes) -> "AddCheckpoint":
        """Read a request; CheckpointError where it is malformed."""
        head, separator, checkpoint = body.partition(b"\n\n")
        if not separator:
            raise CheckpointError("the request has no checkpoint")
        try:
            old, *hashes = head.decode("ascii").split("\n")
        except UnicodeDecodeError:
            raise CheckpointError("the request's head is not ASCII") from None
        if not old.startswith(_OLD):
            raise CheckpointError("a request starts with the old size")
        if len(hashes) > MOST_HASHES:
            raise CheckpointError(f"a consistency proof has at most {MOST_HASHES} hashes")
        proof = tuple(parse_hash(line) for line in hashes)
        return cls(parse_decimal(old.removeprefix(_OLD)), proof, checkpoint)
