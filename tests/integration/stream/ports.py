"""The three brokers behind one port, for the conformance suite."""

import asyncio
import itertools
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

import pytest
from aiokafka import TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, RecordsToDelete

from recoup.local.broker import EmbeddedBroker
from recoup.local.kafka import KafkaCluster
from shared.stream.broker import Broker, GroupConsumer, Outbound, Place, Record
from shared.stream.kafka import KafkaBroker
from tests.support.brokers import port_to
from tests.support.fake_broker import FakeBroker

BROKERS = ["fake", "embedded", pytest.param("kafka", marks=pytest.mark.kafka)]
_numbers = itertools.count(1)


@dataclass
class Harness:
    """A broker, how to kill it, and whether its log outlives that."""

    name: str
    broker: KafkaBroker | FakeBroker
    kill: Callable[[], Awaitable[None]]
    start: Callable[[], Awaitable[None]]
    keeps_its_log: bool

    @property
    def port(self) -> Broker:
        return self.broker

    async def topic(self, partitions: int = 4) -> str:
        """A topic that no other test has."""
        name = f"test.conformance-{next(_numbers)}.v1"
        await self.port.ensure_topics({name: partitions})
        return name

    async def write(self, place: Place, *values: bytes) -> None:
        """Write values and be done with the producer."""
        producer = await self.port.producer()
        try:
            await producer.send(place, [outbound(value) for value in values])
        finally:
            await producer.stop()

    async def expire(self, place: Place, first: int) -> None:
        """Delete the records in front of `first`, as a retention does."""
        if isinstance(self.broker, FakeBroker):
            self.broker.expire(place, first)
            return
        admin = AIOKafkaAdminClient(bootstrap_servers=self.broker.servers)
        await admin.start()
        try:
            await admin.delete_records({TopicPartition(*place): RecordsToDelete(first)})
        finally:
            await admin.close()


def outbound(value: bytes, key: bytes = b"key") -> Outbound:
    return Outbound(key, value, [("ce_id", value[:20]), ("content-type", b"application/json")])


@dataclass
class Seat:
    """A member of a group, and what its listener was told."""

    assigned: list[frozenset[Place]] = field(default_factory=list)
    revoked: list[frozenset[Place]] = field(default_factory=list)
    owned: set[Place] = field(default_factory=set)
    flow_at_once: bool = True
    member: GroupConsumer = field(init=False)

    def on_assigned(self, places: frozenset[Place]) -> None:
        self.assigned.append(places)
        self.owned |= places

    async def on_revoked(self, places: frozenset[Place]) -> None:
        self.revoked.append(places)
        self.owned -= places

    async def take(self, harness: Harness, group: str, *topics: str) -> None:
        """Join the group."""
        self.member = await harness.port.consumer(group, list(topics), self)
        await self.member.start()

    async def owns(self, places: int, seconds: float = 20.0) -> None:
        """Wait for an assignment of so many partitions, and let them flow from their start."""
        async with asyncio.timeout(seconds):
            while len(self.owned) != places:
                await self.member.fetch(0.05, 1)
        for place in sorted(self.owned):
            self.member.seek(place, 0)
        self.member.resume(self.owned)

    async def read(self, number: int, seconds: float = 20.0, limit: int = 500) -> list[Record]:
        """Fetch until there are so many records."""
        found: list[Record] = []
        async with asyncio.timeout(seconds):
            while len(found) < number:
                found += await self.member.fetch(0.2, limit)
        return found

    async def nothing_comes(self, seconds: float = 0.6) -> bool:
        """Whether fetching for a while brings nothing."""
        return not await self.member.fetch(seconds, 500)


def values(records: Sequence[Record]) -> list[bytes | None]:
    return [record.value for record in records]


def group() -> str:
    """A group that no other test has."""
    return f"test.group-{next(_numbers)}"


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Waits that are there for slow networks are cut short."""
    monkeypatch.setattr("shared.stream.kafka_producer.KafkaProducer.DEADLINE_SECONDS", 1)
    monkeypatch.setattr("shared.stream.kafka_control.KafkaControlReader.NAME_SECONDS", 1)


def harness_of(request: pytest.FixtureRequest) -> Harness:
    """The broker that a test is run on: its fixture's parameter is one of BROKERS."""
    if request.param == "fake":
        return _fake()
    if request.param == "embedded":
        return _embedded(request.getfixturevalue("embedded_broker"))
    return _kafka(request.getfixturevalue("kafka_cluster"))


def _fake() -> Harness:
    broker = FakeBroker()

    async def kill() -> None:
        broker.down = True
        broker.lose_log()

    async def start() -> None:
        broker.down = False

    return Harness("fake", broker, kill, start, keeps_its_log=False)


def _embedded(broker: EmbeddedBroker) -> Harness:
    async def kill() -> None:
        broker.process.kill()
        await broker.process.wait()

    return Harness("embedded", port_to(broker), kill, broker.start, keeps_its_log=False)


def _kafka(cluster: KafkaCluster) -> Harness:
    async def kill() -> None:
        cluster.kill(0)
        await cluster.processes[0].wait()

    async def start() -> None:
        if not cluster.processes[0].running:
            await cluster.restart(0)

    return Harness("kafka", port_to(cluster), kill, start, keeps_its_log=True)
