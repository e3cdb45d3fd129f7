"""What a reader of a format yields: events to publish, rows it rejects."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import msgspec

from shared.contracts.base import Event


@dataclass(frozen=True, slots=True)
class BankEvent:
    """An event with the name that the bank gives it; `key` decides its partition."""

    id: str
    source: str
    key: str
    time: str
    event: Event


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row that is no event: where, which field, why, and the row itself, so that nothing is lost."""

    file: str
    row: int
    field: str
    reason: str
    raw: Any


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a reader is, in bytes of the file as it lies on disk."""

    done: int


Item = BankEvent | Rejected | Progress


class Reader(Protocol):
    """Reads a file in bounded memory. `passes` is how often it goes through it."""

    passes: int

    def read(self, path: Path) -> Iterator[Item]: ...


def build(kind: type[Event], values: dict[str, Any]) -> Event:
    """The event of these values. Raises msgspec.ValidationError naming the field."""
    return msgspec.convert(values, kind, strict=False)


def field_of(error: Exception) -> str:
    """The field that a validation error names: `$.unpaid[0].amount` says unpaid[0].amount."""
    _, _, path = str(error).partition("$")
    return path.strip(" .`'") or str(error).split(" ", 1)[0]


def reason_of(error: Exception) -> str:
    """The sentence of a validation error, without its path."""
    return str(error).partition(" - at ")[0]
