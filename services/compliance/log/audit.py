"""Recomputes a whole log from what is stored and says everything that does not hold.

The reader streams: memory does not grow with the log. Where the rows come from is its caller's business.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from services.compliance.log.checkpoint import open_checkpoint
from services.compliance.log.errors import AuditLogError, LeafError
from services.compliance.log.keys import Verifier
from services.compliance.log.leaf import decode_entry
from services.compliance.log.merkle import Frontier, leaf_hash
from services.compliance.log.tiles import TILE_HEIGHT

CHUNK = 10_000
MOST_FINDINGS = 100


class StoredEntry(NamedTuple):
    """A leaf as stored; without salt and body there never was a payload, or it was erased."""

    leaf_index: int
    event_id: str
    leaf_hash: bytes
    entry: bytes
    salt: bytes | None
    body: bytes | None


class StoredCheckpoint(NamedTuple):
    """A checkpoint as stored."""

    size: int
    root: bytes
    note: bytes


class LogSource(Protocol):
    """Where a log is stored. Ranges are half-open; rows come in order."""

    async def entries(self, first: int, end: int) -> Sequence[StoredEntry]: ...

    async def checkpoints(self, after: int, until: int | None) -> Sequence[StoredCheckpoint]:
        """Those with `after` < size <= `until`; with None at most a few beyond `after`."""
        ...

    async def tile_roots(self, level: int, first: int, end: int) -> Mapping[int, bytes]:
        """The root of each full tile's hashes, recomputed; by index."""
        ...

    async def unlogged(self) -> Mapping[str, int]:
        """Facts without a leaf, counted by kind."""
        ...


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that does not hold: which check says so, where, and what."""

    check: str
    where: str
    detail: str


@dataclass(slots=True)
class AuditReport:
    """What an audit saw. The log is as it was signed if `findings` is 0; `first_findings` names some."""

    origin: str
    entries: int = 0
    checkpoints: int = 0
    signed_size: int = 0
    root: str = ""
    payloads: int = 0
    payloads_erased: int = 0
    tiles: int = 0
    findings: int = 0
    first_findings: list[Finding] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        """Whether nothing was found."""
        return self.findings == 0

    def found(self, check: str, where: str, detail: str) -> None:
        """Note a finding; beyond the first ones they are counted only."""
        self.findings += 1
        if len(self.first_findings) < MOST_FINDINGS:
            self.first_findings.append(Finding(check, where, detail))


async def audit(source: LogSource, log_key: Verifier, witnesses: Sequence[Verifier] = ()) -> AuditReport:
    """Check every entry, payload, tile and checkpoint of the log that `log_key` signs."""
    reader = _Audit(AuditReport(log_key.name), log_key, tuple(witnesses))
    following = 0
    while rows := await source.entries(following, following + CHUNK):
        following, position = rows[-1].leaf_index + 1, reader.report.entries
        reader.read_entries(rows, await source.checkpoints(position, position + len(rows)))
        await reader.compare_tiles(source)
    for beyond in await source.checkpoints(reader.report.entries, None):
        reader.report.found("truncation", f"checkpoint {beyond.size}", "signed, but the entries are gone")
    for kind, count in (await source.unlogged()).items():
        if count:
            reader.report.found("completeness", kind, f"{count} without a leaf")
    reader.report.root = reader.frontier.root().hex()
    return reader.report


@dataclass(slots=True)
class _Audit:
    report: AuditReport
    log_key: Verifier
    witnesses: tuple[Verifier, ...]
    frontier: Frontier = field(default_factory=Frontier)
    rows: dict[int, tuple[int, list[bytes]]] = field(default_factory=dict)
    """The roots of full tiles that are still to be compared: the first one's index, and the roots."""

    def read_entries(self, entries: Sequence[StoredEntry], checkpoints: Sequence[StoredCheckpoint]) -> None:
        """Append consecutive entries and judge the checkpoints on the way."""
        base = self.report.entries
        hashes = [self._hash_of(base + place, entry) for place, entry in enumerate(entries)]
        done = 0
        for checkpoint in checkpoints:
            self._append(hashes[done : checkpoint.size - base])
            done = checkpoint.size - base
            self._judge(checkpoint)
        self._append(hashes[done:])
        self.report.entries += len(entries)

    def _append(self, hashes: Sequence[bytes]) -> None:
        growth = self.frontier.append(hashes)
        for row in growth.rows:
            if row.level and row.level % TILE_HEIGHT == 0:
                self.rows.setdefault(row.level, (row.first_position, []))[1].extend(row.hashes)
        self.frontier = growth.frontier

    def _hash_of(self, expected: int, stored: StoredEntry) -> bytes:
        where = f"entry {stored.leaf_index}"
        if stored.leaf_index != expected:
            self.report.found("sequence", where, f"expected {expected} in its place")
        digest = leaf_hash(stored.entry)
        if digest != stored.leaf_hash:
            self.report.found("leaf hash", where, "the entry is not what was hashed")
        try:
            self._check_record(decode_entry(stored.entry), stored, where)
        except LeafError as error:
            self.report.found("leaf", where, str(error))
        return digest

    def _check_record(self, record: Mapping[str, object], stored: StoredEntry, where: str) -> None:
        if record.get("id") != stored.event_id:
            self.report.found("leaf", where, "the entry is about another fact")
        promised = record.get("payload")
        if promised is None:
            return
        if stored.salt is None or stored.body is None:
            self.report.payloads_erased += 1
            return
        self.report.payloads += 1
        if hashlib.sha256(stored.salt + stored.body).hexdigest() != promised:
            self.report.found("payload digest", where, "the payload is not what was logged")

    def _judge(self, stored: StoredCheckpoint) -> None:
        where = f"checkpoint {stored.size}"
        self.report.checkpoints += 1
        self.report.signed_size = stored.size
        try:
            signed = open_checkpoint(stored.note, self.log_key, self.witnesses).checkpoint
        except AuditLogError as error:
            self.report.found("signature", where, str(error))
            return
        if (signed.size, signed.root) != (stored.size, stored.root):
            self.report.found("signature", where, "the row is not what was signed")
        if signed.size != self.frontier.size or signed.root != self.frontier.root():
            self.report.found("consistency", where, "the entries lead to another root")

    async def compare_tiles(self, source: LogSource) -> None:
        """Compare the tiles that are full and signed by now with what is stored."""
        for level, (first, hashes) in sorted(self.rows.items()):
            tile_level = level // TILE_HEIGHT - 1
            end = max(first, min(first + len(hashes), self.report.signed_size >> level))
            stored = await source.tile_roots(tile_level, first, end)
            self.report.tiles += len(stored)
            for index in range(first, end):
                if stored.get(index) != hashes[index - first]:
                    self.report.found("tile", f"tile {tile_level}/{index}", "missing or altered")
            self.rows[level] = (end, hashes[end - first :])
