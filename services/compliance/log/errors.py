"""What can be wrong with a piece of the log; callers that only report catch `AuditLogError`."""


class AuditLogError(ValueError):
    """Something about the log or a proof does not hold."""


class ProofError(AuditLogError):
    """An inclusion or consistency proof is malformed or proves something else."""


class TileError(AuditLogError):
    """A tile, an entry bundle or a path to one is malformed."""


class KeyFormatError(AuditLogError):
    """A signer or verifier key string is malformed."""


class NoteError(AuditLogError):
    """A signed note is malformed, carries a bad signature or none that is known."""


class CheckpointError(AuditLogError):
    """A checkpoint is malformed, from another log, or contradicts an earlier one."""


class LeafError(AuditLogError):
    """A record cannot be a leaf: outside the restricted schema, or not canonical."""
