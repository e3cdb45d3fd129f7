"""The outbox: committed events, numbered without gaps, until they are relayed and past retention.

A row holds what one transaction produced for one lane and target, as LZ4-compressed MessagePack.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import cramjam
import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.contracts.topics import TOPIC_OF
from shared.stream.partitioning import partition_of
from shared.stream.work import Emission

Target = tuple[int, str, int]
"""(lane, topic, partition of the topic)."""

LARGEST_EVENT = 1_000_000
"""Bytes of its value; with key and headers that fits into what Kafka takes by default (1 MiB), compressed or
not. A larger one would stop its relay for good, so the transaction that emits it fails instead."""

# Locks are taken in the order of the rows given, which are sorted: two transactions cannot dead-lock.
_TAKE_NUMBERS = text(
    "INSERT INTO lane_counter AS counter (lane, topic, partition, last_sequence)"
    " SELECT * FROM unnest(CAST(:lanes AS integer[]), CAST(:topics AS text[]),"
    "  CAST(:partitions AS integer[]), CAST(:counts AS bigint[]))"
    " ON CONFLICT (lane, topic, partition) DO UPDATE"
    " SET last_sequence = counter.last_sequence + excluded.last_sequence"
    " RETURNING lane, topic, partition, last_sequence"
)
_APPEND = text(
    "INSERT INTO outbox (lane, topic, partition, last_sequence, first_sequence, payload)"
    " SELECT * FROM unnest(CAST(:lanes AS integer[]), CAST(:topics AS text[]),"
    " CAST(:partitions AS integer[]),"
    " CAST(:lasts AS bigint[]), CAST(:firsts AS bigint[]), CAST(:payloads AS bytea[]))"
)


class StoredEvent(msgspec.Struct, frozen=True, array_like=True):
    """An event as the outbox keeps it: all that its record needs but the sequence."""

    key: str
    type: str
    time: str
    value: bytes
    correlation: str | None = None
    extra: dict[str, str] = {}  # msgspec copies it


@dataclass(frozen=True, slots=True)
class Parcel:
    """Consecutive events of one lane for one partition of one topic."""

    lane: int
    topic: str
    partition: int
    first_sequence: int
    events: list[StoredEvent]

    @property
    def last_sequence(self) -> int:
        return self.first_sequence + len(self.events) - 1


_encoder = msgspec.json.Encoder()
_packer = msgspec.msgpack.Encoder()
_unpacker = msgspec.msgpack.Decoder(list[StoredEvent])


def pack(events: list[StoredEvent]) -> bytes:
    """The payload of an outbox row."""
    return bytes(cramjam.lz4.compress_block(_packer.encode(events)))


def unpack(payload: bytes) -> list[StoredEvent]:
    """The events of an outbox row's payload."""
    return _unpacker.decode(bytes(cramjam.lz4.decompress_block(payload)))


def address(emissions: Sequence[Emission], now: str, partitions: int) -> dict[Target, list[StoredEvent]]:
    """The emissions as stored events, in order, by lane and target.

    Raises ValueError where an event is larger than LARGEST_EVENT.
    """
    targets: defaultdict[Target, list[StoredEvent]] = defaultdict(list)
    places: dict[str, int] = {}
    for emission in emissions:
        key = emission.key
        partition = places.get(key)
        if partition is None:
            partition = places[key] = partition_of(key, partitions)
        topic = TOPIC_OF[type(emission.event)]
        value = _encoder.encode(emission.event)
        if len(value) > LARGEST_EVENT:
            size = f"{len(value)} bytes; at most {LARGEST_EVENT} can be published"
            raise ValueError(f"{emission.event.type_} is too large: {size}")
        stored = StoredEvent(key, emission.event.type_, now, value, emission.correlation)
        targets[emission.lane, topic.name, 0 if topic.partitions == 1 else partition].append(stored)
    return targets


async def append(connection: AsyncConnection, targets: dict[Target, list[StoredEvent]]) -> None:
    """Number the events and keep them: the last statements of a transaction.

    The counters stay locked until the commit, so numbers follow commit order without gaps.
    """
    if not targets:
        return
    ordered = sorted(targets)
    lanes, topics, partitions = (list(column) for column in zip(*ordered, strict=True))
    counts = [len(targets[target]) for target in ordered]
    taken = await connection.execute(
        _TAKE_NUMBERS, {"lanes": lanes, "topics": topics, "partitions": partitions, "counts": counts}
    )
    last = {(lane, topic, partition): sequence for lane, topic, partition, sequence in taken}
    await connection.execute(
        _APPEND,
        {
            "lanes": lanes,
            "topics": topics,
            "partitions": partitions,
            "lasts": [last[target] for target in ordered],
            "firsts": [last[target] - len(targets[target]) + 1 for target in ordered],
            "payloads": [pack(targets[target]) for target in ordered],
        },
    )
