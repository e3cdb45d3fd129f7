"""A process of the floor: consume -> one upsert a batch, positions with it -> publish. No logic."""

import asyncio
import os
import signal
import sys
from collections import defaultdict
from datetime import datetime
from pathlib import Path

import asyncpg
import msgspec
import uvloop
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRecord, TopicPartition

from benchmarks.hops import PARTITIONS, Hop, Shape, hops_of, tables_of

MOST = 2000
BATCH_BYTES = 524_288


class Step(msgspec.Struct):
    """What travels: a case with as much to say as the platform's events."""

    case_id: str
    customer_id: str
    step: str
    state: str
    amount: str
    currency: str
    at: str
    reason: str | None = None
    part: int = 0


_decode = msgspec.json.Decoder(Step).decode
_encode = msgspec.json.Encoder().encode


def schema(shape: Shape) -> str:
    """The floor's tables."""
    tables = "".join(
        f"CREATE TABLE {name} (case_id text PRIMARY KEY, customer_id text NOT NULL, step text NOT NULL,"
        " state text NOT NULL, amount numeric NOT NULL, at timestamptz NOT NULL) WITH (fillfactor = 80);"
        for name in tables_of(shape)
    )
    return tables + (
        "CREATE TABLE place (process text, topic text, partition int, next_offset bigint NOT NULL,"
        " PRIMARY KEY (process, topic, partition)) WITH (fillfactor = 50);"
    )


def _save(table: str) -> str:
    """One statement for a batch and its positions: one round trip, one transaction."""
    return (
        "WITH place AS (INSERT INTO place SELECT $6, * FROM unnest($7::text[], $8::int[], $9::bigint[])"
        " ON CONFLICT (process, topic, partition) DO UPDATE SET next_offset = excluded.next_offset)"
        f" INSERT INTO {table} SELECT case_id, customer_id, step, state, amount::numeric, $10::timestamptz"
        " FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[])"
        " AS new(case_id, customer_id, step, state, amount)"
        " ON CONFLICT (case_id) DO UPDATE SET step = excluded.step, state = excluded.state,"
        " amount = excluded.amount, at = excluded.at"
    )


class FloorWorker:
    """Runs the hops of one process."""

    def __init__(self, process: str) -> None:
        self._process = process
        self._hops = hops_of(process, Shape(os.environ["BENCH_SHAPE"]))
        self._statements = {name: _save(hop.table) for name, hop in self._hops.items()}
        servers = os.environ["BENCH_KAFKA"]
        self._consumer = AIOKafkaConsumer(
            bootstrap_servers=servers,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            fetch_max_wait_ms=200,
        )
        self._producer = AIOKafkaProducer(
            bootstrap_servers=servers,
            acks="all",
            enable_idempotence=os.environ["BENCH_IDEMPOTENCE"] == "true",
            compression_type="lz4",
            max_batch_size=BATCH_BYTES,
            max_request_size=16 * 1_048_576,
            linger_ms=0,
        )

    async def run(self, stop: asyncio.Event) -> None:
        """Until told to stop."""
        await self._consumer.start()
        await self._producer.start()
        places = [TopicPartition(name, number) for name in self._hops for number in range(PARTITIONS)]
        self._consumer.assign(places)
        self._database = await asyncpg.connect(os.environ["BENCH_DATABASE"], server_settings={"jit": "off"})
        Path(os.environ["BENCH_READY"]).touch()
        while not stop.is_set():
            found = await self._consumer.getmany(timeout_ms=200, max_records=MOST)
            by_topic: defaultdict[str, dict[int, list[ConsumerRecord]]] = defaultdict(dict)
            for place, records in found.items():
                by_topic[place.topic][place.partition] = records
            for name, partitions in by_topic.items():
                await self._handle(self._hops[name], partitions)
        await self._database.close()

    async def _handle(self, hop: Hop, partitions: dict[int, list["ConsumerRecord"]]) -> None:
        steps = {number: [_decode(one.value) for one in found] for number, found in partitions.items()}
        await self._keep(hop, partitions, {step.case_id: step for found in steps.values() for step in found})
        if hop.target is not None:
            await asyncio.gather(*(self._publish(hop, number, found) for number, found in steps.items()))

    async def _keep(
        self, hop: Hop, partitions: dict[int, list["ConsumerRecord"]], by_case: dict[str, Step]
    ) -> None:
        steps = by_case.values()
        for step in steps:
            step.step, step.state = hop.process, hop.table
        await self._database.execute(
            self._statements[hop.source],
            [step.case_id for step in steps],
            [step.customer_id for step in steps],
            [step.step for step in steps],
            [step.state for step in steps],
            [step.amount for step in steps],
            self._process,
            [hop.source] * len(partitions),
            list(partitions),
            [found[-1].offset + 1 for found in partitions.values()],
            datetime.fromisoformat(next(iter(steps)).at),
        )

    async def _publish(self, hop: Hop, partition: int, steps: list[Step]) -> None:
        topic = hop.target or ""
        headers = [("ce_type", topic.encode())]
        batch = self._producer.create_batch()
        for step in steps:
            if step.part:
                continue
            for part in range(hop.copies):
                step.part = part
                key, value = step.customer_id.encode(), _encode(step)
                while batch.append(key=key, value=value, timestamp=None, headers=headers) is None:
                    await self._send(batch, topic, partition)
                    batch = self._producer.create_batch()
        await self._send(batch, topic, partition)

    async def _send(self, batch: object, topic: str, partition: int) -> None:
        batch.close()  # type: ignore[attr-defined]  # aiokafka is untyped
        await (await self._producer.send_batch(batch, topic, partition=partition))


async def _main(process: str) -> None:
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    await FloorWorker(process).run(stop)
    os._exit(0)  # nothing of a benchmark needs an orderly end


if __name__ == "__main__":
    uvloop.run(_main(sys.argv[1]))
