"""Publishes bank events to the bank's topic, in batches, in bounded memory."""

import asyncio
import contextlib
import json
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TextIO

import msgspec

from recoup.imports.rows import BankEvent, Item, Progress, Rejected
from shared.contracts.topics import CORE_BANK
from shared.stream.broker import BrokerError, Outbound, Place, Producer
from shared.stream.envelope import CONTENT_TYPE, SPEC_VERSION
from shared.stream.kafka import KafkaBroker
from shared.stream.partitioning import partition_of

BATCH = 2000


@dataclass(slots=True)
class Published:
    """What an import did."""

    events: int = 0
    rejected: int = 0
    by_type: dict[str, int] = field(default_factory=dict)


@dataclass(slots=True)
class Publisher:
    """Writes events to the broker; a broker that is away is waited for."""

    broker: KafkaBroker
    partitions: int
    rejects: Path
    on_progress: Callable[[int], None] = lambda _: None
    _producer: Producer | None = None
    _rejects: TextIO | None = None

    async def publish(self, items: Iterable[Item]) -> Published:
        """Publish all events, file all rejected rows. Raises BrokerError after a minute without a broker."""
        done = Published()
        waiting: list[BankEvent] = []
        try:
            for item in items:
                if isinstance(item, BankEvent):
                    waiting.append(item)
                    if len(waiting) >= BATCH:
                        await self._send(waiting, done)
                        waiting = []
                elif isinstance(item, Rejected):
                    self._file(item)
                    done.rejected += 1
                elif isinstance(item, Progress):
                    self.on_progress(item.done)
            await self._send(waiting, done)
        finally:
            await self._drop_producer()
            if self._rejects is not None:
                self._rejects.close()
                self._rejects = None
        return done

    async def _send(self, events: list[BankEvent], done: Published) -> None:
        places: defaultdict[Place, list[Outbound]] = defaultdict(list)
        for event in events:
            partition = partition_of(event.key, self.partitions)
            places[Place(CORE_BANK.name, partition)].append(_record(event))
            done.by_type[event.event.type_] = done.by_type.get(event.event.type_, 0) + 1
        for attempt in range(30):
            try:
                if self._producer is None:
                    self._producer = await self.broker.producer()
                producer = self._producer
                await asyncio.gather(*(producer.send(place, records) for place, records in places.items()))
                break
            except BrokerError:
                # What was written may be written twice: intake applies an event id once.
                await self._drop_producer()
                if attempt == 29:
                    raise
                await asyncio.sleep(2)
        done.events += len(events)

    async def _drop_producer(self) -> None:
        if self._producer is not None:
            with contextlib.suppress(Exception):
                await self._producer.stop()
            self._producer = None

    def _file(self, rejected: Rejected) -> None:
        if self._rejects is None:
            self._rejects = self.rejects.open("w", encoding="utf-8", errors="surrogateescape")
        self._rejects.write(json.dumps(asdict(rejected), ensure_ascii=False, default=str) + "\n")


def _record(event: BankEvent) -> Outbound:
    headers = [
        SPEC_VERSION,
        ("ce_id", event.id.encode()),
        ("ce_source", event.source.encode()),
        ("ce_type", event.event.type_.encode()),
        CONTENT_TYPE,
    ]
    if event.time:
        headers.append(("ce_time", event.time.encode()))
    return Outbound(event.key.encode(), msgspec.json.encode(event.event), headers)
