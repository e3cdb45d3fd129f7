"""How compliance is told of its witnesses."""

from typing import Self

from pydantic import AnyHttpUrl, BaseModel, ConfigDict, model_validator

from services.compliance.log.errors import KeyFormatError
from services.compliance.log.keys import Verifier
from services.compliance.log.trust import parse_witnesses


class WitnessSettings(BaseModel):
    """Where a witness takes checkpoints (its submission prefix), and its C2SP verifier key."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    url: AnyHttpUrl
    key: str

    @model_validator(mode="after")
    def _usable(self) -> Self:
        _ = self.verifier
        return self

    @property
    def verifier(self) -> Verifier:
        """The key; ValueError where the text is none of a witness."""
        try:
            (verifier,) = parse_witnesses([self.key])
        except KeyFormatError as error:
            raise ValueError(f"the witness's key cannot be used: {error}") from None
        return verifier
