"""Publishes prepared records: all at once, or at a steady rate."""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from time import monotonic, time

from shared.stream.broker import Outbound, Place, Producer
from shared.stream.kafka import KafkaBroker
from shared.stream.partitioning import partition_of

CHUNK = 2000
TICK_SECONDS = 0.02


@dataclass(slots=True)
class Feed:
    """Records for one topic, in order; `sent_at` tells the wall-clock time at which each key was sent."""

    topic: str
    partitions: int
    records: Sequence[Outbound]
    sent_at: dict[str, float] = field(default_factory=dict)

    async def all_at_once(self, broker: KafkaBroker) -> None:
        """As fast as the broker takes them, partitions side by side."""
        producer = await broker.producer()
        try:
            for start in range(0, len(self.records), CHUNK):
                await self._send(producer, self.records[start : start + CHUNK])
        finally:
            await producer.stop()

    async def steadily(self, broker: KafkaBroker, rate: float) -> None:
        """`rate` records a second, each when its time has come."""
        producer = await broker.producer()
        pending: set[asyncio.Task[None]] = set()
        begun, position = monotonic(), 0
        try:
            while position < len(self.records):
                due = min(len(self.records), int((monotonic() - begun) * rate))
                if due > position:
                    part = self.records[position:due]
                    pending.add(asyncio.create_task(self._send(producer, part)))
                    position = due
                await asyncio.sleep(TICK_SECONDS)
            await asyncio.gather(*pending)
        finally:
            await producer.stop()

    async def _send(self, producer: Producer, records: Iterable[Outbound]) -> None:
        places: defaultdict[Place, list[Outbound]] = defaultdict(list)
        now = time()
        for record in records:
            key = record.key.decode()
            self.sent_at[key] = now
            places[Place(self.topic, partition_of(key, self.partitions))].append(record)
        await asyncio.gather(*(producer.send(place, found) for place, found in places.items()))
