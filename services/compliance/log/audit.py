"""Recomputes a whole log from what is stored and says everything that does not hold.

The reader streams: memory does not grow with the log. Where the rows come from is its caller's business.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from services.compliance.log.audit_report import AuditReport, Finding
from services.compliance.log.audit_source import LogSource, StoredCheckpoint, StoredEntry
from services.compliance.log.checkpoint import Checkpoint, OpenedCheckpoint, open_checkpoint
from services.compliance.log.errors import AuditLogError, LeafError, TileError
from services.compliance.log.keys import Verifier
from services.compliance.log.leaf import decode_entry
from services.compliance.log.merkle import Frontier, leaf_hash
from services.compliance.log.numbering import Numbering
from services.compliance.log.tiles import TILE_HEIGHT, TILE_WIDTH

CHUNK = 40 * TILE_WIDTH

PERSON_SEQUENCE = "person sequence"
"""The check that finds a leaf about a person missing among the others."""

__all__ = ["AuditReport", "Demands", "Finding", "audit"]


@dataclass(frozen=True, slots=True)
class Demands:
    """What an auditor asks of a log beyond its own signature.

    `quorum` of `witnesses` have to have cosigned, `max_age` before `now` at the latest (None: at any time).
    `seen` are checkpoints of this log that were got elsewhere, as from a witness: the log must lead to
    each of them. An empty one says that somebody who should have one has none.
    """

    witnesses: tuple[Verifier, ...] = ()
    quorum: int = 0
    now: datetime | None = None
    max_age: timedelta | None = None
    seen: tuple[bytes, ...] = ()


async def audit(source: LogSource, log_key: Verifier, demands: Demands = Demands()) -> AuditReport:
    """Check every entry, payload, tile and checkpoint of the log that `log_key` signs."""
    reader = _Audit(AuditReport(log_key.name), log_key, demands)
    reader.open_seen()
    try:
        await reader.read(source)
    except TileError as error:
        reader.report.found("tile", f"entry {reader.report.entries} or after", str(error))
    await reader.look_beyond(source)
    for kind, count in (await source.unlogged()).items():
        if count:
            reader.report.found("completeness", kind, f"{count} without a leaf")
    reader.judge_rulesets(await source.rulesets())
    reader.judge_witnesses()
    reader.report.root = reader.frontier.root().hex()
    return reader.report


@dataclass(slots=True)
class _Audit:
    report: AuditReport
    log_key: Verifier
    demands: Demands
    frontier: Frontier = field(default_factory=Frontier)
    rows: dict[int, tuple[int, list[bytes]]] = field(default_factory=dict)
    """The roots of full tiles that are still to be compared: the first one's index, and the roots."""
    seen: list[Checkpoint] = field(default_factory=list)
    """What the log still has to lead to, by size."""
    following: int = 0
    """The index that the next entry should have."""
    named: set[str] = field(default_factory=set)
    """The sets of rule packs that leaves name."""
    numbering: Numbering = field(default_factory=Numbering)
    cosigned_at: int = 0
    has_payloads: bool = True

    def open_seen(self) -> None:
        """Read the checkpoints that were got elsewhere; one that the log did not sign is a finding."""
        for note in self.demands.seen:
            if not note:
                self.report.found("witness", "log", "a witness that was asked has cosigned nothing of it")
                continue
            try:
                opened = open_checkpoint(note, self.log_key, self.demands.witnesses)
            except AuditLogError as error:
                self.report.found("witness", "a checkpoint from elsewhere", str(error))
                continue
            self.seen.append(opened.checkpoint)
            self._note_cosignatures(opened)
        self.seen.sort(key=lambda checkpoint: checkpoint.size)

    async def read(self, source: LogSource) -> None:
        """Read the log to its end. TileError where it cannot be read any further."""
        self.has_payloads = source.has_payloads
        while rows := await source.entries(self.following, self.following + CHUNK):
            position = self.report.entries
            self._take(rows, await source.checkpoints(position, position + len(rows)))
            await self._compare_tiles(source)

    def _take(self, entries: Sequence[StoredEntry], checkpoints: Sequence[StoredCheckpoint]) -> None:
        """Append consecutive entries and judge the checkpoints on the way."""
        base = self.report.entries
        hashes = [self._hash_of(entry) for entry in entries]
        for checkpoint in checkpoints:
            self._advance(hashes, base, checkpoint.size)
            self._judge(checkpoint)
        self._advance(hashes, base, base + len(entries))
        self.report.entries += len(entries)

    def _advance(self, hashes: Sequence[bytes], base: int, size: int) -> None:
        """Append up to `size`, with a halt at each checkpoint that was seen elsewhere."""
        while self.seen and self.seen[0].size <= size:
            seen = self.seen.pop(0)
            self._append(hashes[self.frontier.size - base : seen.size - base])
            if seen.root != self.frontier.root():
                self.report.found("witness", f"checkpoint {seen.size}", "another one was cosigned elsewhere")
        self._append(hashes[self.frontier.size - base : size - base])

    def _append(self, hashes: Sequence[bytes]) -> None:
        growth = self.frontier.append(hashes)
        for row in growth.rows:
            if row.level and row.level % TILE_HEIGHT == 0:
                self.rows.setdefault(row.level, (row.first_position, []))[1].extend(row.hashes)
        self.frontier = growth.frontier

    def _hash_of(self, stored: StoredEntry) -> bytes:
        where = f"entry {stored.leaf_index}"
        if stored.leaf_index != self.following:
            self.report.found("sequence", where, f"expected {self.following} in its place")
        self.following = stored.leaf_index + 1
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
        if isinstance(ruleset := record.get("ruleset"), str):
            self.named.add(ruleset)
        if (problem := self.numbering.take(record)) is not None:
            self.report.found(PERSON_SEQUENCE, where, problem)
        promised = record.get("payload")
        if promised is None or not self.has_payloads:
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
            opened = open_checkpoint(stored.note, self.log_key, self.demands.witnesses)
        except AuditLogError as error:
            self.report.found("signature", where, str(error))
            return
        signed = opened.checkpoint
        if (signed.size, signed.root) != (stored.size, stored.root):
            self.report.found("signature", where, "the row is not what was signed")
        if signed.size != self.frontier.size or signed.root != self.frontier.root():
            self.report.found("consistency", where, "the entries lead to another root")
        elif opened.cosignatures and len(opened.cosignatures) >= self.demands.quorum:
            self.report.witnessed_size = signed.size
        self._note_cosignatures(opened)

    def _note_cosignatures(self, opened: OpenedCheckpoint) -> None:
        for signature in opened.cosignatures:
            self.cosigned_at = max(self.cosigned_at, signature.seconds)
            if signature.name not in self.report.witnesses:
                self.report.witnesses.append(signature.name)

    async def _compare_tiles(self, source: LogSource) -> None:
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

    async def look_beyond(self, source: LogSource) -> None:
        """Find what was signed, seen elsewhere or counted, and is not there any more."""
        entries = self.report.entries
        for beyond in await source.checkpoints(entries, None):
            self.report.found("truncation", f"checkpoint {beyond.size}", "signed, but the entries are gone")
        for seen in self.seen:
            self.report.found("witness", f"checkpoint {seen.size}", "cosigned, but the entries are gone")
        if await source.size() > entries:
            self.report.found("truncation", f"entry {entries}", "the entries from here on are gone")
        async for subject, leaves in source.numbered():
            if self.numbering.short_of(subject, leaves):
                where = f"subject {subject.hex()}"
                self.report.found(PERSON_SEQUENCE, where, f"{leaves} leaves were counted, the last is gone")
        self.report.unnumbered = self.numbering.unnumbered

    def judge_rulesets(self, known: Mapping[str, str] | None) -> None:
        """Are the rule packs that decisions name on file as they were?"""
        if known is None:
            return
        for ruleset in sorted(self.named):
            found = known.get(ruleset)
            if found is None:
                self.report.found("pack digest", f"ruleset {ruleset}", "its packs are not on file")
            elif found != ruleset:
                self.report.found("pack digest", f"ruleset {ruleset}", "its packs are not those of the log")

    def judge_witnesses(self) -> None:
        """Are there enough cosignatures, and is the newest one new enough?"""
        demands = self.demands
        if self.cosigned_at:
            self.report.witnessed_at = _instant(self.cosigned_at)
        if not demands.quorum or not self.report.entries:
            return
        if not self.report.witnessed_size:
            self.report.found("witness", "log", f"no checkpoint is cosigned by {demands.quorum} witnesses")
        if demands.now is not None and demands.max_age is not None:
            oldest = (demands.now - demands.max_age).timestamp()
            if self.cosigned_at < oldest:
                last = self.report.witnessed_at or "never"
                self.report.found("freshness", "log", f"last cosigned {last}: this may be an old state")


def _instant(seconds: int) -> str:
    try:
        return datetime.fromtimestamp(seconds, UTC).isoformat()
    except (OverflowError, ValueError, OSError):
        return f"{seconds} seconds after 1970"
