"""The broker port on aiokafka 0.14.

Every call has a deadline of ours, for aiokafka's `commit`, idempotent `send` and `stop` can hang on a dead
broker (reproduced). Clients are disposable: after a BrokerError the caller stops one and makes another.
"""

import asyncio
import contextlib
import uuid
from collections.abc import Awaitable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

import aiokafka.client
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRebalanceListener, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.coordinator.assignors.range import RangePartitionAssignor
from aiokafka.errors import KafkaError, KafkaTimeoutError, TopicAlreadyExistsError
from aiokafka.protocol.metadata import MetadataRequest

from shared.contracts.topics import CONTROL
from shared.stream.broker import BrokerError, GroupListener, Outbound, Place, Record

# aiokafka lets brokers create topics that it asks about, with a partition count of the broker's choice. After
# the loss of a log that would race with `ensure_topics`. It has no setting for it (client.py, 0.14).
aiokafka.client.MetadataRequest = partial(MetadataRequest, allow_auto_topic_creation=False)

LOG_TOPIC = "recoup.log.v1"
"""Its first record names the incarnation of the broker's log: a new log has another."""

T = TypeVar("T")


async def _within(seconds: float, call: Awaitable[T], what: str) -> T:
    try:
        # Not wait_for: in Python 3.11 it can swallow a cancellation that comes as its call ends.
        async with asyncio.timeout(seconds):
            return await call
    except (KafkaError, TimeoutError, OSError) as error:
        raise BrokerError(f"{what}: {type(error).__name__} {error}".strip()) from error


async def _stop(client: Any) -> None:
    """Stop a client without trusting it: it may hang or raise CancelledError (aiokafka #647)."""
    stopping = asyncio.ensure_future(client.stop())
    await asyncio.wait([stopping], timeout=5)
    if not stopping.done():
        stopping.cancel()
    elif not stopping.cancelled():
        stopping.exception()  # looked at, so that nobody complains about it


class _Listener(ConsumerRebalanceListener):  # type: ignore[misc]  # aiokafka is untyped
    """Pauses new partitions first, for records would arrive before an awaiting callback ends."""

    def __init__(self, listener: GroupListener) -> None:
        self.consumer: AIOKafkaConsumer | None = None
        self._listener = listener

    async def on_partitions_revoked(self, revoked: Iterable[TopicPartition]) -> None:
        await self._listener.on_revoked(frozenset(Place(*place) for place in revoked))

    def on_partitions_assigned(self, assigned: Iterable[TopicPartition]) -> None:
        if self.consumer is not None:
            self.consumer.pause(*assigned)
        self._listener.on_assigned(frozenset(Place(*place) for place in assigned))


class KafkaGroupConsumer:
    """A group member on aiokafka."""

    def __init__(self, consumer: AIOKafkaConsumer, topics: Sequence[str], listener: GroupListener) -> None:
        self._consumer = consumer
        self._topics = topics
        self._listener = _Listener(listener)
        self._listener.consumer = consumer

    async def start(self) -> None:
        self._consumer.subscribe(topics=list(self._topics), listener=self._listener)
        await _within(60, self._consumer.start(), "joining the consumer group")

    async def fetch(self, wait_seconds: float, limit: int) -> Sequence[Record]:
        # getmany is never wrapped in wait_for: cancelling it disables max_poll_interval_ms for good.
        try:
            found = await self._consumer.getmany(timeout_ms=int(wait_seconds * 1000), max_records=limit)
        except KafkaError as error:
            raise BrokerError(f"fetching: {type(error).__name__} {error}") from error
        return [record for records in found.values() for record in records]

    def seek(self, place: Place, offset: int) -> None:
        self._consumer.seek(TopicPartition(*place), offset)

    def pause(self, places: Iterable[Place]) -> None:
        self._consumer.pause(*self._assigned(places))

    def resume(self, places: Iterable[Place]) -> None:
        self._consumer.resume(*self._assigned(places))

    async def bounds(self, places: Sequence[Place]) -> Mapping[Place, tuple[int, int]]:
        wanted = [TopicPartition(*place) for place in places]
        begin = await _within(15, self._consumer.beginning_offsets(wanted), "asking for first offsets")
        end = await _within(15, self._consumer.end_offsets(wanted), "asking for last offsets")
        return {Place(*place): (begin[place], end[place]) for place in wanted}

    def lag(self, place: Place, next_offset: int) -> int | None:
        wanted = TopicPartition(*place)
        if wanted not in self._consumer.assignment():
            return None
        mark = self._consumer.highwater(wanted)
        return None if mark is None else max(0, mark - next_offset)

    async def mirror(self, offsets: Mapping[Place, int]) -> None:
        owned = self._consumer.assignment()
        wanted = {TopicPartition(*place): offset for place, offset in offsets.items() if place in owned}
        if wanted:
            # IllegalStateError is no KafkaError subclass problem of ours: the assignment just moved.
            await _within(1, self._consumer.commit(wanted), "mirroring positions")

    async def stop(self) -> None:
        await _stop(self._consumer)

    def _assigned(self, places: Iterable[Place]) -> list[TopicPartition]:
        owned = self._consumer.assignment()
        return [place for place in (TopicPartition(*place) for place in places) if place in owned]


class KafkaProducer:
    """Writes prepared batches, one at a time for each partition."""

    DEADLINE_SECONDS = 20

    def __init__(self, producer: AIOKafkaProducer) -> None:
        self._producer = producer

    async def send(self, place: Place, records: Sequence[Outbound]) -> None:
        position = 0
        while position < len(records):
            batch = self._producer.create_batch()
            position = self._fill(batch, records, position)
            batch.close()
            await _within(self.DEADLINE_SECONDS, self._write(batch, place), f"writing to {place.topic}")

    @staticmethod
    def _fill(batch: Any, records: Sequence[Outbound], start: int) -> int:
        for position in range(start, len(records)):
            key, value, headers = records[position]
            if batch.append(key=key, value=value, timestamp=None, headers=headers) is None:
                if position == start:
                    raise BrokerError("a record is larger than a batch may be")
                return position
        return len(records)

    async def _write(self, batch: Any, place: Place) -> None:
        try:
            acknowledged = await self._producer.send_batch(batch, place.topic, partition=place.partition)
        except AssertionError as error:  # how aiokafka says that there is no such partition
            raise BrokerError(f"writing to {place.topic}: {error}") from error
        await acknowledged

    async def stop(self) -> None:
        # Whatever was not acknowledged was given up: aiokafka would go on trying while the broker is away,
        # long after its `stop` was cut off, and write it late.
        self._producer._message_accumulator.fail_all(KafkaTimeoutError())
        await _stop(self._producer)


class KafkaControlReader:
    """Reads the log's identity and the control topic, without a group."""

    _LOG = TopicPartition(LOG_TOPIC, 0)
    _CONTROL = TopicPartition(CONTROL.name, 0)
    NAME_SECONDS = 5.0
    """A log whose name cannot be read in this time has none."""

    def __init__(self, consumer: AIOKafkaConsumer) -> None:
        self._consumer = consumer

    async def start(self) -> None:
        await _within(30, self._consumer.start(), "connecting")
        self._consumer.assign([self._LOG, self._CONTROL])
        await _within(15, self._consumer.seek_to_end(self._CONTROL), "finding the control topic's end")

    async def log_id(self) -> str:
        try:
            self._consumer.seek(self._LOG, 0)
            wait = int(self.NAME_SECONDS * 1000)
            found = await self._consumer.getmany(self._LOG, timeout_ms=wait, max_records=1)
        except KafkaError as error:
            raise BrokerError(f"reading the log's identity: {type(error).__name__}") from error
        for records in found.values():
            if records and records[0].offset == 0:
                return str(records[0].value.decode())
        raise BrokerError("the log has no identity yet")

    async def fetch(self, wait_seconds: float) -> Sequence[Record]:
        try:
            found = await self._consumer.getmany(self._CONTROL, timeout_ms=int(wait_seconds * 1000))
        except KafkaError as error:
            raise BrokerError(f"reading the control topic: {type(error).__name__}") from error
        return [record for records in found.values() for record in records]

    async def stop(self) -> None:
        await _stop(self._consumer)


@dataclass(frozen=True, slots=True)
class KafkaBroker:
    """A Kafka cluster, or the embedded broker.

    `idempotence` is off for the embedded broker, which accepts no idempotent producer.
    """

    servers: str
    client_id: str
    idempotence: bool = True
    replication: int = 1
    session_timeout: float = 30.0
    """Seconds without a heartbeat after which a member counts as gone. The embedded broker lets every join
    wait for half of it."""

    async def ensure_topics(self, topics: Mapping[str, int]) -> None:
        admin = AIOKafkaAdminClient(
            bootstrap_servers=self.servers, client_id=self.client_id, request_timeout_ms=15_000
        )
        try:
            await _within(20, admin.start(), "connecting")
            present = set(await _within(20, admin.list_topics(), "listing topics"))
            wanted = {LOG_TOPIC: 1, **topics}
            missing = [
                NewTopic(name, number, self.replication, topic_configs=self._configs(name))
                for name, number in wanted.items()
                if name not in present
            ]
            if missing:
                with contextlib.suppress(TopicAlreadyExistsError):
                    await _within(30, admin.create_topics(missing), "creating topics")
        finally:
            with contextlib.suppress(Exception, asyncio.CancelledError):
                await asyncio.wait_for(admin.close(), 5)
        if LOG_TOPIC not in present:
            await self.name_log()

    def _configs(self, topic: str) -> dict[str, str]:
        configs = {"retention.ms": "-1"} if topic == LOG_TOPIC else {}
        if self.replication > 2:
            configs["min.insync.replicas"] = "2"
        return configs

    async def name_log(self) -> None:
        """Write a candidate for the log's identity: the first record wins, whoever wrote it."""
        producer = await self.producer()
        try:
            await producer.send(Place(LOG_TOPIC, 0), [Outbound(b"log", uuid.uuid4().hex.encode(), [])])
        finally:
            await producer.stop()

    async def consumer(
        self, group: str, topics: Sequence[str], listener: GroupListener
    ) -> KafkaGroupConsumer:
        consumer = AIOKafkaConsumer(
            bootstrap_servers=self.servers,
            client_id=self.client_id,
            group_id=group,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            partition_assignment_strategy=(RangePartitionAssignor,),
            session_timeout_ms=int(self.session_timeout * 1000),
            heartbeat_interval_ms=int(self.session_timeout * 100),
            rebalance_timeout_ms=20_000,
            request_timeout_ms=40_000,  # more than the rebalance timeout, or joins time out for ever
            max_poll_interval_ms=300_000,
            fetch_max_wait_ms=50,
            max_partition_fetch_bytes=1_048_576,
            fetch_max_bytes=16 * 1_048_576,
            metadata_max_age_ms=60_000,
            retry_backoff_ms=200,
        )
        return KafkaGroupConsumer(consumer, topics, listener)

    async def producer(self) -> KafkaProducer:
        producer = AIOKafkaProducer(
            bootstrap_servers=self.servers,
            client_id=self.client_id,
            acks="all",
            enable_idempotence=self.idempotence,
            compression_type="lz4",
            max_batch_size=524_288,
            max_request_size=16 * 1_048_576,
            linger_ms=0,
            request_timeout_ms=15_000,
            metadata_max_age_ms=60_000,
        )
        await _within(30, producer.start(), "connecting")
        return KafkaProducer(producer)

    async def control(self) -> KafkaControlReader:
        consumer = AIOKafkaConsumer(
            bootstrap_servers=self.servers,
            client_id=self.client_id,
            group_id=None,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            fetch_max_wait_ms=500,
            request_timeout_ms=15_000,
        )
        reader = KafkaControlReader(consumer)
        try:
            await reader.start()
        except BrokerError:
            await reader.stop()
            raise
        return reader
