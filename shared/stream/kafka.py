"""The broker port on aiokafka 0.14.

Every call has a deadline of ours, for aiokafka's `commit`, idempotent `send` and `stop` can hang on a dead
broker (reproduced). Clients are disposable: after a BrokerError the caller stops one and makes another.
"""

import asyncio
import contextlib
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import aiokafka.client
import aiokafka.consumer.fetcher
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.coordinator.assignors.range import RangePartitionAssignor
from aiokafka.errors import TopicAlreadyExistsError
from aiokafka.protocol.metadata import MetadataRequest

from shared.stream.broker import BrokerError, GroupListener, Outbound, Place
from shared.stream.kafka_consumer import KafkaGroupConsumer
from shared.stream.kafka_control import LOG_TOPIC, KafkaControlReader
from shared.stream.kafka_deadlines import within
from shared.stream.kafka_producer import KafkaProducer
from shared.stream.kafka_records import FetchedRecords, KeptBytes

__all__ = ["LOG_TOPIC", "KafkaBroker"]

# aiokafka lets brokers create topics that it asks about, with a partition count of the broker's choice. After
# the loss of a log that would race with `ensure_topics`. It has no setting for it (client.py, 0.14).
aiokafka.client.MetadataRequest = partial(MetadataRequest, allow_auto_topic_creation=False)
# Lighter records, and none that blocks its partition: kafka_records says why (consumer/fetcher.py, 0.14).
aiokafka.consumer.fetcher.PartitionRecords = FetchedRecords
aiokafka.consumer.fetcher.MemoryRecords = KeptBytes


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
            await within(20, admin.start(), "connecting")
            present = set(await within(20, admin.list_topics(), "listing topics"))
            wanted = {LOG_TOPIC: 1, **topics}
            missing = [
                NewTopic(name, number, self.replication, topic_configs=self._configs(name))
                for name, number in wanted.items()
                if name not in present
            ]
            if missing:
                with contextlib.suppress(TopicAlreadyExistsError):
                    await within(30, admin.create_topics(missing), "creating topics")
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
            compression_type="snappy",  # aiokafka compresses LZ4 at level 9: ten times slower, no smaller
            max_batch_size=524_288,
            max_request_size=16 * 1_048_576,
            linger_ms=0,
            request_timeout_ms=15_000,
            metadata_max_age_ms=60_000,
        )
        await within(30, producer.start(), "connecting")
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
