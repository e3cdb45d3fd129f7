"""Where an audit reads a log from: rows as they are stored, in order."""

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import NamedTuple, Protocol


class StoredEntry(NamedTuple):
    """A leaf as stored; without salt and body there never was a payload, it was erased, or is not to see."""

    leaf_index: int
    event_id: str
    leaf_hash: bytes
    entry: bytes
    salt: bytes | None
    body: bytes | None


class StoredCheckpoint(NamedTuple):
    """A checkpoint as stored, its note with the cosignatures that are kept of it."""

    size: int
    root: bytes
    note: bytes


class LogSource(Protocol):
    """A stored log. Ranges are half-open; rows come in order.

    `has_payloads` tells whether payloads are to see here at all. AuditLogError where rows cannot be read.
    """

    has_payloads: bool

    async def size(self) -> int:
        """How many entries the store says there are."""
        ...

    async def entries(self, first: int, end: int) -> Sequence[StoredEntry]:
        """Those from `first` on, at most as many as the range is long; none at the end."""
        ...

    async def checkpoints(self, after: int, until: int | None) -> Sequence[StoredCheckpoint]:
        """Those with `after` < size <= `until`; with None at most a few beyond `after`."""
        ...

    async def tile_roots(self, level: int, first: int, end: int) -> Mapping[int, bytes]:
        """The root of each full tile's hashes, recomputed; by index."""
        ...

    def numbered(self) -> AsyncIterator[tuple[bytes, int]]:
        """How many leaves about each pseudonym were counted; nothing where that is not to see."""
        ...

    async def unlogged(self) -> Mapping[str, int]:
        """Facts without a leaf, counted by kind."""
        ...

    async def rulesets(self) -> Mapping[str, str] | None:
        """Of each set of rule packs on file, by the digest that leaves name: the digest that it has.

        None where packs are not to see here.
        """
        ...
