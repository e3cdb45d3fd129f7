"""Whom a verifier trusts: keys of logs, with one log a year under one key, and keys of witnesses."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from services.compliance.log.errors import CheckpointError, KeyFormatError
from services.compliance.log.keys import SignatureType, Verifier

_YEARLY = re.compile(r"(?P<name>.+)/[0-9]{4}")


@dataclass(frozen=True, slots=True)
class LogKeys:
    """Verifier keys of logs.

    A key whose name ends in a year, as in `bank.example/compliance/2026`, is also the key of the logs of
    the other years: the bank opens a new log each year and keeps its key.
    """

    keys: tuple[Verifier, ...]

    def __post_init__(self) -> None:
        if any(key.kind is not SignatureType.ED25519 for key in self.keys):
            raise KeyFormatError("this is a witness's key, not a log's")

    @classmethod
    def parse(cls, texts: Sequence[str]) -> "LogKeys":
        """Read verifier key strings; KeyFormatError where one is none, or a witness's."""
        return cls(tuple(Verifier.parse(text.strip()) for text in texts))

    def find(self, origin: str) -> Verifier | None:
        """The key of the log of this origin, under the origin's name; None where nobody trusts it."""
        for key in self.keys:
            if key.name == origin:
                return key
        for key in self.keys:
            if (name := _without_year(key.name)) is not None and name == _without_year(origin):
                return Verifier(origin, key.kind, key.public_key)
        return None

    def of_checkpoint(self, data: bytes) -> Verifier:
        """The key that should have signed this checkpoint, going by its first line, which proves nothing.

        Raises CheckpointError where the log is not a trusted one.
        """
        origin = data.split(b"\n", 1)[0].decode("utf-8", "replace")
        found = self.find(origin)
        if found is None:
            raise CheckpointError("the checkpoint is of a log whose key is not among the given ones")
        return found


def parse_witnesses(texts: Sequence[str]) -> tuple[Verifier, ...]:
    """Read verifier key strings of witnesses; KeyFormatError where one is none, or a log's."""
    keys = tuple(Verifier.parse(text.strip()) for text in texts)
    if any(key.kind is not SignatureType.COSIGNATURE_V1 for key in keys):
        raise KeyFormatError("this is a log's key, not a witness's")
    return keys


def _without_year(name: str) -> str | None:
    match = _YEARLY.fullmatch(name)
    return None if match is None else match["name"]
