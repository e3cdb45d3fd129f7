"""Sends what is committed: each lane strictly in order, again after a failure, all of it to a new log."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from time import monotonic

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from shared.stream import envelope, outbox
from shared.stream.broker import Outbound, Place, Producer
from shared.stream.outbox import Parcel, Target
from shared.telemetry import metrics

# The counters tell which targets have something to send; only those look into the outbox.
_PENDING = text(
    "SELECT o.lane, o.topic, o.partition, o.first_sequence, o.payload FROM lane_counter AS c"
    " LEFT JOIN relay_position AS r ON r.lane = c.lane AND r.topic = c.topic AND r.partition = c.partition"
    "  AND r.log_id = :log_id"
    " CROSS JOIN LATERAL (SELECT * FROM outbox WHERE outbox.lane = c.lane AND outbox.topic = c.topic"
    "  AND outbox.partition = c.partition AND outbox.last_sequence > COALESCE(r.sent_sequence, 0)"
    "  ORDER BY outbox.last_sequence LIMIT :limit) AS o"
    " WHERE c.lane = ANY(CAST(:lanes AS integer[])) AND c.last_sequence > COALESCE(r.sent_sequence, 0)"
    " ORDER BY o.topic, o.partition, o.lane, o.last_sequence"
)
_MARK = text(
    "INSERT INTO relay_position AS r (lane, topic, partition, sent_sequence, log_id)"
    " SELECT new.*, :log_id FROM unnest(CAST(:lanes AS integer[]), CAST(:topics AS text[]),"
    "  CAST(:partitions AS integer[]), CAST(:sent AS bigint[])) AS new"
    " ON CONFLICT (lane, topic, partition) DO UPDATE SET log_id = excluded.log_id, sent_sequence ="
    "  CASE WHEN r.log_id = excluded.log_id THEN GREATEST(r.sent_sequence, excluded.sent_sequence)"
    "  ELSE excluded.sent_sequence END"
)
_REWIND = text(
    "UPDATE relay_position SET sent_sequence = LEAST(sent_sequence, :sent)"
    " WHERE lane = :lane AND topic = :topic AND partition = :partition"
)
_OLDEST = text(
    "SELECT c.last_sequence, (SELECT min(o.first_sequence) FROM outbox AS o WHERE o.lane = c.lane"
    "  AND o.topic = c.topic AND o.partition = c.partition) FROM lane_counter AS c"
    " WHERE c.lane = :lane AND c.topic = :topic AND c.partition = :partition"
)
# From the counters: after the loss of a log, what was relayed and purged left no other trace.
_IDLE = text(
    "SELECT c.lane, c.topic, c.partition, c.last_sequence FROM lane_counter AS c"
    " LEFT JOIN relay_position AS r ON r.lane = c.lane AND r.topic = c.topic AND r.partition = c.partition"
    "  AND r.log_id = :log_id"
    " WHERE c.lane = ANY(CAST(:lanes AS integer[])) AND (r.sent_sequence >= c.last_sequence"
    "  OR NOT EXISTS (SELECT FROM outbox WHERE outbox.lane = c.lane AND outbox.topic = c.topic"
    "   AND outbox.partition = c.partition AND outbox.last_sequence > COALESCE(r.sent_sequence, 0)))"
)
_PURGE = text(
    "DELETE FROM outbox USING relay_position AS r WHERE (outbox.lane, outbox.topic, outbox.partition) ="
    " (r.lane, r.topic, r.partition) AND r.log_id = :log_id AND outbox.last_sequence <= r.sent_sequence"
    " AND outbox.created_at < clock_timestamp() - make_interval(secs => :seconds)"
    " AND outbox.lane = ANY(CAST(:lanes AS integer[]))"
)

LOOK_FOR_IDLE_SECONDS = 1.0
ANNOUNCE_AFTER_SECONDS = (5.0, 60.0, 600.0)
"""How long a lane is idle before its last number is announced: once, again, and then ever so often."""


async def pending(
    connection: AsyncConnection, lanes: Sequence[int], log_id: str, limit: int = 5
) -> list[Parcel]:
    """What is committed and not acknowledged by this log, in order; at most `limit` rows a target."""
    rows = await connection.execute(_PENDING, {"lanes": list(lanes), "log_id": log_id, "limit": limit})
    return [Parcel(lane, topic, part, first, outbox.unpack(raw)) for lane, topic, part, first, raw in rows]


async def mark_sent(connection: AsyncConnection, log_id: str, sent: dict[Target, int]) -> None:
    """Keep what the broker acknowledged; never goes back within one log."""
    ordered = sorted(sent)
    lanes, topics, partitions = (list(column) for column in zip(*ordered, strict=True))
    values = {"lanes": lanes, "topics": topics, "partitions": partitions, "log_id": log_id}
    await connection.execute(_MARK, {**values, "sent": [sent[target] for target in ordered]})


async def rewind(connection: AsyncConnection, target: Target, first: int) -> tuple[bool, int | None]:
    """Have the lane sent again from `first` on.

    Returns whether that could be done (also when nothing that late was ever sent), and the oldest sequence
    still kept (None: nothing).
    """
    lane, topic, partition = target
    place = {"lane": lane, "topic": topic, "partition": partition}
    row = (await connection.execute(_OLDEST, place)).one_or_none()
    given, oldest = (0, None) if row is None else row
    if oldest is not None and oldest <= first:
        await connection.execute(_REWIND, {**place, "sent": first - 1})
    return first > given or (oldest is not None and oldest <= first), oldest


async def purge(connection: AsyncConnection, lanes: Sequence[int], log_id: str, seconds: float) -> int:
    """Delete acknowledged rows older than the retention; returns how many."""
    values = {"lanes": list(lanes), "log_id": log_id, "seconds": seconds}
    return (await connection.execute(_PURGE, values)).rowcount


@dataclass(slots=True)
class Relay:
    """Relays the lanes that this worker owns to one incarnation of the broker's log."""

    service: str
    engine: AsyncEngine
    producer: Producer
    log_id: str
    owned: Callable[[], Sequence[int]]
    rewinds: list[tuple[Target, int]] = field(default_factory=list)
    """Re-sends that were asked for: target and first sequence; done between two steps."""
    refusals: list[tuple[Target, int, int | None]] = field(default_factory=list)
    """Re-sends that cannot be done: target, first sequence asked for, oldest kept."""
    _idle_since: dict[Target, tuple[int, float, int]] = field(default_factory=dict)
    _announced_at: float = 0.0

    async def step(self) -> int:
        """Send what is pending and mark it; returns the number of events. Raises BrokerError."""
        lanes = self.owned()
        if not lanes:
            return 0
        await self._rewind()
        async with self.engine.connect() as connection:
            parcels = await pending(connection, lanes, self.log_id)
        if parcels:
            sent = await self._send(parcels)
            async with self.engine.begin() as connection:
                await mark_sent(connection, self.log_id, sent)
            for parcel in parcels:
                metrics.relay_sent_total.labels(self.service, parcel.topic).inc(len(parcel.events))
        await self._announce_idle(lanes)  # also where other lanes are never idle
        return sum(len(parcel.events) for parcel in parcels)

    async def _rewind(self) -> None:
        while self.rewinds:
            target, first = self.rewinds.pop()
            async with self.engine.begin() as connection:
                done, oldest = await rewind(connection, target, first)
            if not done:
                self.refusals.append((target, first, oldest))

    async def _send(self, parcels: Sequence[Parcel]) -> dict[Target, int]:
        by_place: defaultdict[Place, list[Outbound]] = defaultdict(list)
        sent: dict[Target, int] = {}
        for parcel in parcels:
            by_place[Place(parcel.topic, parcel.partition)].extend(self._records(parcel))
            sent[parcel.lane, parcel.topic, parcel.partition] = parcel.last_sequence
        await self._write(by_place)
        return sent

    async def _write(self, by_place: Mapping[Place, Sequence[Outbound]]) -> None:
        outcomes = await asyncio.gather(
            *(self.producer.send(place, records) for place, records in by_place.items()),
            return_exceptions=True,
        )
        for outcome in outcomes:
            if isinstance(outcome, BaseException):
                raise outcome

    def _records(self, parcel: Parcel) -> list[Outbound]:
        return [
            envelope.encode(
                event,
                service=self.service,
                topic=parcel.topic,
                lane=parcel.lane,
                partition=parcel.partition,
                sequence=parcel.first_sequence + number,
            )
            for number, event in enumerate(parcel.events)
        ]

    async def _announce_idle(self, lanes: Sequence[int]) -> None:
        now = monotonic()
        if now - self._announced_at < LOOK_FOR_IDLE_SECONDS:
            return
        self._announced_at = now
        async with self.engine.connect() as connection:
            rows = (await connection.execute(_IDLE, {"lanes": list(lanes), "log_id": self.log_id})).all()
        by_place: defaultdict[Place, list[Outbound]] = defaultdict(list)
        for lane, topic, partition, sequence in rows:
            if self._is_due((lane, topic, partition), sequence, now):
                record = envelope.announcement(service=self.service, lane=lane, sequence=sequence)
                by_place[Place(topic, partition)].append(record)
        await self._write(by_place)

    def _is_due(self, target: Target, sequence: int, now: float) -> bool:
        """Whether the lane is idle for long enough; if so, counts it as announced."""
        known, since, times = self._idle_since.get(target, (0, now, 0))
        if known != sequence:
            self._idle_since[target] = (sequence, now, 0)
            return False
        if now - since < ANNOUNCE_AFTER_SECONDS[min(times, len(ANNOUNCE_AFTER_SECONDS) - 1)]:
            return False
        self._idle_since[target] = (sequence, now, times + 1)
        return True
