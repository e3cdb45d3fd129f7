"""Bytes: what the broker took, what the database wrote and keeps."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

import asyncpg
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition

from benchmarks.gauges import wal_bytes
from recoup.services import SERVICES
from shared.contracts.topics import CONTROL, TOPICS

_SIZES = """
SELECT n.nspname AS schema, sum(pg_total_relation_size(c.oid))::bigint AS bytes,
       sum(pg_total_relation_size(c.oid)) FILTER (WHERE c.relname = 'outbox')::bigint AS outbox
FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE n.nspname = ANY($1) AND c.relkind = 'r' GROUP BY 1
"""


@dataclass(frozen=True, slots=True)
class Volume:
    """Sizes at one moment; `tables` without the outboxes."""

    wal: int
    tables: int
    outboxes: int

    def per_case(self, later: "Volume", cases: int) -> dict[str, float]:
        """Bytes a case from here to `later`."""
        return {
            "wal": round((later.wal - self.wal) / cases, 1),
            "tables": round((later.tables - self.tables) / cases, 1),
            "outboxes": round((later.outboxes - self.outboxes) / cases, 1),
        }


async def volume(connection: "asyncpg.Connection[asyncpg.Record]") -> Volume:
    """The database now."""
    rows = await connection.fetch(_SIZES, list(SERVICES))
    outboxes = sum(int(row["outbox"] or 0) for row in rows)
    tables = sum(int(row["bytes"]) for row in rows) - outboxes
    return Volume(await wal_bytes(connection), tables, outboxes)


class BrokerLog:
    """Reads the broker's log to count its records' bytes: key, value and headers, uncompressed."""

    def __init__(self, servers: str, partitions: int) -> None:
        self._consumer = AIOKafkaConsumer(bootstrap_servers=servers, fetch_max_wait_ms=100)
        self._places = [
            TopicPartition(topic.name, number)
            for topic in TOPICS
            if topic is not CONTROL
            for number in range(topic.partitions or partitions)
        ]

    async def __aenter__(self) -> "BrokerLog":
        await self._consumer.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await asyncio.wait_for(self._consumer.stop(), 10)

    async def ends(self) -> dict[TopicPartition, int]:
        """Where each partition ends now."""
        return dict(await self._consumer.end_offsets(self._places))

    async def between(
        self, first: Mapping[TopicPartition, int], ends: Mapping[TopicPartition, int]
    ) -> tuple[int, int]:
        """How many records there are from `first` up to `ends`, and their bytes."""
        left = {place for place in self._places if ends[place] > first[place]}
        self._consumer.assign(list(left))
        for place in left:
            self._consumer.seek(place, first[place])
        records = size = 0
        while left:
            for place, found in (await self._consumer.getmany(timeout_ms=1000, max_records=5000)).items():
                within = [record for record in found if record.offset < ends[place]]
                records += len(within)
                size += sum(map(_bytes, within))
                if found[-1].offset >= ends[place] - 1 and place in left:
                    left.discard(place)
                    self._consumer.pause(place)
        return records, size


def _bytes(record: "ConsumerRecord[bytes, bytes]") -> int:
    headers = sum(len(name) + len(value) for name, value in record.headers)
    return headers + len(record.key or b"") + len(record.value or b"")
