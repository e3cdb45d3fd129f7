"""What callers of the log get."""

from collections.abc import Sequence
from datetime import datetime

from pydantic import BaseModel, Field

from services.compliance.store.cosignatures import Standing


class WitnessStandingView(BaseModel):
    """How far a witness follows a log."""

    witness: str = Field(description="Key name and key id")
    size: int = Field(description="The last size that it cosigned, as far as is known")
    cosigned_at: datetime | None
    tried_at: datetime
    problem: str | None = Field(description="Why the last attempt brought no cosignature")

    @classmethod
    def of(cls, standing: Standing) -> "WitnessStandingView":
        """The view of a standing."""
        return cls(**{name: getattr(standing, name) for name in cls.model_fields})


class LogView(BaseModel):
    """A year's log, the key that signs it, and its witnesses."""

    year: int
    origin: str
    size: int
    signed_size: int
    verifier_key: str = Field(description="C2SP verifier key of the log")
    witnesses: list[WitnessStandingView]


class ConsistencyView(BaseModel):
    """That a smaller tree is the beginning of a larger one; hashes in base64."""

    origin: str
    from_size: int
    to_size: int
    proof: Sequence[str]
