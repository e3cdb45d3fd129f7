"""Who asks, and what they may do."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Principal:
    """A caller whose credential was verified. `subject` is an id of a system or a member of staff."""

    subject: str
    scopes: frozenset[str]
    roles: frozenset[str] = field(default_factory=frozenset)

    def missing(self, required: Iterable[str]) -> list[str]:
        """The required scopes that this caller does not have, sorted. `*` grants all."""
        return [] if "*" in self.scopes else sorted(set(required) - self.scopes)
