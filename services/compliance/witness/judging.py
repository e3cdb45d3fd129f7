"""What a witness says to a checkpoint: a pure decision over what it cosigned last (C2SP tlog-witness)."""

from dataclasses import dataclass
from enum import IntEnum

from services.compliance.log.checkpoint import Checkpoint, open_checkpoint, parse_body, verify_growth
from services.compliance.log.errors import AuditLogError, CheckpointError, NoteError
from services.compliance.log.merkle import EMPTY_ROOT
from services.compliance.log.note import Note, sign_note
from services.compliance.log.trust import LogKeys
from services.compliance.witness.request import AddCheckpoint


class Refusal(IntEnum):
    """Why a checkpoint is not cosigned; the values are HTTP statuses."""

    MALFORMED = 400
    NOT_SIGNED = 403
    UNKNOWN_LOG = 404
    OUT_OF_STEP = 409
    INCONSISTENT = 422


class RefusedError(Exception):
    """The checkpoint is not cosigned.

    `size` is that of the last cosigned checkpoint where the request was out of step. `is_suspicious` tells
    that the log signed what does not follow from what was cosigned: it may have been rewritten.
    """

    def __init__(
        self, refusal: Refusal, reason: str, *, size: int | None = None, is_suspicious: bool = False
    ) -> None:
        super().__init__(reason)
        self.refusal = refusal
        self.size = size
        self.is_suspicious = is_suspicious


@dataclass(frozen=True, slots=True)
class Claim:
    """A checkpoint that its log signed, and what the log says it grew from; growth is not judged yet.

    `note` has the log's signature alone: what strangers added to it is dropped.
    """

    checkpoint: Checkpoint
    old_size: int
    proof: tuple[bytes, ...]
    note: bytes


def authenticate(body: bytes, logs: LogKeys) -> Claim:
    """Read a request and check that a known log signed its checkpoint. Raises RefusedError."""
    try:
        request = AddCheckpoint.decode(body)
        note = Note.decode(request.checkpoint)
        claimed = parse_body(note.text)
    except AuditLogError as error:
        raise RefusedError(Refusal.MALFORMED, str(error)) from None
    key = logs.find(claimed.origin)
    if key is None:
        raise RefusedError(Refusal.UNKNOWN_LOG, "this witness knows no log of this origin")
    try:
        opened = open_checkpoint(request.checkpoint, key).checkpoint
    except (NoteError, CheckpointError) as error:
        raise RefusedError(Refusal.NOT_SIGNED, str(error)) from None
    if request.old_size > opened.size:
        raise RefusedError(Refusal.MALFORMED, "the old size is larger than the checkpoint")
    own = next(line for line in note.signatures if (line.name, line.key_id) == (key.name, key.key_id))
    return Claim(opened, request.old_size, request.proof, sign_note(note.text, own))


def judge(claim: Claim, last: Checkpoint | None) -> None:
    """Check the claim against the last checkpoint cosigned for its origin. Raises RefusedError."""
    earlier = last or Checkpoint(claim.checkpoint.origin, 0, EMPTY_ROOT)
    if claim.old_size != earlier.size:
        # A log that was rolled back ends here too: it has no proof from a size that it no longer has.
        raise RefusedError(
            Refusal.OUT_OF_STEP,
            "the old size is not that of the last cosigned checkpoint",
            size=earlier.size,
        )
    if claim.checkpoint.size == earlier.size and claim.checkpoint.root != earlier.root:
        raise RefusedError(Refusal.OUT_OF_STEP, "another root was cosigned for this size", is_suspicious=True)
    try:
        verify_growth(earlier, claim.checkpoint, claim.proof)
    except AuditLogError as error:
        raise RefusedError(Refusal.INCONSISTENT, str(error), is_suspicious=True) from None
