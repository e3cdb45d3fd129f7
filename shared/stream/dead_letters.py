"""Records that could not be applied, and those that wait behind them; in the batch's transaction."""

from base64 import b64decode, b64encode
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.contracts.topics import dead_letter_topic
from shared.stream.broker import Record
from shared.stream.outbox import StoredEvent, Target

LONGEST_KEY = 1000
"""Bytes of a key that are announced."""
SHOWN_PAYLOAD_BYTES = 262_144
"""A larger payload is only in the table, not in the dead-letter topic."""

SAME_BATCH = -1
"""In place of an id: the letter waits behind the dead letter of its key that is kept with it."""

TIMER_TOPIC = "timer."
"""Prefix of the topic under which a timer that failed is kept."""
TIMERS = "timers"
"""In place of a topic, in the name of the dead-letter topic of all timers of a consumer."""

DEAD, PARKED, REPLAYING, REPLAYED, DISCARDED = "dead", "parked", "replaying", "replayed", "discarded"


class Sealer(Protocol):
    """Encrypts payloads: a record that could not be read may hold anything, personal data too."""

    def seal_bytes(self, plaintext: bytes, context: str) -> str: ...

    def open_bytes(self, sealed: str, context: str) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Kept:
    """A record on file again: what the decoder needs."""

    dead_letter_id: int
    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: Sequence[tuple[str, bytes | None]]
    status: str
    behind: int | None


@dataclass(slots=True)
class DeadLetter:
    """A record to set aside: `behind` names the dead letter that it waits for, if it is only parked."""

    record: Record
    reason: str
    explanation: str
    behind: int | None = None


@dataclass(slots=True)
class ParkedKeys:
    """Keys whose later events wait: (topic, key) -> the dead letter in front."""

    front: dict[tuple[str, bytes], int] = field(default_factory=dict)

    def ahead_of(self, record: Record) -> int | None:
        return self.front.get((record.topic, record.key or b"")) if self.front else None


_INSERT = text(
    "INSERT INTO dead_letter (consumer, topic, partition, record_offset, key, headers, sealed_payload,"
    " status, reason, explanation, behind, failed_at) VALUES (:consumer, :topic, :partition, :offset, :key,"
    " CAST(:headers AS jsonb), :payload, :status, :reason, :explanation, :behind, :now)"
    " RETURNING dead_letter_id"
)
_FRONTS = text(
    "SELECT topic, key, min(dead_letter_id) FROM dead_letter WHERE consumer = :consumer"
    " AND settled_at IS NULL"
    " AND partition = ANY(CAST(:partitions AS integer[])) GROUP BY topic, key"
)
_TAKE_REPLAYS = text(
    "SELECT dead_letter_id, topic, partition, record_offset, key, headers, sealed_payload, status, behind"
    " FROM dead_letter WHERE consumer = :consumer AND settled_at IS NULL"
    " AND partition = ANY(CAST(:partitions AS integer[]))"
    " AND (status = 'replaying' OR status = 'parked' AND (topic, key) NOT IN"
    "  (SELECT front.topic, front.key FROM dead_letter AS front WHERE front.consumer = :consumer"
    "  AND front.settled_at IS NULL AND front.status = 'dead'))"
    " ORDER BY dead_letter_id LIMIT :limit FOR UPDATE"
)
_SETTLE = text(
    "UPDATE dead_letter SET status = :status, settled_at = :now"
    " WHERE dead_letter_id = ANY(CAST(:ids AS bigint[]))"
)
_FAIL_AGAIN = text(
    "UPDATE dead_letter SET status = 'dead', behind = NULL, reason = :reason, explanation = :explanation,"
    " failed_at = :now WHERE dead_letter_id = :id"
)
_WAIT_BEHIND = text(
    "UPDATE dead_letter SET status = 'parked', behind = :front"
    " WHERE dead_letter_id = ANY(CAST(:ids AS bigint[]))"
)


def payload_context(consumer: str) -> str:
    """What a sealed payload is bound to."""
    return f"dead_letter:{consumer}"


@dataclass(slots=True)
class KeptLetters:
    """What was put on file: the new fronts of keys, and what goes to the dead-letter topics."""

    fronts: dict[tuple[str, bytes], int] = field(default_factory=dict)
    announced: dict[Target, list[StoredEvent]] = field(default_factory=dict)


async def keep(
    connection: AsyncConnection,
    consumer: str,
    letters: Sequence[DeadLetter],
    sealer: Sealer,
    now: datetime,
) -> KeptLetters:
    """Put dead letters on file, in order. Rare, so one statement a record: each may name an earlier one."""
    kept = KeptLetters()
    for letter in letters:
        record = letter.record
        name = (record.topic, record.key or b"")
        if letter.behind == SAME_BATCH:
            letter.behind = kept.fronts[name]
        sealed = sealer.seal_bytes(record.value or b"", payload_context(consumer))
        values = _values(letter, consumer, sealed, now)
        identity: int = (await connection.execute(_INSERT, values)).scalar_one()
        if letter.behind is None:
            kept.fronts.setdefault(name, identity)
        topic = TIMERS if record.topic.startswith(TIMER_TOPIC) else record.topic
        target = (record.partition, dead_letter_topic(topic, consumer), 0)
        kept.announced.setdefault(target, []).append(_announced(identity, consumer, letter, sealed, now))
    return kept


def _values(letter: DeadLetter, consumer: str, sealed: str, now: datetime) -> dict[str, object]:
    record = letter.record
    return {
        "consumer": consumer,
        "topic": record.topic,
        "partition": record.partition,
        "offset": record.offset,
        "key": _readable(record.key or b""),
        "headers": _headers_to_json(record),
        "payload": sealed,
        "status": DEAD if letter.behind is None else PARKED,
        "reason": letter.reason,
        "explanation": _shown(letter.explanation),
        "behind": letter.behind,
        "now": now,
    }


async def fronts(connection: AsyncConnection, consumer: str, partitions: Sequence[int]) -> ParkedKeys:
    """The keys that are parked now."""
    rows = await connection.execute(_FRONTS, {"consumer": consumer, "partitions": list(partitions)})
    return ParkedKeys({(topic, key.encode()): identity for topic, key, identity in rows})


async def take_replays(
    connection: AsyncConnection, consumer: str, partitions: Sequence[int], sealer: Sealer, limit: int
) -> list[Kept]:
    """Dead letters that someone asked to replay, and those parked behind none that is dead, in order."""
    rows = await connection.execute(
        _TAKE_REPLAYS, {"consumer": consumer, "partitions": list(partitions), "limit": limit}
    )
    return [_kept(row, consumer, sealer) for row in rows]


async def settle(connection: AsyncConnection, ids: Sequence[int], now: datetime) -> None:
    """These were applied after all."""
    if ids:
        await connection.execute(_SETTLE, {"ids": list(ids), "status": REPLAYED, "now": now})


async def fail_again(
    connection: AsyncConnection,
    kept: Kept,
    reason: str,
    explanation: str,
    waiting: Sequence[int],
    now: datetime,
) -> None:
    """A replay failed: it is dead again, and `waiting` wait behind it."""
    values = {"id": kept.dead_letter_id, "reason": reason, "now": now}
    await connection.execute(_FAIL_AGAIN, {**values, "explanation": _shown(explanation)})
    if waiting:
        await connection.execute(_WAIT_BEHIND, {"front": kept.dead_letter_id, "ids": list(waiting)})


def _kept(row: Any, consumer: str, sealer: Sealer) -> Kept:
    headers = msgspec.json.decode(row.headers) if isinstance(row.headers, str) else row.headers
    return Kept(
        row.dead_letter_id,
        row.topic,
        row.partition,
        row.record_offset,
        row.key.encode(),
        sealer.open_bytes(row.sealed_payload, payload_context(consumer)),
        [(name, b64decode(value)) for name, value in headers],
        row.status,
        row.behind,
    )


def _headers_to_json(record: Record) -> str:
    pairs = [[_readable(name.encode()), b64encode(value or b"").decode()] for name, value in record.headers]
    return msgspec.json.encode(pairs).decode()


def _readable(raw: bytes) -> str:
    return raw.decode(errors="replace").replace("\x00", "�")


def _shown(explanation: str) -> str:
    return _readable(explanation.encode(errors="replace"))[:2000]


def _announced(identity: int, consumer: str, letter: DeadLetter, sealed: str, now: datetime) -> StoredEvent:
    record = letter.record
    value = {
        "dead_letter_id": identity,
        "consumer": consumer,
        "topic": record.topic,
        "partition": record.partition,
        "offset": record.offset,
        "reason": letter.reason,
        "explanation": _shown(letter.explanation),
        "parked_behind": letter.behind,
        "failed_at": now,
        "sealed_payload": sealed if len(sealed) <= SHOWN_PAYLOAD_BYTES else None,
    }
    # A foreign key may be as large as it likes; what is announced of it has to fit into a record.
    key = _readable((record.key or b"")[:LONGEST_KEY])
    return StoredEvent(key, "dead_letter.kept.v1", now.isoformat(), msgspec.json.encode(value))
